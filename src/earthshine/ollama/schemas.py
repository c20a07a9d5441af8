"""What the wire says under `/api`. As at Ollama's, a field that is not known changes nothing; replies name it."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from earthshine.engines.openai_fields import list_of
from earthshine.ollama.dialect import unknown
from earthshine.wire.bounded import MOST_MESSAGES
from earthshine.wire.strict import JsonObject, Strict

_MOST_STOPS = 64
_MOST_PICTURES = 64


class OllamaBody(Strict):
    """A JSON object that may have other fields, too."""

    model_config = ConfigDict(extra="ignore", strict=True)
    unheard: ClassVar[frozenset[str]] = frozenset()
    """Fields that are known, and change nothing here."""

    @classmethod
    def unused(cls, given: dict[str, Any]) -> list[str]:
        """Return the names of the fields that are given and change nothing."""
        return unknown(given, cls._names - cls.unheard)


def _stops(value: Any) -> tuple[str, ...]:
    stops = list_of(value)
    if stops is None or len(stops) > _MOST_STOPS or not all(isinstance(each, str) and each for each in stops):
        raise PydanticCustomError(
            "stop_type", "Input should be a string or a list of {most} strings at most", {"most": _MOST_STOPS}
        )
    return tuple(stops)


Whole = Annotated[int, Field(strict=False)]
"""A whole number, also written as 8.0."""


class OllamaOptions(OllamaBody):
    """How the next token is chosen, and when to stop. Those of loading are the installation's to choose."""

    num_predict: Whole | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_k: Whole | None = None
    top_p: float | None = Field(default=None, ge=0, le=1)
    min_p: float | None = Field(default=None, ge=0, le=1)
    seed: Whole | None = Field(default=None, ge=-(2**63), lt=2**63)
    stop: Annotated[tuple[str, ...], BeforeValidator(_stops)] = ()
    repeat_penalty: float | None = Field(default=None, gt=0, le=10)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)


def _format(value: Any) -> Any:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    if value in ("", "json"):
        return value or None
    raise PydanticCustomError("format", "Input should be 'json' or a JSON Schema")


def _think(value: Any) -> Any:
    if isinstance(value, bool):
        return "medium" if value else "none"
    if value in ("minimal", "low", "medium", "high", "max"):
        return value
    raise PydanticCustomError("think", "Input should be true, false, 'low', 'medium', 'high' or 'max'")


class OllamaNamed(OllamaBody):
    """A body that names a model; some clients still write `name`."""

    model: str = Field(min_length=1, max_length=2048, validation_alias=AliasChoices("model", "name"))


class Generating(OllamaNamed):
    """What chats and continuations have in common."""

    model: str = Field(min_length=1, max_length=256)
    stream: bool = True
    format: Annotated[JsonObject | Literal["json"] | None, BeforeValidator(_format)] = None
    options: OllamaOptions = Field(default_factory=OllamaOptions)
    think: Annotated[Literal["none", "minimal", "low", "medium", "high", "max"] | None, BeforeValidator(_think)] = None
    keep_alive: float | str | None = None
    logprobs: bool = False
    top_logprobs: int | None = Field(default=None, ge=0, le=20)
    unheard = frozenset({"keep_alive"})

    @property
    def unloads(self) -> bool:
        """Whether the model is not to be kept at all."""
        return str(self.keep_alive).rstrip("smh") in ("0", "0.0")

    @classmethod
    def unused(cls, given: dict[str, Any]) -> list[str]:
        """Return the names of the fields, and of the options, that are given and change nothing."""
        inner = OllamaOptions.unused(given.get("options") or {})
        return [*super().unused(given), *(f"options.{name}" for name in inner)]


class OllamaCalledFunction(OllamaBody):
    """The function of a call, and its arguments."""

    name: str
    arguments: JsonObject | str = Field(default_factory=dict[str, Any])


class OllamaCall(OllamaBody):
    """A call that the model made in an earlier turn."""

    id: str | None = None
    function: OllamaCalledFunction


class OllamaMessage(OllamaBody):
    """What somebody said."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    thinking: str | None = None
    images: list[str] = Field(default_factory=list[str], max_length=_MOST_PICTURES)
    tool_calls: list[OllamaCall] = Field(default_factory=list[OllamaCall], max_length=128)
    tool_name: str | None = None
    tool_call_id: str | None = None


class OllamaFunction(OllamaBody):
    """A function of the client's that the model may call."""

    name: str
    description: str | None = None
    parameters: JsonObject | None = None


class OllamaTool(OllamaBody):
    """A tool: always a function."""

    type: Literal["function"] = "function"
    function: OllamaFunction


class OllamaChat(Generating):
    """The body of `POST /api/chat`."""

    messages: list[OllamaMessage] = Field(default_factory=list[OllamaMessage], max_length=MOST_MESSAGES)
    tools: list[OllamaTool] = Field(default_factory=list[OllamaTool], max_length=128)


class OllamaGenerate(Generating):
    """The body of `POST /api/generate`."""

    prompt: str = ""
    suffix: str = ""
    system: str = ""
    raw: bool = False
    images: list[str] = Field(default_factory=list[str], max_length=_MOST_PICTURES)
    context: list[int] = Field(default_factory=list[int], max_length=2**20)


class OllamaEmbed(OllamaNamed):
    """The body of `POST /api/embed`."""

    input: str | list[str]
    dimensions: int | None = Field(default=None, ge=1, le=65536)
    truncate: bool | None = None
    unheard = frozenset({"truncate"})


class OllamaEmbeddings(OllamaNamed):
    """The body of `POST /api/embeddings`, the first form of `/api/embed`."""

    prompt: str


class OllamaPull(OllamaNamed):
    """The body of `POST /api/pull`."""

    stream: bool = True
