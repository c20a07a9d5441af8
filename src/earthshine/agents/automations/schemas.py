"""What requests about automations say. Source: `client.beta.agents.automations` of the official SDK."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from earthshine.agents.sessions.environment import AnyEnvironment
from earthshine.agents.sessions.inputs import Messages
from earthshine.agents.sessions.schemas import MOST_VAULTS, SessionAgent, SessionCreate
from earthshine.errors import InvalidRequest
from earthshine.wire.pagination import OrderedQuery
from earthshine.wire.strict import Metadata, Strict, chooser, rejection

Json = dict[str, Any]

MOST_INSTRUCTIONS = 2**16
"""Characters of what a session is told when it is woken."""
_Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]
_Expression = Annotated[str, StringConstraints(min_length=1, max_length=256)]
_Zone = Annotated[str, StringConstraints(min_length=1, max_length=64)]
_Moment = Annotated[int, Field(ge=0, le=2**40)]


class NewSessionTarget(Strict):
    """Begins a session each time."""

    type: Literal["new_session"]
    environment: AnyEnvironment
    input: Messages
    agent: SessionAgent | None = None
    agent_id: _Id | None = None
    metadata: Metadata = Field(default_factory=dict[str, str])
    vault_ids: Annotated[list[_Id], Field(max_length=MOST_VAULTS)] = Field(default_factory=list[str])

    @model_validator(mode="after")
    def _one_agent(self) -> NewSessionTarget:
        if (self.agent is None) == (self.agent_id is None):
            raise rejection(InvalidRequest("Give an `agent`, or the `agent_id` of a saved one, and not both."))
        return self

    def session(self) -> SessionCreate:
        """Return what each session is made of."""
        asked: Json = {
            name: getattr(self, name) for name in SessionCreate.model_fields if name in self.model_fields_set
        }
        return SessionCreate.model_validate(asked)


class ExistingSessionTarget(Strict):
    """Wakes a session, or tells it once it rests."""

    type: Literal["existing_session"]
    session_id: _Id
    instructions: Annotated[str, StringConstraints(min_length=1, max_length=MOST_INSTRUCTIONS)]


Target = NewSessionTarget | ExistingSessionTarget
AnyTarget = Annotated[
    Target, chooser("target type", {"new_session": NewSessionTarget, "existing_session": ExistingSessionTarget})
]


class AutomationCreate(Strict):
    """The body of `POST /v1/agents/automations`."""

    type: Literal["periodic", "once"]
    name: _Name
    target: AnyTarget
    expression: _Expression | None = None
    timezone: _Zone | None = None
    run_at: _Moment | None = None
    metadata: Metadata = Field(default_factory=dict[str, str])

    @model_validator(mode="after")
    def _whole(self) -> AutomationCreate:
        needed = ("expression", "timezone") if self.type == "periodic" else ("run_at",)
        for name in ("expression", "timezone", "run_at"):
            if (getattr(self, name) is None) == (name in needed):
                verb = "needs" if name in needed else "has no"
                raise rejection(InvalidRequest(f"An automation of the type {self.type!r} {verb} `{name}`."))
        return self


class AutomationUpdate(Strict):
    """The body of `POST /v1/agents/automations/{id}`: what is not given stays."""

    name: _Name | None = None
    target: AnyTarget | None = None
    expression: _Expression | None = None
    timezone: _Zone | None = None
    run_at: _Moment | None = None
    metadata: Metadata | None = None


class AutomationListQuery(OrderedQuery):
    """One page of automations, newest first unless asked otherwise."""

    order: Literal["asc", "desc"] = "desc"
    session_id: _Id | None = None


class InvocationListQuery(OrderedQuery):
    """One page of invocations, newest first unless asked otherwise."""

    order: Literal["asc", "desc"] = "desc"
