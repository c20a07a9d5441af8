"""What requests about environments and templates say."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from earthshine.agents.environments.content.parts import Base64, Directory, FilePath, HostedParts
from earthshine.errors import InvalidRequest
from earthshine.wire.bounded import BoundedModel
from earthshine.wire.pagination import OrderedQuery
from earthshine.wire.strict import Strict, as_validator, rejection

Json = dict[str, Any]

MOST_VAULTS = 10
Name = Annotated[str, StringConstraints(max_length=256)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class HostedGiven(HostedParts):
    """A new environment: all of it, or what differs from a template."""

    type: Literal["openai_hosted"]
    environment_template_id: Id | None = None


class EnvironmentCreate(Strict):
    """The body of `POST /v1/agents/environments`."""

    environment: HostedGiven
    vault_ids: Annotated[list[Id], Field(max_length=MOST_VAULTS)] = Field(default_factory=list[str])

    @field_validator("environment", mode="before")
    @classmethod
    def _hosted(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("type") == "self_hosted":  # pyright: ignore[reportUnknownMemberType]
            raise rejection(
                InvalidRequest("A machine of your own is connected to a session: give it to the session that you make.")
            )
        return value  # pyright: ignore[reportUnknownVariableType]


class EnvironmentListQuery(OrderedQuery):
    """One page of hosted environments, newest first unless asked otherwise."""

    order: Literal["asc", "desc"] = "desc"
    type: Literal["openai_hosted"] = "openai_hosted"


class TemplateCreate(HostedParts):
    """The body of `POST /v1/agents/environments/templates`."""

    name: Name | None = None


class TemplateUpdate(TemplateCreate):
    """The body of `POST /v1/agents/environments/templates/{id}`: what is not given stays, null empties it."""


class TemplateListQuery(OrderedQuery):
    """One page of templates, newest first unless asked otherwise."""

    order: Literal["asc", "desc"] = "desc"


class FileGiven(Strict):
    """The body of `POST /v1/agents/environments/{id}/files`: a file of the project, or one in base64."""

    type: Literal["file_id", "inline"]
    path: FilePath
    file_id: Id | None = None
    data: Base64 | None = None

    @model_validator(mode="after")
    def _one(self) -> FileGiven:
        wanted, other = ("file_id", "data") if self.type == "file_id" else ("data", "file_id")
        if getattr(self, wanted) is None:
            raise rejection(InvalidRequest(f"Give `{wanted}` with the type {self.type!r}."))
        if getattr(self, other) is not None:
            raise rejection(InvalidRequest(f"`{other}` does not go with the type {self.type!r}; leave it out."))
        return self

    def given(self) -> Json:
        """Return it without what is not given."""
        return self.model_dump(exclude_none=True)


class FilesQuery(BoundedModel):
    """One page of the files that are in an environment now."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=20, ge=1, le=100)
    order: Literal["asc", "desc"] = "desc"
    page: Annotated[str, StringConstraints(max_length=2048)] | None = None
    path: Directory | None = None

    @property
    def after(self) -> str:
        """The path that the page before ended with; empty for the first page. Raises `InvalidRequest`."""
        return _path_of(self.page) if self.page else ""

    @field_validator("page")
    @classmethod
    def _known(cls, page: str | None) -> str | None:
        if page:
            as_validator(_path_of)(page)
        return page


def page_token(path: str) -> str:
    """Return what asks for the files after this path."""
    return base64.urlsafe_b64encode(path.encode()).decode().rstrip("=")


def _path_of(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except ValueError:
        raise InvalidRequest("`page` is what the page before gave as `next`.", param="page") from None
