"""One reply being written: step after step against the engine, parsed into deltas.

A step is one completion. Thinking is a step that the closing tag ends; the answer is another, free or under a
grammar; a free answer that turns into a tool call is cut there and goes on under the grammar of calls. The prompt of a
step is the prompt of the reply plus all that was written, so the engine's prefix cache makes further steps cheap.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace

from earthshine.engines.base import Engine
from earthshine.engines.deltas import ChatEnd, CompletionEnd, Delta, Piece, TokenLogprob, Usage
from earthshine.engines.interleave import closing
from earthshine.engines.progress import Progress
from earthshine.engines.requests import ChatRequest, CompletionRequest
from earthshine.errors import ContextLengthExceeded, Internal, InvalidRequest
from earthshine.harness.citations.grammar import citing
from earthshine.harness.constraint import off_loop
from earthshine.harness.grammar import EMPTY, Grammar
from earthshine.harness.parsing.parser import Parser
from earthshine.harness.plan import PlannedRequest, ReplyPlan
from earthshine.harness.reply.steps import Step, Steps
from earthshine.harness.reply.usage_counter import UsageCounter


class ReplyWriter:
    """Writes one reply; `deltas` is used once."""

    _plan: ReplyPlan
    _parser: Parser
    _steps: Steps
    _counter: UsageCounter

    def __init__(
        self,
        engine: Engine,
        request: ChatRequest,
        prepare: Callable[[ChatRequest], Awaitable[PlannedRequest]],
        progress: Progress,
    ) -> None:
        """Write by `engine`, which continues text; `prepare` reads the request, and `progress` is shown the counts."""
        self._engine = engine
        self._request = request
        self._prepare = prepare
        self._progress = progress

    async def deltas(self) -> AsyncIterator[Sequence[Delta]]:
        """Write the reply, or what is missing of it, and end with `ChatEnd`."""
        await self._begin()
        while (step := self._steps.next()) is not None:
            if step.seed:
                await self._check_room()
                if deltas := await self._seed(step):
                    yield deltas
            request = await self._completion(step)
            if request is None:
                continue
            end: CompletionEnd | None = None
            async with closing(self._engine.complete(request)) as stream:
                try:
                    async for pieces in stream:
                        deltas, end = self._take(step, pieces)
                        if deltas:
                            yield deltas
                        if end or self._steps.is_over(step):
                            break
                except ContextLengthExceeded:
                    if not (self._counter.settled or self._parser.raw):
                        raise
                    # What was written has filled the context: the reply is as long as it can be.
                    end = CompletionEnd("length", Usage())
            await self._counter.settle(end)
            if deltas := self._feed(self._steps.after(step, end)):
                yield deltas
        await self._check_room()
        yield await self._last()

    def _take(self, step: Step, pieces: Sequence[Piece | CompletionEnd]) -> tuple[list[Delta], CompletionEnd | None]:
        """Read pieces up to where the step ends; what the model wrote behind that does not count."""
        deltas: list[Delta] = []
        for piece in pieces:
            if isinstance(piece, CompletionEnd):
                return deltas, piece
            deltas += self._read(step, piece)
            if self._steps.is_over(step):
                break
        return deltas, None

    async def _begin(self) -> None:
        """Read the request, and bring the parser to where `written` ends, without a word to the reader."""
        self._request = request = await self._prepare(self._request)
        self._plan = request.plan
        self._parser = self._plan.parser()
        self._steps = Steps(self._plan, self._parser)
        self._counter = UsageCounter(self._engine, self._plan)
        self._progress.counted_by(self._counter)
        written = request.written
        if not written:
            return
        self._parser.rebuild(written)
        self._steps.resume()
        self._counter.completion = await self._counter.tokens(written)
        thoughts = written if self._parser.answer_at is None else written[: self._parser.answer_at]
        if not self._parser.thinking or self._plan.thinking.planned:
            self._counter.reasoning = await self._counter.tokens(thoughts)

    async def _check_room(self) -> None:
        """Raise `ContextLengthExceeded` for a prompt that is too long, when no engine has been asked yet.

        What is certain is not generated, and a reply of which nothing is left to generate never comes to an engine.
        """
        limit = self._engine.capabilities.context_length
        if self._counter.settled or self._request.written or not limit:
            return
        tokens = await self._counter.prompt()
        if tokens >= limit:
            raise ContextLengthExceeded(limit=limit, tokens=tokens + 1)

    async def _seed(self, step: Step) -> list[Delta]:
        tokens = await self._counter.tokens(step.seed)
        self._counter.completion += tokens
        return self._feed(step.seed, tokens)

    async def _completion(self, step: Step) -> CompletionRequest | None:
        """Return what to ask the engine for; None when the step has nothing left to write."""
        grammar = await self._grammar(step)
        if grammar is not None and grammar.start == EMPTY:
            self._steps.finish()
            return None
        limit = await self._limit(step)
        if limit is not None and limit <= 0:
            self._steps.exhausted(step)
            return None
        raw = self._parser.raw
        self._counter.begin(bare=not raw)
        sampling = replace(
            self._request.sampling,
            stop=step.stop,
            max_tokens=limit,
            logprobs=self._request.sampling.logprobs if step.kind in ("text", "form") else None,
        )
        prompt = await self._plan.prompt(self._engine, raw, self._parser.answer_at)
        return CompletionRequest(prompt, sampling, str(grammar) if grammar else None, self._request.adapters)

    async def _grammar(self, step: Step) -> Grammar | None:
        if step.kind == "text" and self._request.citable and self._engine.capabilities.grammar:
            # Whatever stands before, also a beginning that was stored: no mark is stored in part.
            return citing(self._request.citable)
        full, written = self._plan.constraint.grammar, self._steps.under_grammar(step)
        if full is None or written is None:
            return None
        rest = await off_loop(_residual, full, written) if written else full
        if rest is not None:
            return rest
        if self._plan.prefill:
            raise InvalidRequest(
                "The partial assistant message does not begin what `tools` or `response_format` demand.",
                param="messages",
            )
        raise Internal("The reply that was to be continued does not follow its own format.")

    async def _limit(self, step: Step) -> int | None:
        most = self._request.sampling.max_tokens
        left = None if most is None else most - self._counter.completion
        if step.kind != "think" or step.limit is None:
            return left
        context = self._engine.capabilities.context_length
        if context:
            room = context - await self._counter.prompt() - self._counter.completion
            left = room if left is None else min(left, room)
        thoughts = step.limit - self._counter.reasoning
        # A quarter of the room is kept, so that an answer follows the thinking.
        return thoughts if left is None else min(thoughts, left * 3 // 4)

    def _read(self, step: Step, piece: Piece) -> list[Delta]:
        self._counter.add(piece.tokens)
        deltas = self._feed(self._steps.detect(step, piece.text), piece.tokens, piece.logprobs)
        if step.kind == "text":
            self._steps.notice_tag()
        return deltas

    def _feed(self, text: str, tokens: int = 0, logprobs: Sequence[TokenLogprob] = ()) -> list[Delta]:
        thinking = self._parser.in_thought
        deltas = self._parser.feed(text, logprobs)
        if thinking or self._parser.in_thought:
            self._counter.reasoning += tokens
        return deltas

    async def _last(self) -> list[Delta]:
        deltas, rest = self._parser.finish()
        reason = self._steps.reason
        if reason == "stop" and self._parser.calls:
            reason = "tool_calls"
        stop = self._parser.stop or self._steps.stop
        return [*deltas, ChatEnd(reason, await self._counter.usage(), raw=rest, stop=stop)]


def _residual(grammar: Grammar, written: str) -> Grammar | None:
    """Return what may follow, written out."""
    rest = grammar.after(written)
    if rest is not None:
        str(rest)
    return rest
