"""What the routes of personal resources reply with. They are not OpenAI's objects of the same words."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from earthshine.responses.schemas import Effort
from earthshine.tools.switches import SwitchedTool
from earthshine.wire.objects import Deletion


class SamplingSettings(TypedDict):
    """How replies are made; null leaves it to the model."""

    temperature: float | None
    top_p: float | None
    max_output_tokens: int | None
    reasoning_effort: Effort | None


class PersonalAssistant(TypedDict):
    """Instructions, a model and settings under a name; `shared` ones can be read by all of the project."""

    id: str
    object: Literal["assistant"]
    name: str
    description: str
    icon: str
    instructions: str
    model: str | None
    settings: SamplingSettings
    tools: list[SwitchedTool]
    """What chats with it have switched on, unless they say otherwise."""
    starters: list[str]
    shared: bool
    is_mine: bool
    created_at: int
    updated_at: int


class PersonalPrompt(TypedDict):
    """A text to begin with; `variables` are the names between double braces in it."""

    id: str
    object: Literal["prompt"]
    name: str
    text: str
    variables: list[str]
    shared: bool
    is_mine: bool
    created_at: int
    updated_at: int


class PersonalSpace(TypedDict):
    """A place for chats about one thing, with instructions of its own."""

    id: str
    object: Literal["space"]
    name: str
    icon: str
    instructions: str
    assistant_id: str | None
    vector_store_ids: list[str]
    """Collections that the chats of the space search, unless they say otherwise."""
    shared: Literal[False]
    created_at: int
    updated_at: int


class PersonalMemory(TypedDict):
    """Something that replies should know of the person."""

    id: str
    object: Literal["memory"]
    text: str
    source: Literal["person", "chat"]
    chat_id: str | None
    created_at: int
    updated_at: int


class Preferences(TypedDict):
    """What a person set for the whole app."""

    object: Literal["preferences"]
    language: Literal["ar", "en", "fr", "zh"] | None
    theme: Literal["light", "dark", "system"]
    model: str | None
    instructions: str
    settings: SamplingSettings
    memory_enabled: bool
    titles: Literal["model", "first_words"]
    send_with: Literal["enter", "mod_enter"]
    show_thinking: bool
    draft: str
    onboarded: bool
    updated_at: int | None


class DeletedPersonalAssistant(Deletion):
    """What was removed."""

    object: Literal["assistant.deleted"]


class DeletedPersonalPrompt(Deletion):
    """What was removed."""

    object: Literal["prompt.deleted"]


class DeletedPersonalSpace(Deletion):
    """What was removed."""

    object: Literal["space.deleted"]


class DeletedPersonalMemory(Deletion):
    """What was removed."""

    object: Literal["memory.deleted"]
