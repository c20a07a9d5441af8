"""The objects of `/earthshine/v1/chats`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import WithJsonSchema
from typing_extensions import TypedDict

from earthshine.chats.schemas import Reason, Verdict
from earthshine.responses.objects import Response
from earthshine.responses.schemas import Effort
from earthshine.tools.switches import SwitchedTool
from earthshine.wire.objects import Deletion

TurnStatus = Literal["queued", "in_progress", "completed", "incomplete", "cancelled", "failed"]

Items = Annotated[Any, WithJsonSchema({"type": "array", "items": {"type": "object"}})]
"""Items of a conversation, written as they are stored."""


class ChatSettingsInForce(TypedDict):
    """What the replies of a chat are asked for with; null leaves it to the model or the installation."""

    model: str | None
    instructions: str | None
    temperature: float | None
    top_p: float | None
    max_output_tokens: int | None
    reasoning_effort: Effort | None
    vector_store_ids: NotRequired[list[str] | None]
    tools: NotRequired[list[SwitchedTool] | None]


class Chat(TypedDict):
    """A conversation of one person: a tree of turns. Times are Unix seconds."""

    id: str
    object: Literal["chat"]
    title: str
    title_source: Literal["first_words", "model", "person"]
    created_at: int
    updated_at: int
    pinned: bool
    archived: bool
    space_id: str | None
    assistant_id: str | None
    settings: ChatSettingsInForce
    current_turn_id: str | None
    """The last turn of the branch that was looked at last."""
    draft: str
    draft_updated_at: int | None
    running: bool
    """Whether a reply is being written or waits to be."""


class DeletedChat(Deletion):
    """What was removed."""

    object: Literal["chat"]


class ChatTurnError(TypedDict):
    """Why a turn has no reply, and what to do next."""

    code: str
    message: str


class ChatRating(TypedDict):
    """What the person thinks of a reply. Time is Unix seconds."""

    object: Literal["chat.rating"]
    rating: Verdict
    reasons: list[Reason]
    comment: str
    created_at: int
    """When it was given, or changed."""


class TurnSettings(TypedDict):
    """Of a research: how deep it goes."""

    reasoning_effort: Effort | None


class ResearchAsked(TypedDict):
    """What a turn asks whose reply is a research; a new turn that is sent with the same fields asks for the same."""

    model: str
    settings: TurnSettings
    earthshine: Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]


class ChatTurn(TypedDict):
    """What a person said, and the one response to it. Time is Unix seconds."""

    id: str
    object: Literal["chat.turn"]
    chat_id: str
    parent_id: str | None
    group_id: str | None
    """Shared by turns that ask several models the same."""
    created_at: int
    status: TurnStatus
    input: Items
    """The items that the person sent."""
    response_id: str | None
    """Null until the response has begun."""
    response: Response | None
    sibling_ids: list[str]
    """All turns with the same parent, oldest first, this one included."""
    versions: list[list[str]]
    """The same turns by question: a list of replies for each thing that was said. A reply that was gone on with is
    left out in favour of the longer one."""
    can_continue: bool
    """Whether its reply was cut, and its model can go on with it: see `continues`."""
    error: ChatTurnError | None
    research: ResearchAsked | None
    """Null when it asks for none."""
    rating: ChatRating | None
    """Null when it was not rated."""


class ChatTurnTokens(TypedDict):
    """Where the prompt tokens of a reply came from."""

    object: Literal["chat.turn.tokens"]
    input_tokens: int
    written_tokens: int
    """Text that the person or the model wrote, instructions included."""
    added_tokens: int
    """All else: what the model's template and this product added."""
