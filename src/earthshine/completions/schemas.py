"""What the wire says under `/v1/completions`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from earthshine.engines.openai_fields import LogitBias, Stop, is_ids, list_of, token_bias
from earthshine.engines.requests import Sampling
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.wire.strict import Strict

Prompt = str | tuple[int, ...]

_MOST_CHOICES = 128


def _prompts(value: Any) -> list[Prompt]:
    """Return the prompts: a text, a list of texts, the ids of one prompt, or a list of such."""
    items = list_of(value)
    if not items:
        raise PydanticCustomError("prompt_type", "Input should be a string, or a list of strings or of token ids")
    if is_ids(items):
        return [tuple(items)]
    if len(items) > _MOST_CHOICES:
        raise PydanticCustomError("prompt_long", "Input should have at most {most} prompts", {"most": _MOST_CHOICES})
    if all(isinstance(item, str) for item in items):
        return items
    if all(is_ids(item) for item in items):
        return [tuple(item) for item in items]
    raise PydanticCustomError("prompt_type", "Input should be all strings, all token ids or all lists of token ids")


class StreamOptions(Strict):
    """Options of a stream."""

    include_usage: bool = False
    include_obfuscation: bool = False


class CreateCompletion(Strict):
    """The body of `POST /v1/completions`. Call `check_supported` before use."""

    model: str = Field(min_length=1, max_length=256)
    prompt: Annotated[
        list[Prompt], PlainValidator(_prompts, json_schema_input_type=str | list[str] | list[int] | list[list[int]])
    ]
    max_tokens: int | None = Field(default=16, ge=1, le=2**31 - 1)
    n: int = Field(default=1, ge=1, le=_MOST_CHOICES)
    best_of: int | None = Field(default=None, ge=1, le=20)
    echo: bool = False
    logprobs: int | None = Field(default=None, ge=0, le=5)
    stream: bool = False
    stream_options: StreamOptions | None = None
    suffix: str | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    logit_bias: LogitBias | None = None
    stop: Stop = ()
    user: str | None = None

    # What other engines added.
    top_k: int | None = Field(default=None, ge=0, le=2**31 - 1)
    min_p: float | None = Field(default=None, ge=0, le=1)
    repetition_penalty: float | None = Field(default=None, gt=0, le=10)
    ignore_eos: bool = False
    adapters: dict[str, float] = Field(default_factory=dict[str, float])

    def check_supported(self) -> None:
        """Raise `UnsupportedParameter` naming the first field that cannot be honoured, `InvalidRequest` for clashes."""
        if self.best_of is not None and self.best_of < self.n:
            raise InvalidRequest("`best_of` must not be smaller than `n`.", param="best_of")
        if self.best_of is not None and self.best_of > self.n:
            raise _unsupported("best_of", "ask for `n` choices and choose among them")
        if self.echo and self.logprobs is not None:
            raise _unsupported("logprobs", "with `echo` it would need those of the prompt, which are not computed")
        if self.stream_options and not self.stream:
            raise InvalidRequest("`stream_options` needs `stream` to be true.", param="stream_options")
        if self.stream_options and self.stream_options.include_obfuscation:
            raise _unsupported("stream_options.include_obfuscation", "chunks are sent without padding")
        if len(self.prompt) * self.n > _MOST_CHOICES:
            raise InvalidRequest(
                f"One request may ask for {_MOST_CHOICES} choices; {len(self.prompt)} prompts with {self.n} each "
                "are more.",
                param="prompt",
            )

    def sampling(self, choice: int, limit: int | None = None) -> Sampling:
        """Return the sampling of the choice with this number; a seed for all would make those of a prompt equal.

        `limit` is the output limit of a request that has none.
        """
        return Sampling(
            temperature=self.temperature,
            top_p=self.top_p,
            top_k=self.top_k,
            min_p=self.min_p,
            repetition_penalty=self.repetition_penalty,
            presence_penalty=self.presence_penalty,
            frequency_penalty=self.frequency_penalty,
            seed=None if self.seed is None else (self.seed + choice) % 2**63,
            logit_bias=token_bias(self.logit_bias),
            stop=self.stop,
            max_tokens=self.max_tokens or limit,
            logprobs=self.logprobs,
            ignore_eos=self.ignore_eos,
        )


def _unsupported(field: str, advice: str) -> UnsupportedParameter:
    return UnsupportedParameter(f"'{field}' is not supported with this value: {advice}.", param=field)
