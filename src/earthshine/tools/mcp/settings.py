"""The tool as a request names it. Source: OpenAI's Responses API, https://platform.openai.com/docs/guides/tools-remote-mcp"""

from __future__ import annotations

from typing import Any, Literal, cast

from pydantic import Field, PrivateAttr, field_validator, model_validator

from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.tools.approvals import Decision
from earthshine.tools.callers import AllowedCallers
from earthshine.tools.functions import FunctionName
from earthshine.tools.mcp.addresses import Address, Headers, Token, host_of
from earthshine.tools.mcp.connected import ConnectorPolicy
from earthshine.tools.mcp.filters import ASKS_ALWAYS, AllowedTools, RequireApproval
from earthshine.wire.strict import Strict, rejection

HOSTED = frozenset(
    f"connector_{each}"
    for each in (
        *("dropbox", "gmail", "googlecalendar", "googledrive", "microsoftteams"),
        *("outlookcalendar", "outlookemail", "sharepoint"),
    )
)
"""Connectors that OpenAI itself runs."""


class McpTool(Strict):
    """A server, and which of its tools a model may call."""

    type: Literal["mcp"]
    server_label: FunctionName
    server_url: Address | None = None
    server_description: str | None = Field(default=None, max_length=10_000)
    authorization: Token | None = None
    """A token that the server wants. It is kept encrypted until the response has ended, and told to nobody else."""
    headers: Headers | None = None
    allowed_tools: AllowedTools | None = None
    require_approval: RequireApproval | None = None
    """What counts without it: what the connector says, else that every call is asked about."""
    connector_id: str | None = Field(default=None, min_length=1, max_length=64)
    """A connector that is kept here, instead of an address. A response tells it as `connector`, which is taken too."""
    tunnel_id: str | None = None
    defer_loading: bool = False
    allowed_callers: AllowedCallers = None

    _policy: ConnectorPolicy | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _as_told(cls, value: Any) -> Any:
        if isinstance(value, dict) and "connector" in value:
            given = dict(cast("dict[str, Any]", value))
            return {"connector_id": given.pop("connector"), **given}
        return cast("Any", value)

    @field_validator("connector_id")
    @classmethod
    def _kept_here(cls, value: Any) -> Any:
        if value in HOSTED:
            raise rejection(
                UnsupportedParameter(
                    f"{value!r} is a connector that its vendor hosts. Keep one of your own, by "
                    "`POST /earthshine/v1/connectors`, and give its id."
                )
            )
        return value

    @field_validator("tunnel_id")
    @classmethod
    def _no_tunnel(cls, value: Any) -> Any:
        raise rejection(UnsupportedParameter("Tunnels belong to a hosted vendor; give the server's `server_url`."))

    @model_validator(mode="after")
    def _somewhere(self) -> McpTool:
        if (self.server_url is None) == (self.connector_id is None):
            raise rejection(
                InvalidRequest(
                    "Give the server's address as `server_url`, or a connector that is kept here as `connector_id`; "
                    "one of them.",
                    code="missing_required_parameter" if self.server_url is None else None,
                )
            )
        if self.connector_id is not None and (self.authorization is not None or self.headers):
            raise rejection(
                UnsupportedParameter(
                    "A connector has its own sign-in and headers; leave `authorization` and `headers` out."
                )
            )
        return self

    def with_policy(self, policy: ConnectorPolicy) -> McpTool:
        """Return it with what is said of the connector that it names."""
        made = self.model_copy()
        made._policy = policy
        return made

    @property
    def host(self) -> str:
        """The host of the address, in lower case; empty where it is not known, or there is none."""
        return self._policy.host if self._policy is not None else host_of(self.server_url or "")

    def allows(self, name: str, *, reads: bool) -> bool:
        """Tell whether the model may be shown a tool."""
        filters = (self.allowed_tools, self._policy.allowed_tools if self._policy is not None else None)
        return all(each is None or each.takes(name, reads=reads) for each in filters)

    def decision(self, name: str, *, reads: bool) -> Decision:
        """Return whether the request, or else the connector, wants to be asked before a call."""
        rule = self.require_approval or (self._policy.require_approval if self._policy else ASKS_ALWAYS)
        return rule.decision(name, reads=reads)
