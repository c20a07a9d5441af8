"""Compaction: the model condenses a conversation into one item that can stand in its place.

A conversation longer than the context is condensed piece by piece, each piece together with the summary of those
before it; nothing is left out unread. How much survives is up to the model. The user's own messages are kept as they
are. A summary has at most 512 tokens, or a quarter of the context if that is less.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from earthshine.conversations.items import Item, kind_of
from earthshine.conversations.items.base import program_of
from earthshine.conversations.items.compaction import SUMMARY_HEADING
from earthshine.conversations.items.message import plain_parts
from earthshine.conversations.signing import TextSigner
from earthshine.engines.deltas import ChatEnd, Text, Usage
from earthshine.engines.interleave import flat
from earthshine.engines.requests import ChatRequest, Sampling
from earthshine.errors import ContextLengthExceeded, EngineFailed, InvalidRequest
from earthshine.ids import new_id
from earthshine.metering.usage_estimate import UsageEstimate, json_bytes
from earthshine.responses.objects import CompactedResponse
from earthshine.responses.reply.events import usage_json
from earthshine.responses.schemas import CompactRequest
from earthshine.wire import close

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel
    from earthshine.metering.reservation import Reservation

_TASK = (
    "Summarise the conversation so that someone who reads only the summary can carry it on. Keep names, numbers, "
    "decisions, what the user wants and what is still open. Write the summary and nothing else."
)
_MOST_TOKENS = 512
_KEPT_CHARACTERS = 2000
"""Of the user's last messages; whole messages only."""
_LONGEST_TOKEN = 16
"""Characters that a token has at most, on average over a long text."""
_UNKNOWN_CONTEXT = 2**18
"""Tokens of a model whose upstream does not tell how many it reads."""
_SMALLEST_PIECE = 64
"""Characters below which a text is not divided any more."""


def estimate_of(request: CompactRequest, items: Sequence[Item]) -> UsageEstimate:
    """Return what compaction asks for at most: no item makes more than a few pieces, each read with a summary."""
    pieces = 2 * len(items) + 1
    return UsageEstimate(
        "responses",
        lambda: json_bytes([request.instructions, items]) + pieces * _MOST_TOKENS,
        output_limit=_MOST_TOKENS,
        choices=pieces,
        prompts=pieces,
    )


async def compact(
    model: LoadedModel, request: CompactRequest, items: Sequence[Item], signer: TextSigner, reservation: Reservation
) -> CompactedResponse:
    """Return the `response.compaction` object for `items`; its output is one compaction item.

    Raises `InvalidRequest` when there is nothing to condense, `ContextLengthExceeded` when the model's context has no
    room even for a line of it, `EngineFailed` when the model writes no summary, and what `Engine.chat` raises.
    """
    accounts = [kind_of(item).account(item) for item in items if program_of(item) is None]
    accounts = [account for account in accounts if account]
    if not accounts:
        raise InvalidRequest("There is nothing to compact: give `input` or `previous_response_id`.", param="input")
    compaction_id = new_id("resp")
    reservation.begin()
    summariser = _Summariser(model, request.instructions)
    try:
        summary = await summariser.run(accounts)
    except BaseException:
        if summariser.usage.completion_tokens:
            reservation.settle(compaction_id, summariser.usage, deployment=summariser.served_by, partial=True)
        raise
    reservation.settle(compaction_id, summariser.usage, deployment=summariser.served_by)
    signed = signer.sign("compaction", summary + _last_words(items))
    return {
        "id": compaction_id,
        "object": "response.compaction",
        "created_at": int(time.time()),
        "output": [{"id": new_id("cmp"), "type": "compaction", "encrypted_content": signed}],
        "usage": usage_json(summariser.usage),
    }


class _Summariser:
    def __init__(self, model: LoadedModel, instructions: str | None) -> None:
        self._model = model
        self._system = f"{_TASK}\n\n{instructions}" if instructions else _TASK
        context = model.engine.capabilities.context_length
        self._room = _LONGEST_TOKEN * (context or _UNKNOWN_CONTEXT)
        """Characters beyond which a text is not worth trying."""
        self._most = min(_MOST_TOKENS, max(1, context // 4)) if context else _MOST_TOKENS
        self.usage = Usage()
        """Of the replies that have ended."""
        self.served_by = ""

    async def run(self, accounts: Sequence[str]) -> str:
        """Return a summary of all texts, in as few replies as their lengths allow."""
        summary = ""
        left = [text[start : start + self._room] for text in accounts for start in range(0, len(text), self._room)]
        take = self._fitting(left)
        while left:
            try:
                summary = await self._reply(self._request(summary, left[:take]))
            except ContextLengthExceeded:
                # The engine refuses before it works, so trying is as cheap as counting, and upstreams do not count.
                if take == 1 and len(left[0]) < _SMALLEST_PIECE:
                    raise
                if take == 1:
                    middle = len(left[0]) // 2
                    left[:1] = left[0][:middle], left[0][middle:]
                take = max(1, take // 2)
                continue
            left = left[take:]
            # What did not fit just now will not fit either: to try all that is left each time would be quadratic.
            take = min(self._fitting(left), 2 * take)
        return summary

    def _fitting(self, texts: Sequence[str]) -> int:
        """Return how many of the first texts may fit together: one at least."""
        room = self._room
        for count, text in enumerate(texts):
            room -= len(text)
            if room < 0:
                return max(1, count)
        return len(texts)

    def _request(self, summary: str, accounts: Sequence[str]) -> ChatRequest:
        before = [SUMMARY_HEADING + summary] if summary else []
        return ChatRequest(
            messages=[
                {"role": "system", "content": self._system},
                {"role": "user", "content": "\n\n".join([*before, *accounts])},
            ],
            reasoning_effort="none",
            sampling=Sampling(temperature=0, max_tokens=self._most),
        )

    async def _reply(self, request: ChatRequest) -> str:
        text = ""
        deltas = flat(self._model.engine.chat(request))
        try:
            async for delta in deltas:
                if isinstance(delta, Text):
                    text += delta.text
                elif isinstance(delta, ChatEnd):
                    self.usage += delta.usage
                    self.served_by = delta.served_by
        finally:
            await close(deltas)
        if not text.strip():
            raise EngineFailed("The model wrote no summary. Try again, or compact with another model.", retry_after=1)
        return text.strip()


def _last_words(items: Sequence[Item]) -> str:
    """Return the user's last messages, oldest first, with a heading; empty when the last one is too long already."""
    kept: list[str] = []
    room = _KEPT_CHARACTERS
    for item in reversed(items):
        if item.get("role") == "user":
            text = plain_parts(item["content"])
            room -= len(text)
            if room < 0:
                break
            kept.insert(0, f"- {text}")
    return "\n\nThe user's last messages, word for word:\n" + "\n".join(kept) if kept else ""
