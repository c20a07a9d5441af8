"""The best of what a search found, judged one by one: by a re-ranker where one is installed, else by a chat model.

A re-ranker reads query and passage together, which finds more than comparing vectors and costs more: it is asked about
few passages. A chat model is asked only where somebody named one, for it costs much more: whether each of the first
passages answers the query, read off the probabilities of one token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from earthshine.accounts.authorization.caller import Caller
from earthshine.catalog import Card, Catalog
from earthshine.engines.base import Engine
from earthshine.engines.deltas import Usage
from earthshine.errors import ModelBroken, UnsupportedParameter
from earthshine.harness.decide import Decider, Question
from earthshine.ids import new_id
from earthshine.metering.meter import Meter
from earthshine.metering.usage_estimate import UsageEstimate, text_bytes
from earthshine.routing.router import Router

MOST_DECIDED = 20
"""Passages about which a chat model is asked; those behind them keep their order."""
_QUERY = "What does the moon do to the sea?"
_GOOD = "The moon's gravity pulls at the sea and raises the tides twice a day."
_BAD = "The committee adopted the budget for office furniture."
_LEAST = 1e-6
"""Between two judgements. Weights that were converted without their last layer give the same, almost zero, for all."""

Ranking = list[tuple[int, float]]
"""Numbers of passages, best first, each with a judgement."""
Judge = Literal["reranker", "decisions"]
"""What judged: a model that was made for it, or the probabilities of a chat model's answers."""


class Reranker:
    """Orders passages by how well they answer a query."""

    def __init__(self, catalog: Catalog, router: Router, meter: Meter) -> None:
        self._catalog = catalog
        self._router = router
        self._meter = meter

    async def rerank(
        self, query: str, passages: Sequence[str], limit: int, who: Caller, *, decide_by: str = ""
    ) -> Ranking | None:
        """Return the best `limit` passages; None where no re-ranker is installed and no chat model is named.

        `decide_by` names the chat model. Judgements are comparable within one ranking; a chat model's are
        probabilities.

        Raises:
            UnsupportedParameter: the chat model shows no probabilities.
            EarthshineError: what `Meter.admit`, `Router.use` and the engines raise.
        """
        card = next((card for card in self._catalog.installed() if "rerank" in card.abilities), None)
        if not passages or (card is None and not decide_by):
            return None if passages else []
        if card is not None:
            # Which models a key may be asked for with is said of what its owner writes in `model`.
            ranking, _ = await self._judged(card.name, query, passages, replace(who, models=()))
        else:
            ranking, _ = await self._decided(decide_by, query, passages, who)
        return ranking[:limit]

    async def rank(
        self, name: str, query: str, passages: Sequence[str], who: Caller, headers: dict[str, str]
    ) -> tuple[Ranking, Usage, Judge]:
        """Return all passages, best first, by the model that a client names; `headers` receives its limits.

        Raises:
            UnsupportedParameter: the model can neither rank nor decide, or is asked to decide about too many.
            EarthshineError: what `Meter.admit`, `Router.use` and the engines raise.
        """
        card = self._catalog.resolve(name)
        if "rerank" in card.abilities:
            return *await self._judged(name, query, passages, who, headers), "reranker"
        if "chat" not in card.abilities:
            raise UnsupportedParameter(f"{card.name} ranks nothing; choose a re-ranker or a chat model.", param="model")
        if len(passages) > MOST_DECIDED:
            raise UnsupportedParameter(
                f"{card.name} is no re-ranker: it is asked about one passage after the other, {MOST_DECIDED} at most. "
                "Send fewer, or install a re-ranker.",
                param="documents",
            )
        return *await self._decided(name, query, passages, who, headers), "decisions"

    async def _judged(
        self, name: str, query: str, passages: Sequence[str], who: Caller, headers: dict[str, str] | None = None
    ) -> tuple[Ranking, Usage]:
        size = text_bytes(query)
        estimate = UsageEstimate(
            "embeddings",
            lambda: sum(size + text_bytes(text) for text in passages),
            output_limit=0,
            choices=0,
            prompts=len(passages),
        )
        with await self._meter.admit(who, name, estimate, headers) as reservation:
            async with self._router.use(name, who) as model:
                reservation.begin()
                made = await model.engine.rerank(query, passages)
                used = Usage(made.prompt_tokens)
                reservation.settle(new_id("rank"), used, deployment=made.served_by)
        return sorted(enumerate(made.scores), key=lambda each: -each[1]), used

    async def _decided(
        self, name: str, query: str, passages: Sequence[str], who: Caller, headers: dict[str, str] | None = None
    ) -> tuple[Ranking, Usage]:
        question = Question(f"Does the input answer this?\n{query}", ("yes", "no"))
        asked = passages[:MOST_DECIDED]
        prompts = question.prompts() * len(asked)
        estimate = UsageEstimate(
            "decisions",
            lambda: question.prompts() * sum(text_bytes(query) + text_bytes(text) for text in asked),
            output_limit=1,
            choices=prompts,
            prompts=prompts,
        )
        odds: list[float] = []
        used, served_by = Usage(), ""
        with await self._meter.admit(who, name, estimate, headers) as reservation:
            async with self._router.use(name, who) as model:
                reservation.begin()
                try:
                    for text in asked:
                        decider = Decider(model, text)
                        try:
                            answer = (await decider.decide([question]))[0]
                        finally:
                            used, served_by = used + decider.usage, decider.served_by or served_by
                        odds.append(answer[0] if answer is not None else 0.0)
                finally:
                    if used.prompt_tokens:
                        reservation.settle(new_id("rank"), used, deployment=served_by, partial=len(odds) < len(asked))
        best = sorted(enumerate(odds), key=lambda each: -each[1])
        return best + [(number, 0.0) for number in range(len(asked), len(passages))], used


async def prove_reranker(card: Card, engine: Engine) -> None:
    """Raise `ModelBroken` for a re-ranker that does not tell an answer from something else, as wrong conversions do."""
    made = await engine.rerank(_QUERY, [_GOOD, _BAD])
    good, bad = made.scores
    if not good - bad > _LEAST:
        raise ModelBroken(
            f"{card.name!r} judges an answer ({good:.3g}) no better than something else ({bad:.3g}): its weights were "
            "probably converted without the layer that judges. Install another conversion of it."
        )
