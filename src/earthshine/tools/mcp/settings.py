"""The tool as a request names it. Source: OpenAI's Responses API, https://platform.openai.com/docs/guides/tools-remote-mcp"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.outbound import check_url
from earthshine.tools.approvals import Decision
from earthshine.tools.callers import AllowedCallers
from earthshine.tools.functions import FunctionName
from earthshine.tools.mcp.names import LONGEST_NAME, MOST_LISTED
from earthshine.wire.strict import Strict, as_validator, rejection

_MOST_HEADERS, _LONGEST_HEADER = 32, 8192
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\x80-\xff\t]*")
_OURS = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "te", "transfer-encoding"}
)
"""Headers that the client of the protocol sets itself, as it does those that begin with `mcp-`."""

ToolNames = Annotated[list[Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]], Field(max_length=MOST_LISTED)]


class ToolFilter(Strict):
    """Some of a server's tools: those of these names, and those that say that they only read."""

    tool_names: ToolNames | None = None
    read_only: bool | None = None

    def takes(self, name: str, *, reads: bool) -> bool:
        """Tell whether a tool is meant. `reads`: it says that it only reads."""
        if self.tool_names is not None and name not in self.tool_names:
            return False
        return self.read_only is None or self.read_only == reads


class ApprovalFilter(Strict):
    """Which tools are called only after an approval, and which without."""

    always: ToolFilter | None = None
    never: ToolFilter | None = None


def _as_filter(value: Any) -> Any:
    return {"tool_names": cast("list[Any]", value)} if isinstance(value, list) else value


def _as_approval(value: Any) -> Any:
    if value in ("always", "never"):
        return {value: {}}
    if not isinstance(value, dict):
        raise PydanticCustomError("require_approval", "Input should be 'always', 'never' or a filter object")
    return cast("dict[str, Any]", value)


def _check_address(value: str) -> str:
    if urlsplit(value).scheme not in ("http", "https"):
        raise InvalidRequest(
            "An MCP server is reached by its http or https address; programs that speak over stdio are not started."
        )
    # Whether the address may be a private one, the operator says: it is judged where it is asked.
    check_url(value, private=True, param="server_url", query=True)
    return value


def _check_headers(value: dict[str, str]) -> dict[str, str]:
    if len(value) > _MOST_HEADERS:
        raise InvalidRequest(f"A server is sent {_MOST_HEADERS} headers at most.")
    for name, each in value.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS or name.lower().startswith("mcp-"):
            raise InvalidRequest(f"The header {name[:64]!r} cannot be set; leave it out.")
        if len(each) > _LONGEST_HEADER or not _HEADER_VALUE.fullmatch(each):
            raise InvalidRequest(f"The value of the header {name[:64]!r} is too long, or no text of one line.")
    return value


def _check_token(value: str) -> str:
    return _check_headers({"x-token": value})["x-token"]


class McpTool(Strict):
    """A server, and which of its tools a model may call."""

    type: Literal["mcp"]
    server_label: FunctionName
    server_url: (
        Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(as_validator(_check_address))] | None
    ) = None
    server_description: str | None = Field(default=None, max_length=10_000)
    authorization: Annotated[str, Field(min_length=1), AfterValidator(as_validator(_check_token))] | None = None
    """A token that the server wants. It is kept encrypted until the response has ended, and told to nobody else."""
    headers: Annotated[dict[str, str], AfterValidator(as_validator(_check_headers))] | None = None
    allowed_tools: (
        Annotated[ToolFilter, BeforeValidator(_as_filter, json_schema_input_type=ToolNames | ToolFilter)] | None
    ) = None
    require_approval: Annotated[
        ApprovalFilter,
        BeforeValidator(_as_approval, json_schema_input_type=Literal["always", "never"] | ApprovalFilter),
    ] = Field(default_factory=lambda: ApprovalFilter(always=ToolFilter()))
    """As in OpenAI's API, every call is asked about unless the request says otherwise."""
    connector_id: str | None = None
    tunnel_id: str | None = None
    defer_loading: bool = False
    allowed_callers: AllowedCallers = None

    @field_validator("connector_id", "tunnel_id")
    @classmethod
    def _not_hosted(cls, value: Any) -> Any:
        raise rejection(
            UnsupportedParameter("Connectors and tunnels belong to a hosted vendor; give the server's `server_url`.")
        )

    @model_validator(mode="after")
    def _somewhere(self) -> McpTool:
        if self.server_url is None:
            error = InvalidRequest("Give the server's address as `server_url`.", code="missing_required_parameter")
            raise rejection(error)
        return self

    @property
    def host(self) -> str:
        """The host of the address, in lower case."""
        return (urlsplit(self.server_url or "").hostname or "").lower()

    def allows(self, name: str, *, reads: bool) -> bool:
        """Tell whether the model may be shown a tool."""
        return self.allowed_tools is None or self.allowed_tools.takes(name, reads=reads)

    def decision(self, name: str, *, reads: bool) -> Decision:
        """Return whether the request wants to be asked before a call; of two filters that take it, the careful one."""
        rule = self.require_approval
        if rule.always is not None and rule.always.takes(name, reads=reads):
            return "ask"
        if rule.never is not None and rule.never.takes(name, reads=reads):
            return "allow"
        # A filter for one side alone leaves the rest to the other.
        return "allow" if rule.never is None and rule.always is not None else "ask"
