"""What the wire says under `/earthshine/v1/chats`: bodies and queries."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from earthshine.conversations.items import ItemId
from earthshine.errors import InvalidRequest
from earthshine.research.request import Extension
from earthshine.responses.schemas import Effort, Input
from earthshine.tools.file_search.names import MOST_STORES
from earthshine.tools.switches import ToolSwitches
from earthshine.wire.pagination import ListQuery
from earthshine.wire.strict import NOT_UNICODE, Strict, is_unicode, reject_at

ChatId = Annotated[str, Field(pattern=r"^chat_[A-Za-z0-9_\-]{16,59}$")]
"""An id that a client may choose itself, at random: sending the same request again then makes nothing twice."""
TurnId = Annotated[str, Field(pattern=r"^turn_[A-Za-z0-9_\-]{16,59}$")]
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:\-]{1,64}$")]
Title = Annotated[str, Field(min_length=1, max_length=200)]

Verdict = Literal["good", "bad"]
Reason = Literal[
    "correct", "clear", "helpful", "wrong", "unclear", "incomplete", "too_long", "refused", "unsafe", "other"
]
"""What a reply was, for whoever chooses models."""

MAX_DRAFT = 1_000_000
MAX_INSTRUCTIONS = 200_000


class Nullable(Strict):
    """An object in which null is a value of its own: what a client leaves out stays as it is."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if isinstance(value, dict):
            for name, each in cast("dict[str, Any]", value).items():
                if isinstance(each, str) and not is_unicode(each):
                    raise reject_at(name, None, InvalidRequest(NOT_UNICODE))
        return cast("Any", value)

    def given(self) -> dict[str, Any]:
        """Return the fields that the client sent."""
        return self.model_dump(exclude_unset=True)


class ChatSettings(Nullable):
    """What the replies of a chat are asked for with; null leaves it to the model or the installation."""

    model: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    instructions: Annotated[str, Field(max_length=MAX_INSTRUCTIONS)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    max_output_tokens: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    reasoning_effort: Effort | None = None
    vector_store_ids: Annotated[list[Reference], Field(max_length=MOST_STORES)] | None = None
    """Collections of files that each turn looks into before it is answered."""
    tools: ToolSwitches | None = None
    """What the model may use; an empty list switches off what the assistant has."""


class _ChatFields(Nullable):
    title: Title | None = None
    pinned: bool = False
    archived: bool = False
    space_id: Reference | None = None
    assistant_id: Reference | None = None
    settings: ChatSettings = Field(default_factory=ChatSettings)
    draft: Annotated[str, Field(max_length=MAX_DRAFT)] = ""


class ChatCreate(_ChatFields):
    """The body of `POST /earthshine/v1/chats`."""

    id: ChatId | None = None


class ChatUpdate(_ChatFields):
    """The body of `POST /earthshine/v1/chats/{id}`: what is left out stays, in `settings` too."""

    current_turn_id: Reference | None = None


class TurnCreate(Strict):
    """The body of `POST /earthshine/v1/chats/{id}/turns`."""

    id: TurnId | None = None
    parent_id: Reference | None = None
    """The turn that this one follows; none begins the chat, or begins it anew."""
    input: Input | None = None
    """What the person says; needed unless `continues` is given."""
    model: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    settings: ChatSettings = Field(default_factory=ChatSettings)
    """For this turn alone, above the chat's own."""
    earthshine: Extension | None = None
    """What a research is told, where `model` names one: as in `POST /v1/responses`."""
    group_id: Reference | None = None
    mode: Literal["queue", "steer"] | None = None
    """What to do while the parent's reply is being written: wait for its end, or stop it first."""
    continues: ItemId | None = None
    """A turn whose reply was cut: the new reply begins with its text and goes on from there."""


class RatingSet(Strict):
    """The body of `PUT /earthshine/v1/chats/{id}/turns/{turn_id}/rating`: the whole rating, not only what changes."""

    rating: Verdict
    reasons: Annotated[list[Reason], Field(max_length=len(get_args(Reason)))] = Field(default_factory=list[Reason])
    comment: Annotated[str, Field(max_length=2000)] = ""
    """For those who manage the project, who can read it; the chat they cannot."""


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ChatListQuery(_Query):
    """One page of chats, the one with the latest turn first."""

    limit: int = Field(default=20, ge=1, le=100)
    after: str | None = None
    archived: bool = False
    pinned: bool | None = None
    space_id: str | None = None


class RatingListQuery(ListQuery):
    """One page of the ratings of a project."""

    order: Literal["asc", "desc"] = "desc"
    model: str | None = Field(default=None, max_length=256)
    rating: Verdict | None = None


class TurnListQuery(_Query):
    """One page of a branch, read from its leaf upwards."""

    limit: int = Field(default=20, ge=1, le=100)
    leaf: str | None = None
    """The last turn of the branch; by default the one that was looked at last."""
    descend: bool = False
    """Go on from `leaf` down to the newest turn below it: how a client walks to another branch."""
    before: str | None = None
    """Only turns above this one."""
