"""One step of a response in which the model decides questions, which no reader sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from earthshine.engines.deltas import Usage
from earthshine.errors import ContextLengthExceeded, UnsupportedParameter
from earthshine.harness.decide import Decider, Odds, Question
from earthshine.metering.usage_estimate import UsageEstimate, json_bytes
from earthshine.responses.run.model_step import ModelSteps
from earthshine.responses.run.response_run import ResponseRun
from earthshine.runs import Done, StepRecord


async def decide(
    models: ModelSteps, response: ResponseRun, evidence: str, questions: Sequence[Question], step: StepRecord
) -> Done:
    """Have the model decide questions about a text; the result has the `odds` of each one's options.

    None for a question that it answers with something else, and for all where it shows no probabilities.
    """
    prompts = sum(each.prompts() for each in questions)
    said = [evidence, *(each.text for each in questions), *(text for each in questions for text in each.options)]
    estimate = UsageEstimate(
        "responses", lambda: prompts * json_bytes(said), output_limit=1, choices=prompts, prompts=prompts
    )
    reservation = await response.reserve(models.meter, estimate)
    response.begin_step(step)
    odds: list[Odds | None] = [None] * len(questions)
    decider = None
    try:
        model = await models.lease(response)
        reservation.begin()
        decider = Decider(model, evidence)
        odds = await decider.decide(questions)
    except (UnsupportedParameter, ContextLengthExceeded):
        pass
    except BaseException:
        reservation.release()
        raise
    used = decider.usage if decider is not None else Usage()
    if decider is None or not used.prompt_tokens:
        reservation.release()
        return Done({"odds": odds}, usage=asdict(used))
    settle = reservation.settle_within if response.stored else reservation.settle
    charge = settle(response.work_id, used, deployment=decider.served_by)
    return Done({"odds": odds}, usage=asdict(used), write=charge)
