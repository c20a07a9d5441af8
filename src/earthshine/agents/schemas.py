"""What requests about saved agents say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from earthshine.agents.configuration import Configuration, Model
from earthshine.wire.pagination import OrderedQuery
from earthshine.wire.strict import Metadata

Name = Annotated[str, StringConstraints(max_length=256)]


class _Named(Configuration):
    name: Name | None = None
    metadata: Metadata | None = None


class AgentCreate(_Named):
    """The body of `POST /v1/agents`."""

    model: Model


class AgentUpdate(_Named):
    """The body of `POST /v1/agents/{id}`: what is not given stays; null sets the default again."""

    model: Model | None = None


class AgentListQuery(OrderedQuery):
    """One page of agents, newest first unless asked otherwise."""

    order: Literal["asc", "desc"] = Field(default="desc")
