"""The kinds of resources that people keep, each declared once: what it holds, and how the wire shows it."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast, get_args

from pydantic import BaseModel, Field, create_model

from earthshine.openapi.objects import BOOLEAN, INTEGER, NUMBER, STRING, Object, Schema, const, nullable, record
from earthshine.personal.fields import (
    Icon,
    Instructions,
    ModelName,
    Name,
    NoTools,
    PromptText,
    Reference,
    Remembered,
    Sampling,
    Starters,
    variables,
)
from earthshine.responses.schemas import Effort
from earthshine.wire.strict import Body

Json = dict[str, Any]


class AssistantCreate(Body):
    """The body of `POST /v1/assistants`."""

    name: Name
    description: str = Field(default="", max_length=1_000)
    icon: Icon = ""
    instructions: Instructions = ""
    model: ModelName | None = None
    settings: Sampling = Field(default_factory=Sampling)
    tools: NoTools = Field(default_factory=list[Any])
    starters: Starters = Field(default_factory=list[str])
    shared: bool = False


class PromptCreate(Body):
    """The body of `POST /v1/prompts`."""

    name: Name
    text: PromptText
    shared: bool = False


class SpaceCreate(Body):
    """The body of `POST /v1/spaces`."""

    name: Name
    icon: Icon = ""
    instructions: Instructions = ""
    assistant_id: Reference | None = None
    shared: Literal[False] = False


class MemoryCreate(Body):
    """The body of `POST /v1/memories`."""

    text: Remembered
    source: Literal["person", "chat"] = "person"
    chat_id: Reference | None = None


class Preferences(Body):
    """What a person set for the whole app, with what holds until then."""

    language: Literal["ar", "en", "fr", "zh"] | None = None
    theme: Literal["light", "dark", "system"] = "system"
    model: ModelName | None = None
    instructions: Instructions = ""
    settings: Sampling = Field(default_factory=Sampling)
    memory_enabled: bool = True
    titles: Literal["model", "first_words"] = "model"
    send_with: Literal["enter", "mod_enter"] = "enter"
    show_thinking: bool = False
    draft: str = Field(default="", max_length=200_000)
    """What stands in the box of a chat that has not begun."""
    onboarded: bool = False


def partial_model(model: type[BaseModel], name: str, about: str) -> type[Body]:
    """Return a model with the same fields, none of which must be given: the body of a change."""
    fields: dict[str, Any] = {}
    for each, info in model.model_fields.items():
        info = copy(info)
        # A factory, for a default in the schema would say what a missing field becomes, and it stays as it is.
        info.default, info.default_factory = cast("Any", ...), lambda: None
        fields[each] = (info.annotation, info)
    return create_model(name, __base__=Body, __doc__=about, **fields)


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """One kind of personal resource."""

    name: str
    plural: str
    """As in its address."""
    prefix: str
    """Of its ids."""
    create: type[Body]
    shows: dict[str, Schema]
    """What the wire says of each field."""
    about: str
    sharable: bool = False
    computed: dict[str, Callable[[Json], Any]] = field(default_factory=dict[str, Callable[[Json], Any]])
    """Fields that are worked out when it is read."""
    update: type[Body] = field(init=False)
    object: Object = field(init=False)

    def __post_init__(self) -> None:
        """Work out the body of a change, and the object that replies have."""
        title = self.name.capitalize()
        about = f"The body of `POST /v1/{self.plural}/{{id}}`: what is left out stays."
        object.__setattr__(self, "update", partial_model(self.create, f"{title}Update", about))
        times = {"created_at": INTEGER, "updated_at": INTEGER}
        sharing = {"shared": BOOLEAN, "is_mine": BOOLEAN} if self.sharable else {}
        # Not OpenAI's objects of the same words.
        shown = record(
            f"Personal{title}",
            self.about,
            SAMPLING,
            **{"id": STRING, "object": const(self.name), **self.shows, **sharing, **times},
        )
        object.__setattr__(self, "object", shown)

    def defaults(self) -> Json:
        """Return the fields that need not be given, for rows that are older than one of them."""
        return {
            name: value.model_dump() if isinstance(value, BaseModel) else value
            for name, info in self.create.model_fields.items()
            if not info.is_required()
            for value in [info.get_default(call_default_factory=True)]
        }


SAMPLING: Final = record(
    "SamplingSettings",
    "How replies are made; null leaves it to the model.",
    temperature=nullable(NUMBER),
    top_p=nullable(NUMBER),
    max_output_tokens=nullable(INTEGER),
    reasoning_effort={"type": ["string", "null"], "enum": [*get_args(Effort), None]},
)
_LIST: Final[Schema] = {"type": "array", "items": STRING}

ASSISTANT: Final = ResourceKind(
    "assistant",
    "assistants",
    "asst",
    AssistantCreate,
    about="Instructions, a model and settings under a name; `shared` ones can be read by all of the project.",
    sharable=True,
    shows={
        "name": STRING,
        "description": STRING,
        "icon": STRING,
        "instructions": STRING,
        "model": nullable(STRING),
        "settings": SAMPLING.reference,
        "tools": {"type": "array", "items": {"type": "object"}, "maxItems": 0},
        "starters": _LIST,
    },
)
PROMPT: Final = ResourceKind(
    "prompt",
    "prompts",
    "prompt",
    PromptCreate,
    about="A text to begin with; `variables` are the names between double braces in it.",
    sharable=True,
    computed={"variables": lambda data: variables(data["text"])},
    shows={"name": STRING, "text": STRING, "variables": _LIST},
)
SPACE: Final = ResourceKind(
    "space",
    "spaces",
    "space",
    SpaceCreate,
    about="A place for chats about one thing, with instructions of its own.",
    shows={
        "name": STRING,
        "icon": STRING,
        "instructions": STRING,
        "assistant_id": nullable(STRING),
        "shared": {"type": "boolean", "const": False},
    },
)
MEMORY: Final = ResourceKind(
    "memory",
    "memories",
    "mem",
    MemoryCreate,
    about="Something that replies should know of the person.",
    shows={
        "text": STRING,
        "source": {"type": "string", "enum": ["person", "chat"]},
        "chat_id": nullable(STRING),
    },
)
PreferencesUpdate: Final = partial_model(
    Preferences, "PreferencesUpdate", "The body of `POST /v1/preferences`: what is left out stays."
)
KINDS: Final = (ASSISTANT, PROMPT, SPACE, MEMORY)
