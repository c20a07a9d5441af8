"""The text of a model that may cite: its marks become annotations, and each event keeps what the model wrote for it."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any

from earthshine.engines.deltas import Delta, Text, TokenLogprob
from earthshine.harness.citations.reader import CitationReader, Cited, Said
from earthshine.harness.citations.sources import Sources
from earthshine.responses.reply.response_builder import ResponseBuilder


class CitedText:
    """Stands between a model and a builder, for one step of the model. What is not numbered goes through as it is."""

    def __init__(self, builder: ResponseBuilder, sources: Sources) -> None:
        self._builder, self._sources = builder, sources
        self._reader: CitationReader | None = None
        self._written: deque[tuple[str, str]] = deque()
        """Text of which nothing was given out, and the `raw` of each piece."""
        self._logprobs: tuple[TokenLogprob, ...] = ()

    def feed(self, delta: Delta) -> None:
        """Give out one delta, or what is certain of it."""
        if not self._sources.used:
            self._builder.feed(delta)
        elif isinstance(delta, Text):
            if self._reader is None:
                self._reader = CitationReader(self._sources, self._builder.open_text)
            self._written.append((delta.text, delta.raw))
            self._logprobs += delta.logprobs
            self._tell(self._reader.feed(delta.text))
        else:
            if self._reader is not None:
                self._tell(self._reader.flush())
                self._reader = None
            rest = self._raw(None)
            self._builder.feed(replace(delta, raw=rest + delta.raw) if rest else delta)

    def _tell(self, events: list[Said | Cited]) -> None:
        for event in events:
            raw = self._raw(event.size)
            if isinstance(event, Cited):
                annotation: dict[str, Any] = event.quotation.annotation(self._builder.open_text)
                self._builder.annotate({**annotation, "typed": True} if event.typed else annotation, raw)
                continue
            # A mark has no place in the text, but its tokens were written: they are told with the next piece.
            logprobs, self._logprobs = self._logprobs, ()
            if event.check is None:
                self._builder.feed(Text(event.text, raw, logprobs))
            else:
                self._builder.mark(event.text, event.check, raw, logprobs)

    def _raw(self, size: int | None) -> str:
        """Return what the model wrote for so many characters of text; for all that is left, when it is None."""
        found = ""
        while self._written and (size is None or size > 0 or not self._written[0][0]):
            text, raw = self._written.popleft()
            if size is not None and len(text) > size:
                # What the model wrote ends with the text that it is read as.
                lead = len(raw) - len(text) if raw.endswith(text) else len(raw)
                self._written.appendleft((text[size:], raw[lead + size :]))
                return found + raw[: lead + size]
            found += raw
            size = None if size is None else size - len(text)
        return found
