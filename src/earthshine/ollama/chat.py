"""A reply to messages: a chat completion that is asked for and told in Ollama's words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from earthshine.chat_completions.creation import Creation
from earthshine.chat_completions.reply import ChoiceBuilder
from earthshine.chat_completions.schemas import CreateChatCompletion
from earthshine.chat_completions.stored import StoredCompletions
from earthshine.engines.deltas import ChatEnd, Delta, Reasoning, Text, ToolCallArguments, ToolCallStart
from earthshine.generation import GenerationContext
from earthshine.ollama.dialect import OLLAMA, line
from earthshine.ollama.history import pack
from earthshine.ollama.lines import Lines
from earthshine.ollama.messages import Json
from earthshine.ollama.schemas import Generating, OllamaTool
from earthshine.wire import check

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel


def chat_body(asked: Generating, model: str, messages: Sequence[Json], tools: Sequence[OllamaTool] = ()) -> Json:
    """Return the body of the chat completion that is asked for."""
    body: Json = {
        "model": model,
        "messages": messages,
        "stream": asked.stream,
        "tools": [{"type": "function", "function": tool.function.model_dump(exclude_none=True)} for tool in tools],
        "reasoning_effort": asked.think,
        "logprobs": asked.logprobs,
        "top_logprobs": asked.top_logprobs,
        **sampling_body(asked),
    }
    if asked.format == "json":
        body["response_format"] = {"type": "json_object"}
    elif asked.format is not None:
        schema = {"name": "response", "schema": asked.format}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return {name: value for name, value in body.items() if value not in (None, [])}


def sampling_body(asked: Generating) -> Json:
    """Return the fields of sampling, all but the strings to stop at, of which Ollama's clients send more."""
    options = asked.options
    top_k = options.top_k
    return {
        "max_tokens": options.num_predict if options.num_predict and options.num_predict > 0 else None,
        "temperature": options.temperature,
        "top_k": None if top_k is None else max(0, top_k),
        "top_p": options.top_p,
        "min_p": options.min_p,
        "seed": None if options.seed == -1 else options.seed,
        "repetition_penalty": options.repeat_penalty,
        "presence_penalty": options.presence_penalty,
        "frequency_penalty": options.frequency_penalty,
    }


class OllamaReply(Creation):
    """One request's work."""

    dialect = OLLAMA

    def __init__(
        self,
        asked: Generating,
        body: Json,
        context: GenerationContext,
        kind: Literal["message", "response"],
        *,
        store: StoredCompletions,
        slots: int,
    ) -> None:
        """`body` is that of the chat completion; see `chat_body`. Raises `InvalidRequest`."""
        create = check(CreateChatCompletion, body)
        create.stop = asked.options.stop
        super().__init__(create, body, context, store=store, slots=slots)
        self._lines = Lines(asked.model, kind)
        self._carries = kind == "response"
        self._told = ChoiceBuilder()
        """Of a stream, what a client gets only whole: calls, and for `context` the text."""

    async def begin(self, model: LoadedModel, limit: int | None) -> Sequence[AsyncIterator[Sequence[Delta]]]:
        """Ask the model."""
        choices = await super().begin(model, limit)
        self._lines.ready()
        return choices

    def take(self, index: int, batch: Sequence[Delta]) -> Sequence[Delta]:
        """Note when the first words came."""
        self._lines.wrote()
        return super().take(index, batch)

    def opening(self) -> bytes:
        """Return nothing: a stream begins with its first words."""
        return b""

    def events(self, index: int, batch: Sequence[Delta]) -> bytes:
        """Return a line for each piece, and for each call once it is whole."""
        return b"".join(line(made) for delta in batch for made in self._pieces(delta))

    def final(self) -> bytes:
        """Return the last line."""
        return line(self._end("", self._told))

    def object(self) -> dict[str, Any]:
        """Return the reply in one."""
        built = self._builders[0]
        return self._end(
            "".join(built.text), built, thinking="".join(built.reasoning), calls=built.calls, logprobs=built.logprobs
        )

    def _pieces(self, delta: Delta) -> list[Json]:
        told = self._told
        match delta:
            case Text():
                if self._carries:
                    told.text.append(delta.text)
                return [self._lines.piece(delta.text, logprobs=delta.logprobs)]
            case Reasoning():
                return [self._lines.piece("", thinking=delta.text)]
            case ToolCallStart() | ToolCallArguments():
                told.add(delta)
                return []
            case ChatEnd():
                return [self._lines.piece("", calls=told.calls)] if told.calls else []

    def _end(self, text: str, said: ChoiceBuilder, **parts: Any) -> Json:
        end = self._ends[0]
        made = self._lines.piece(text, **parts) | self._lines.end(end.usage, end.reason)
        if self._carries:
            answer = {"role": "assistant", "content": "".join(said.text)}
            made["context"] = pack([*self._body["messages"], answer])
        return made
