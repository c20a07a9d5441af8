"""Bodies and queries of groups."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from earthshine.accounts.people.schemas import Id, Name
from earthshine.errors import InvalidRequest
from earthshine.wire.pagination import ListQuery, OrderedQuery
from earthshine.wire.strict import Body, as_validator


def _given(name: str) -> str:
    if not name:
        raise InvalidRequest("A group needs a name.")
    return name


class GroupBody(Body):
    """The body of `POST /v1/organization/groups` and of `POST /v1/organization/groups/{group_id}`."""

    name: Annotated[Name, AfterValidator(as_validator(_given))]


class GroupUserCreate(Body):
    """The body of `POST /v1/organization/groups/{group_id}/users`."""

    user_id: Id


class ProjectGroupCreate(Body):
    """The body of `POST /v1/organization/projects/{project_id}/groups`."""

    group_id: Id
    role: Id
    """The id of one of the project's roles."""


class GroupsQuery(OrderedQuery):
    """One page of groups, or of the people in one."""

    limit: int = Field(default=100, ge=1, le=1000)


class GroupsOfQuery(GroupsQuery):
    """One page of the organisation's groups."""

    user_id: str | None = Field(default=None, max_length=256)
    """Only the groups that this person is in; an extension of OpenAI's API."""


class ProjectGroupQuery(ListQuery):
    """Which kind of group is asked for; there is one."""

    group_type: Literal["group"] = "group"
