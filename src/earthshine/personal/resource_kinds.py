"""The kinds of resources that people keep, each declared once: what it holds, and how the wire shows it."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeVar, cast

from pydantic import BaseModel, Field, create_model
from sqlalchemy import Row

from earthshine.personal.fields import (
    Collections,
    Icon,
    Instructions,
    ModelName,
    Name,
    PromptText,
    Reference,
    Remembered,
    Sampling,
    Starters,
)
from earthshine.personal.objects import (
    DeletedPersonalAssistant,
    DeletedPersonalMemory,
    DeletedPersonalPrompt,
    DeletedPersonalSpace,
    PersonalAssistant,
    PersonalMemory,
    PersonalPrompt,
    PersonalSpace,
)
from earthshine.personal.serializers import serialize_assistant, serialize_memory, serialize_prompt, serialize_space
from earthshine.tools.switches import ToolSwitch, ToolSwitches
from earthshine.wire.objects import Identified, Page
from earthshine.wire.strict import Body

Json = dict[str, Any]
Resource = TypeVar("Resource", bound=Identified)


class AssistantCreate(Body):
    """The body of `POST /earthshine/v1/assistants`."""

    name: Name
    description: str = Field(default="", max_length=1_000)
    icon: Icon = ""
    instructions: Instructions = ""
    model: ModelName | None = None
    settings: Sampling = Field(default_factory=Sampling)
    tools: ToolSwitches = Field(default_factory=list[ToolSwitch])
    starters: Starters = Field(default_factory=list[str])
    shared: bool = False


class PromptCreate(Body):
    """The body of `POST /earthshine/v1/prompts`."""

    name: Name
    text: PromptText
    shared: bool = False


class SpaceCreate(Body):
    """The body of `POST /earthshine/v1/spaces`."""

    name: Name
    icon: Icon = ""
    instructions: Instructions = ""
    assistant_id: Reference | None = None
    vector_store_ids: Collections = Field(default_factory=list[str])
    shared: Literal[False] = False


class MemoryCreate(Body):
    """The body of `POST /earthshine/v1/memories`."""

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
class ResourceKind(Generic[Resource]):
    """One kind of personal resource."""

    name: str
    plural: str
    """As in its address."""
    prefix: str
    """Of its ids."""
    create: type[Body]
    serialize: Callable[[Row[Any], Json, bool], Resource]
    """Makes what clients see of a row, of the data in it, and of whether it is the client's own."""
    reply: Any
    """The type of that, of a page of it, and of the reply to its removal."""
    page: Any
    deleted: Any
    sharable: bool = False
    update: type[Body] = field(init=False)

    def __post_init__(self) -> None:
        """Work out the body of a change."""
        about = f"The body of `POST /v1/{self.plural}/{{id}}`: what is left out stays."
        object.__setattr__(self, "update", partial_model(self.create, f"{self.name.capitalize()}Update", about))

    def defaults(self) -> Json:
        """Return the fields that need not be given, for rows that are older than one of them."""
        return {
            name: value.model_dump() if isinstance(value, BaseModel) else value
            for name, info in self.create.model_fields.items()
            if not info.is_required()
            for value in [info.get_default(call_default_factory=True)]
        }


ASSISTANT: Final = ResourceKind(
    "assistant",
    "assistants",
    "asst",
    AssistantCreate,
    serialize_assistant,
    reply=PersonalAssistant,
    page=Page[PersonalAssistant],
    deleted=DeletedPersonalAssistant,
    sharable=True,
)
PROMPT: Final = ResourceKind(
    "prompt",
    "prompts",
    "prompt",
    PromptCreate,
    serialize_prompt,
    reply=PersonalPrompt,
    page=Page[PersonalPrompt],
    deleted=DeletedPersonalPrompt,
    sharable=True,
)
SPACE: Final = ResourceKind(
    "space",
    "spaces",
    "space",
    SpaceCreate,
    serialize_space,
    reply=PersonalSpace,
    page=Page[PersonalSpace],
    deleted=DeletedPersonalSpace,
)
MEMORY: Final = ResourceKind(
    "memory",
    "memories",
    "mem",
    MemoryCreate,
    serialize_memory,
    reply=PersonalMemory,
    page=Page[PersonalMemory],
    deleted=DeletedPersonalMemory,
)
PreferencesUpdate: Final = partial_model(
    Preferences, "PreferencesUpdate", "The body of `POST /earthshine/v1/preferences`: what is left out stays."
)
KINDS: Final = (ASSISTANT, PROMPT, SPACE, MEMORY)
