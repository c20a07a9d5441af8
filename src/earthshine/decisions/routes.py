"""The door of `/v1/decisions`. Source: the official SDK's `client.decisions`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.decisions.answers import Decision, answer
from earthshine.decisions.schemas import CreateDecision
from earthshine.decisions.wording import evidence_of, question_of
from earthshine.engines.deltas import Usage
from earthshine.engines.openai_fields import estimate_mark
from earthshine.errors import ContextLengthExceeded
from earthshine.harness.decide import Decider, Question
from earthshine.ids import new_id
from earthshine.metering.meter import Meter
from earthshine.metering.usage_estimate import UsageEstimate, text_bytes
from earthshine.openapi import Routes, takes
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.wire import Reply, json_reply, parse, while_connected
from earthshine.wire.replies import reply_headers

if TYPE_CHECKING:
    from earthshine.metering.reservation import Reservation

router = Routes(prefix="/v1/decisions", tags=["Decisions"])


@router.post("")
@needs("project.write")
@takes(CreateDecision)
async def create_decision(request: Request) -> Reply[Decision]:
    """Answer questions about one input, each with the probabilities of its answers."""
    create = await parse(CreateDecision, request)
    create.check_supported()
    who = caller(request)
    evidence = evidence_of(create)
    questions = [question_of(asked) for asked in create.questions]
    estimate = _estimate(evidence, questions)
    with await service(request, Meter).admit(who, create.model, estimate, reply_headers(request)) as reservation:
        async with service(request, Router).use(create.model, who) as model:
            reservation.begin()
            decider = Decider(model, evidence)
            try:
                odds = await while_connected(request, decider.decide(questions))
                _settle(reservation, decider)
            except ContextLengthExceeded as error:
                error.param = "input"
                raise
            finally:
                # What was asked before the client went away or an engine failed.
                if decider.usage.prompt_tokens and not reservation.settled:
                    _settle(reservation, decider, partial=True)
    asked = zip(create.questions, questions, odds, strict=True)
    return json_reply(
        {
            "model": model.card.name,
            "answers": [answer(*each) for each in asked],
            "usage": _usage(decider.usage),
        }
    )


def _estimate(evidence: str, questions: Sequence[Question]) -> UsageEstimate:
    prompts = [question.prompts() for question in questions]

    def read() -> int:
        each = [text_bytes("\n".join((question.text, *question.options))) for question in questions]
        return sum(prompts) * text_bytes(evidence) + sum(
            size * times for size, times in zip(each, prompts, strict=True)
        )

    return UsageEstimate("decisions", read, output_limit=1, choices=sum(prompts), prompts=sum(prompts))


def _settle(reservation: Reservation, decider: Decider, *, partial: bool = False) -> None:
    reservation.settle(new_id("decision"), decider.usage, deployment=decider.served_by, partial=partial)


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens, "cache_write_tokens": 0},
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        **estimate_mark(estimated=usage.estimated),
    }
