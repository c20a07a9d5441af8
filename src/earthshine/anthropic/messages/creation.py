"""The making of one message: whole or as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from earthshine.anthropic.dialect import ANTHROPIC
from earthshine.anthropic.messages import reply
from earthshine.anthropic.messages.conversation import Conversation
from earthshine.anthropic.messages.events import EventWriter
from earthshine.anthropic.messages.schemas import CreateMessage
from earthshine.anthropic.messages.thoughts import Thoughts
from earthshine.anthropic.messages.translate import to_chat_request, to_sampling
from earthshine.engines.deltas import ChatEnd, Delta, ToolCallStart, Usage
from earthshine.engines.progress import Progress
from earthshine.errors import UnsupportedParameter
from earthshine.generation import Generation, GenerationContext
from earthshine.ids import new_id
from earthshine.metering.usage_estimate import UsageEstimate, json_bytes
from earthshine.wire import Dialect

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel


class MessageCreation(Generation[Delta]):
    """One request's work."""

    dialect: ClassVar[Dialect] = ANTHROPIC

    def __init__(
        self,
        create: CreateMessage,
        conversation: Conversation,
        thoughts: Thoughts,
        context: GenerationContext,
    ) -> None:
        """`conversation` is what was read of the request."""
        super().__init__(create.model, context)
        self._create = create
        self._conversation = conversation
        self._thoughts = thoughts
        self._progress = Progress()
        self._builder = reply.MessageBuilder()
        self._writer = EventWriter(thoughts, omitted=create.omits_thoughts)
        self._end: ChatEnd | None = None
        self._prompt_tokens = 0
        self._counted = False
        self._card = ""

    def estimate(self) -> UsageEstimate:
        """Return what the message may take."""
        return UsageEstimate("chat.completions", self._input_bytes, self._create.max_tokens)

    def _input_bytes(self) -> int:
        tools = [tool.chat() for tool in self._create.functions]
        return json_bytes([self._conversation.messages, self._conversation.prefill, tools])

    async def begin(self, model: LoadedModel, limit: int | None) -> Sequence[AsyncIterator[Sequence[Delta]]]:
        """Ask the model."""
        able = model.engine.capabilities
        request = to_chat_request(self._create, self._conversation, model)
        request = replace(request, sampling=to_sampling(self._create, able.context_length))
        self.id, self._card, self._counted = new_id("msg"), model.card.name, not able.remote
        if self._create.stream and self._counted:
            # The first event of a stream tells it, before anything is written; it is 0 where nobody can count yet.
            with suppress(UnsupportedParameter):
                self._prompt_tokens = await model.engine.count(request)
        return [model.engine.chat(request, self._progress)]

    def take(self, index: int, batch: Sequence[Delta]) -> Sequence[Delta]:
        """Keep what the whole message needs, and of any its end."""
        batch = [_with_id(delta) if type(delta) is ToolCallStart else delta for delta in batch]
        if not self._create.stream:
            for delta in batch:
                self._builder.add(delta)
        if isinstance(batch[-1], ChatEnd):
            self._end = batch[-1]
        return batch

    def ended(self) -> tuple[Usage, str] | None:
        """Return what the message took, once it has ended."""
        return (self._end.usage, self._end.served_by) if self._end is not None else None

    async def used(self, model: LoadedModel) -> tuple[Usage, bool, str] | None:
        """Return what the message took until now."""
        if not self._progress.pieces:
            return None
        return *await self._progress.usage(), self._progress.served_by

    def opening(self) -> bytes:
        """Return the first events."""
        return self._writer.begin(reply.message(self.id, self._card, Usage(self._prompt_tokens)))

    def events(self, index: int, batch: Sequence[Delta]) -> bytes:
        """Return the events of some deltas."""
        return b"".join([self._writer.write(delta) for delta in batch])

    def final(self) -> bytes:
        """Return the last events."""
        assert self._end is not None
        return self._writer.end(self._stop_reason(self._end), self._end.stop, reply.usage(self._end.usage))

    def object(self) -> dict[str, Any]:
        """Return the message."""
        assert self._end is not None
        made = reply.message(self.id, self._card, self._end.usage)
        made["content"] = self._builder.content(self._thoughts, omitted=self._create.omits_thoughts)
        made["stop_reason"] = self._stop_reason(self._end)
        made["stop_sequence"] = self._end.stop
        return cast("dict[str, Any]", made)

    def _stop_reason(self, end: ChatEnd) -> reply.StopReason:
        return reply.stop_reason(end, self._create.max_tokens, counted=self._counted)


def _with_id(call: ToolCallStart) -> ToolCallStart:
    return call if call.id else replace(call, id=new_id("toolu"))
