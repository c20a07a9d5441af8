"""Programs: what decides, step by step, how a response comes about, where the plain loop is not enough.

The run of a response may name one (`Turn.program`); the kind's own loop writes the rest. A program is a function that
is performed anew after a crash: what it does in steps returns then what it returned before, so it must decide by these
results and by the items alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from earthshine.conversations.items import Item, kind_of
from earthshine.engines.deltas import ChatEnd, Delta, Reasoning, Text, ToolCallArguments, ToolCallStart, Usage
from earthshine.engines.requests import ChatRequest
from earthshine.harness.decide import Question
from earthshine.responses.reply.unread_call import UnreadCall
from earthshine.responses.run.decide_step import decide
from earthshine.responses.run.model_step import ModelSteps, Shape
from earthshine.responses.run.nested_calls import CallsWait
from earthshine.responses.run.response_run import MODEL_STEP, ResponseRun
from earthshine.responses.run.tool_step import ToolSteps
from earthshine.runs import Done, StepRecord
from earthshine.runs.run import Work

Json = dict[str, Any]


class Program(Protocol):
    """Writes responses."""

    name: str

    async def write(self, moves: Moves, settings: Json) -> str:
        """Write a response to its end, or go on; returns why it ended, as a model's reply does.

        `settings`: what was stored for it. Raises what its moves raise.
        """
        ...


@dataclass(slots=True)
class Moves:
    """What a program can do: each move is a step of the run, or several."""

    response: ResponseRun
    models: ModelSteps
    tools: ToolSteps
    yields: Callable[[], Awaitable[bool]]
    """Tells whether somebody wants the response to end before the next step, as `STEERED`: another goes on from it."""
    place: int
    """How many items the response has, as far as the program has come: there may be more when it goes on."""
    refused: list[Item] = field(default_factory=list[Item])
    """What the model called last that was no call, with what was wrong."""

    @property
    def items(self) -> list[Item]:
        """All items so far, of earlier responses too."""
        return [*self.response.turn.context, *self.output]

    @property
    def output(self) -> list[Item]:
        """The items of this response so far."""
        return self.response.builder.output[: self.place]

    def may_call(self, name: str) -> bool:
        """Tell whether a function is run here without anybody's being asked."""
        begun = self.response.toolset.opens(self.items, self.output)(name, None)
        item = begun.item if isinstance(begun, UnreadCall) else begun
        return item is not None and not kind_of(item).asks and self.response.toolset.run_here(item) is not None

    async def step(self, name: str, work: Work) -> Any:
        """Do something under a name, once; returns its result, which is JSON."""
        return await self.response.run.step(name, work)

    async def note(self, name: str, value: Json) -> None:
        """Keep a decision in the journal."""

        async def keep(_step: StepRecord) -> Done:
            return Done(value)

        await self.step(name, keep)

    async def wait(self, name: str, details: Json) -> Any:
        """Open a step that a person ends, and wait for that; returns what was said. The run costs nothing meanwhile."""
        run = self.response.run
        return (await run.join(await run.ask(name, details)))[0]

    async def consult(self, name: str, request: ChatRequest, *, seconds: float | None = None) -> Json:
        """Ask the model what no reader sees; returns its `text` and the `reason` of its end. Cut after `seconds`."""
        ask = partial(self.models.consult, self.response, request, seconds=seconds)
        return await self.step(f"{MODEL_STEP} {name}", ask)

    async def decide(self, name: str, evidence: str, *questions: Question) -> list[Sequence[float] | None]:
        """Have the model decide questions about a text; returns the odds of each one's options.

        None for a question that it answers with something else, and for all where it shows no probabilities.
        """
        work = partial(decide, self.models, self.response, evidence, questions)
        return (await self.step(f"{MODEL_STEP} {name}", work))["odds"]

    async def ask(self, shape: Shape) -> tuple[str, bool]:
        """Ask the model what readers see, and run what it calls.

        Returns why its reply ended, and whether the response must end because somebody else has to answer first, or
        because a limit is reached and this was the answer.
        """
        begin, refused = self.place, self.refused
        ask = partial(self.models.ask, self.response, begin=begin, refused=refused, last=False, shape=shape)
        done: Json = await self.step(MODEL_STEP, ask)
        if done.get("again"):
            # A limit has cut it: the model is asked once more, for an answer with what there is.
            ask = partial(self.models.ask, self.response, begin=done["items"], refused=(), last=True)
            done = await self.step(MODEL_STEP, ask)
            self.place = done["items"]
            return "stop", True
        if done.get("over"):
            self.place = done["items"]
            return done["reason"], True
        self.refused = done.get("refused") or []
        return done["reason"], await self._run(begin, done["items"])

    async def call(self, name: str, arguments: str) -> bool:
        """Make a call that the program has put together, and run it.

        `arguments`: JSON text. Returns whether the response must end because somebody else has to answer first.
        """
        begin = self.place
        end = await self._tell("call", ToolCallStart(0, name), ToolCallArguments(0, arguments))
        return await self._run(begin, end)

    async def think(self, text: str) -> None:
        """Show readers what was decided, as reasoning."""
        await self._tell("plan", Reasoning(text))

    async def say(self, pieces: Sequence[str | Json]) -> None:
        """Add a message that the program has written: pieces of its text, and annotations where they belong."""
        await self._tell("say", *(Text(each) if isinstance(each, str) else each for each in pieces))

    async def _tell(self, name: str, *deltas: Delta | Json) -> int:
        """Add items that no model wrote, with annotations between; returns how many there are then."""

        async def tell(_step: StepRecord) -> Done:
            builder = self.response.builder
            # All events of this step are stored together: what is there of them is all.
            if len(builder.output) == self.place:
                builder.run()
                builder.begin_step(self.response.toolset.opens(self.items, builder.output))
                for delta in (*deltas, ChatEnd("stop", Usage())):
                    if isinstance(delta, dict):
                        builder.annotate(delta)
                    else:
                        builder.feed(delta)
            return Done({"items": len(builder.output), **({"refused": builder.refused} if builder.refused else {})})

        done: Json = await self.step(name, tell)
        self.refused, self.place = done.get("refused") or [], done["items"]
        return self.place

    async def _run(self, begin: int, end: int) -> bool:
        """Run the calls among some items; returns whether there are others, which somebody else has to answer."""
        output, toolset = self.response.builder.output, self.response.toolset
        here = [place for place in range(begin, end) if toolset.run_here(output[place]) is not None]
        theirs = sum(kind_of(item).pairs == "call" or kind_of(item).asks for item in output[begin:end]) > len(here)
        try:
            await self.tools.run(self.response, here)
        except CallsWait:
            return True
        answers = (self.response.builder.answered_place(place) for place in here)
        self.place = max([end, *(1 + place for place in answers)])
        return theirs
