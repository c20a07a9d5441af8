"""A continuation of raw text, or what stands between two texts, told in Ollama's words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from earthshine.completions.creation import Creation, Written
from earthshine.completions.schemas import CreateCompletion
from earthshine.engines.deltas import CompletionEnd
from earthshine.generation import GenerationContext
from earthshine.ollama.chat import sampling_body
from earthshine.ollama.dialect import OLLAMA, line
from earthshine.ollama.lines import Lines
from earthshine.ollama.messages import Json
from earthshine.ollama.schemas import OllamaGenerate
from earthshine.wire import check

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel


def completion_of(asked: OllamaGenerate, model: str) -> CreateCompletion:
    """Return the completion that is asked for. Raises `InvalidRequest`."""
    fields = {name: value for name, value in sampling_body(asked).items() if value is not None}
    logprobs = (asked.top_logprobs or 0) if asked.logprobs else None
    body = {"model": model, "prompt": asked.prompt, "suffix": asked.suffix or None, "stream": asked.stream}
    create = check(CreateCompletion, {**body, "logprobs": logprobs, **fields})
    create.stop = asked.options.stop
    # OpenAI's API has a limit of its own where a request says nothing; Ollama's has none.
    create.max_tokens = fields.get("max_tokens")
    return create


class OllamaContinuation(Creation):
    """One request's work."""

    dialect = OLLAMA

    def __init__(self, asked: OllamaGenerate, model: str, context: GenerationContext) -> None:
        super().__init__(completion_of(asked, model), context)
        self._lines = Lines(asked.model, "response")

    async def begin(self, model: LoadedModel, limit: int | None) -> Sequence[AsyncIterator[Sequence[Written]]]:
        """Ask the model."""
        choices = await super().begin(model, limit)
        self._lines.ready()
        return choices

    def take(self, index: int, batch: Sequence[Written]) -> Sequence[Written]:
        """Note when the first words came."""
        self._lines.wrote()
        return super().take(index, batch)

    def events(self, index: int, batch: Sequence[Written]) -> bytes:
        """Return a line for each piece."""
        return b"".join(
            line(self._lines.piece(piece.text, logprobs=piece.logprobs))
            for piece in batch
            if not isinstance(piece, CompletionEnd)
        )

    def final(self) -> bytes:
        """Return the last line."""
        return line(self._end(""))

    def object(self) -> dict[str, Any]:
        """Return the continuation in one."""
        choice = self._choices[0]
        return self._end("".join(choice.text), logprobs=choice.logprobs)

    def _end(self, text: str, **parts: Any) -> Json:
        end = self._choices[0].end
        assert end is not None
        return self._lines.piece(text, **parts) | self._lines.end(end.usage, end.reason)
