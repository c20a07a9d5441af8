"""Decisions: questions with known answers, read off the probabilities of one token instead of written out.

Nothing is generated and nothing is parsed. All questions stand behind the same input, one after the other, so an engine
that keeps what it has computed reads the input once. `docs/decide.md` says what the numbers mean.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from earthshine.engines.deltas import ChatEnd, Reasoning, Text, TopLogprob, Usage
from earthshine.engines.interleave import closing, flat, interleave
from earthshine.engines.requests import ChatRequest, Sampling
from earthshine.errors import ContextLengthExceeded, InvalidRequest, UnsupportedParameter
from earthshine.harness.options import LETTERS, Listing, Reading, combine, listings, normalised

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel

AT_ONCE = 8
"""Questions that a server elsewhere is asked at the same time, once it has read the input."""
_LIKELIEST = 20
"""Candidates for the next token; the API gives no more."""

Odds = tuple[float, ...]
"""The probability of each option of a question, in the question's order, with a sum of 1."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about an input, and the answers that there are."""

    text: str
    options: tuple[str, ...]
    """At least two, in any order: how they are ordered does not matter, unless they are a scale."""
    scale: bool = False
    """The options are the levels of a scale, from the lowest to the highest, ten at most."""

    def listings(self) -> list[Listing]:
        """Return the orders in which the options are shown."""
        return listings(len(self.options), scale=self.scale)

    def prompts(self) -> int:
        """Return how many prompts it takes to ask this, at most."""
        parts = _parts(self)
        orders = sum(len(part.question.listings()) for part in parts)
        return orders if len(parts) == 1 else orders + len(listings(len(parts)))

    def size(self) -> int:
        """Return the characters of the question and its options."""
        return len(self.text) + sum(map(len, self.options))

    def likeliest(self, odds: Odds) -> int:
        """Return the number of the option with the best odds; among equals, the last by its words."""
        return max(range(len(odds)), key=lambda number: (odds[number], self.options[number]))

    def prompt(self, listing: Listing) -> str:
        """Return the question as it stands behind the input."""
        what = "number" if self.scale else "letter"
        return f"{self.text}\n{listing.show(self.options)}\nAnswer with one {what} and nothing else."


class Decider:
    """Asks one model about one input; `usage` and `served_by` tell what that has cost until now."""

    def __init__(self, model: LoadedModel, evidence: str) -> None:
        """Nothing is asked before `decide`.

        Raises `UnsupportedParameter` for a model that shows no probabilities.
        """
        self._model = model
        if not model.engine.capabilities.logprobs:
            raise self._unreadable("its engine reports no log probabilities")
        self._before = f"Read the input, then answer the question about it.\n\nInput:\n{evidence}\n\n"
        self._effort: Literal["none"] | None = "none"
        self.usage = Usage()
        self.served_by = ""

    async def decide(self, questions: Sequence[Question]) -> list[Odds | None]:
        """Return the odds of each question's options; None where the model answers with something else.

        Raises what `Engine.chat` raises, and `UnsupportedParameter` for a server that shows no probabilities.
        """
        lists = [_parts(question) for question in questions]
        firsts = [part for parts in lists for part in parts]
        if firsts:
            # A model of this machine refuses what does not fit before anything is spent.
            longest = max((part.question for part in firsts), key=Question.size)
            await self._model.engine.check(self._request(longest, longest.listings()[0]))
        await self._ask(firsts)
        finals = [_final(question, parts) for question, parts in zip(questions, lists, strict=True)]
        await self._ask([final for final in finals if final])
        return [_joined(parts, final) for parts, final in zip(lists, finals, strict=True)]

    async def _ask(self, parts: Sequence[_Part]) -> None:
        """Ask each part in all of its orders, and fill in its odds."""
        readings: list[list[Reading]] = [[] for _ in parts]
        jobs = ((number, listing) for number, part in enumerate(parts) for listing in part.question.listings())
        for number, listing in islice(jobs, 1):
            # Alone, so that the input is computed once and not by all at the same time.
            readings[number].append(await self._read_first(parts[number].question, listing))
        at_once = AT_ONCE if self._model.engine.capabilities.remote else 1
        async with aclosing(interleave([self._work(parts, jobs) for _ in range(at_once)])) as answers:
            async for _, (number, reading) in answers:
                readings[number].append(reading)
        for part, each in zip(parts, readings, strict=True):
            part.odds = combine(each)

    async def _work(
        self, parts: Sequence[_Part], jobs: Iterator[tuple[int, Listing]]
    ) -> AsyncGenerator[tuple[int, Reading]]:
        for number, listing in jobs:
            yield number, await self._read(parts[number].question, listing)

    async def _read_first(self, question: Question, listing: Listing) -> Reading:
        try:
            return await self._read(question, listing)
        except (UnsupportedParameter, ContextLengthExceeded):
            raise
        except InvalidRequest:
            if not self._model.engine.capabilities.remote or self._effort is None:
                raise
            # Some servers refuse to switch off a thinking that their model does not have.
            self._effort = None
            return await self._read(question, listing)

    async def _read(self, question: Question, listing: Listing) -> Reading:
        """Return what the next token after one prompt says."""
        request = self._request(question, listing)
        likeliest: Sequence[TopLogprob] = ()
        async with closing(flat(self._model.engine.chat(request))) as deltas:
            async for delta in deltas:
                match delta:
                    case Text(logprobs=()) if not likeliest:
                        raise self._unreadable("its server reports no log probabilities")
                    case Text(logprobs=(first, *_)) if not likeliest:
                        if not first.top:
                            raise self._unreadable("its server reports no `top_logprobs`")
                        likeliest = first.top
                    case Reasoning():
                        raise self._unreadable("it thinks before it answers")
                    case ChatEnd(usage=usage, served_by=served_by):
                        self.usage += usage
                        self.served_by = served_by
                    case _:
                        pass
        return listing.read(likeliest)

    def _request(self, question: Question, listing: Listing) -> ChatRequest:
        return ChatRequest(
            [{"role": "user", "content": self._before + question.prompt(listing)}],
            reasoning_effort=self._effort,
            sampling=Sampling(temperature=0, max_tokens=1, logprobs=_LIKELIEST),
        )

    def _unreadable(self, why: str) -> UnsupportedParameter:
        return UnsupportedParameter(
            f"The model {self._model.card.name!r} cannot be used for decisions, because {why}. Choose another model.",
            param="model",
        )


# --- lists that are longer than the labels ---------------------------------------------------------------------------
# Their options are asked about in parts, and then the winners. How much likelier one option is than another does not
# depend on who else stands in the list (Luce's choice axiom), so the odds of both rounds multiply.


@dataclass(slots=True)
class _Part:
    """Some of a question's options, by number, and the question about these alone."""

    numbers: tuple[int, ...]
    question: Question
    odds: Odds | None = None

    @property
    def logs(self) -> dict[int, float]:
        """The log probability of each option, by its number."""
        return {number: math.log(each) for number, each in zip(self.numbers, self.odds or (), strict=True)}

    @property
    def winner(self) -> int:
        """The likeliest option's number."""
        return max(self.logs, key=self.logs.__getitem__)


def _parts(question: Question) -> list[_Part]:
    """Cut a question into as few parts as the labels allow, of about the same size.

    Options are ordered by what they say, so that the order in which a client lists them cannot matter.
    """
    numbers = list(range(len(question.options)))
    if question.scale:
        return [_Part(tuple(numbers), question)]
    numbers.sort(key=lambda number: question.options[number])
    count = -(-len(numbers) // len(LETTERS))
    return [_part(question, numbers[at::count]) for at in range(count)]


def _part(question: Question, numbers: Sequence[int]) -> _Part:
    return _Part(tuple(numbers), Question(question.text, tuple(question.options[number] for number in numbers)))


def _final(question: Question, parts: Sequence[_Part]) -> _Part | None:
    """Return the question about the winners of several parts; None where there is one part, or one had no answer."""
    if len(parts) == 1 or any(part.odds is None for part in parts):
        return None
    return _part(question, [part.winner for part in parts])


def _joined(parts: Sequence[_Part], final: _Part | None) -> Odds | None:
    """Return the odds of all options of a question in its own order."""
    last = parts[0] if len(parts) == 1 else final
    if last is None or last.odds is None:
        return None
    logs: dict[int, float] = {}
    for part in parts:
        more = last.logs[part.winner] - part.logs[part.winner]
        logs |= {number: log + more for number, log in part.logs.items()}
    odds = dict(zip(logs, normalised(list(logs.values())), strict=True))
    return tuple(odds[number] for number in range(len(odds)))
