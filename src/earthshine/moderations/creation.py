"""The making of one reply: decisions of a chat model over the categories, for one text after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from earthshine.catalog import DEFAULT
from earthshine.engines.deltas import Usage
from earthshine.errors import ContextLengthExceeded, UnsupportedParameter
from earthshine.harness.decide import Decider, Odds
from earthshine.ids import new_id
from earthshine.metering.usage_estimate import UsageEstimate, text_bytes
from earthshine.moderations.categories import CATEGORIES, FLAGGED, QUESTIONS
from earthshine.moderations.objects import Moderation, ModerationMore, ModerationResult
from earthshine.moderations.schemas import CreateModeration

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel
    from earthshine.generation import GenerationContext

_THEIRS = ("omni-moderation-", "text-moderation-")
"""How OpenAI's names for its own models begin."""


async def moderate(create: CreateModeration, context: GenerationContext) -> tuple[Moderation, Usage]:
    """Judge the texts; returns the reply and what it took. What was asked before an error is charged too."""
    name = judge_of(create.model)
    prompts = len(create.input) * sum(question.prompts() for question in QUESTIONS)
    estimate = UsageEstimate("moderations", lambda: _bytes(create.input), 1, choices=prompts, prompts=prompts)
    made, used, served_by = new_id("modr"), Usage(), ""
    results: list[ModerationResult] = []
    with await context.meter.admit(context.caller, name, estimate, context.headers) as reservation:
        async with context.router.use(name, context.caller) as model:
            reservation.begin()
            try:
                for index, text in enumerate(create.input):
                    decider = Decider(model, text)
                    try:
                        results.append(await _judged(model, decider, index))
                    finally:
                        used, served_by = used + decider.usage, decider.served_by or served_by
            finally:
                if used.prompt_tokens:
                    whole = len(results) == len(create.input)
                    reservation.settle(made, used, deployment=served_by, partial=not whole)
    more: ModerationMore = {"judged_by": "decisions"}
    return {"id": made, "model": model.card.name, "results": results, "earthshine": more}, used


def judge_of(model: str) -> str:
    """Return the model that judges for a name: OpenAI's own names stand for the default one."""
    return DEFAULT if model.startswith(_THEIRS) else model


def _bytes(texts: Sequence[str]) -> int:
    asked = sum(question.prompts() * question.size() for question in QUESTIONS)
    times = sum(question.prompts() for question in QUESTIONS)
    return sum(times * text_bytes(text) + asked for text in texts)


async def _judged(model: LoadedModel, decider: Decider, index: int) -> ModerationResult:
    try:
        odds = await decider.decide(QUESTIONS)
    except ContextLengthExceeded as error:
        error.param = f"input[{index}]"
        raise
    return _result(model, odds)


def _result(model: LoadedModel, odds: Sequence[Odds | None]) -> ModerationResult:
    known = [each[0] for each in odds if each is not None]
    if len(known) < len(CATEGORIES):
        # Half an answer must not pass for a clean text.
        raise UnsupportedParameter(
            f"{model.card.name} answers neither yes nor no; choose another chat model to moderate.", param="model"
        )
    scores = dict(zip(CATEGORIES, known, strict=True))
    categories = {name: score >= FLAGGED for name, score in scores.items()}
    return {
        "flagged": any(categories.values()),
        "categories": categories,
        "category_scores": scores,
        "category_applied_input_types": {name: ["text"] for name in CATEGORIES},
    }
