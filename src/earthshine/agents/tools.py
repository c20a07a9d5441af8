"""The tools of a saved agent, as requests name them and as replies show them: without anything secret.

Source: `PersistedAgentToolParam` of the official SDK (`openai.types.beta`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.outbound import check_url
from earthshine.tools.functions import FunctionName
from earthshine.tools.mcp.filters import ToolNames
from earthshine.webpages.domains import domain_of
from earthshine.wire.strict import JsonObject, Strict, as_validator, chooser, rejection

Json = dict[str, Any]

_MOST_DOMAINS = 100
_Argument = Annotated[str, StringConstraints(max_length=8192)]
_Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})


class FunctionTool(Strict):
    """A function that the application runs."""

    type: Literal["function"]
    name: FunctionName
    description: Annotated[str, StringConstraints(max_length=16_384)]
    parameters: JsonObject
    defer_loading: bool = False
    async_: bool = Field(default=False, alias="async")


class ToolSearchTool(Strict):
    """Finds functions that are loaded only when they are looked for."""

    type: Literal["tool_search"]


class ProgrammaticTool(Strict):
    """Lets the model call its tools from code that it writes."""

    type: Literal["programmatic_tool_calling"]
    enabled: bool = True


def _check_server(value: str) -> str:
    if urlsplit(value).scheme not in ("http", "https"):
        raise InvalidRequest("Give the server's http or https address.")
    # Whether the address may be a private one, the operator says: it is judged where it is asked.
    check_url(value, private=True, param="server_url", query=True)
    return value


def _check_plain(headers: dict[str, str]) -> dict[str, str]:
    for name in headers:
        if name.lower() in _SECRET_HEADERS:
            raise InvalidRequest(
                f"A saved agent keeps no secrets, and {name!r} is one. Put it into a vault's credential, and give the "
                "session that vault."
            )
    return headers


class HttpTransport(Strict):
    """A server of the network."""

    type: Literal["http"]
    server_url: Annotated[str, StringConstraints(max_length=2048), AfterValidator(as_validator(_check_server))]
    headers: Annotated[
        dict[Annotated[str, StringConstraints(max_length=128)], _Argument],
        Field(max_length=32),
        AfterValidator(as_validator(_check_plain)),
    ] = Field(default_factory=dict[str, str])


class StdioTransport(Strict):
    """A program that is started in the session's environment."""

    type: Literal["stdio"]
    command: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    cwd: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    args: Annotated[list[_Argument], Field(max_length=64)] = Field(default_factory=list[str])
    env_vars: Annotated[list[_Variable], Field(max_length=64)] = Field(default_factory=list[str])


class McpTool(Strict):
    """The tools of an MCP server."""

    type: Literal["mcp"]
    server_label: FunctionName
    transport: Annotated[
        HttpTransport | StdioTransport, chooser("transport", {"http": HttpTransport, "stdio": StdioTransport})
    ]
    allowed_tools: ToolNames | None = None
    connection_origin: Literal["service", "environment"] = "service"
    credential_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    request_metadata: JsonObject = Field(default_factory=dict[str, Any])
    required: bool = False

    @model_validator(mode="after")
    def _programs_run_inside(self) -> McpTool:
        if isinstance(self.transport, StdioTransport) and "connection_origin" not in self.model_fields_set:
            self.connection_origin = "environment"
        if isinstance(self.transport, StdioTransport) and self.connection_origin == "service":
            raise rejection(
                UnsupportedParameter("A program is started in the session's environment only: leave it out, or say it.")
            )
        return self


class Location(Strict):
    """Where the person is, roughly."""

    city: Annotated[str, StringConstraints(max_length=256)] | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")] | None = None
    region: Annotated[str, StringConstraints(max_length=256)] | None = None
    timezone: Annotated[str, StringConstraints(max_length=64)] | None = None


class WebSearchTool(Strict):
    """The web."""

    type: Literal["web_search"]
    allowed_domains: (
        Annotated[list[Annotated[str, AfterValidator(as_validator(domain_of))]], Field(max_length=_MOST_DOMAINS)] | None
    ) = None
    context_size: Literal["low", "medium", "high"] = "medium"
    location: Location | None = None
    mode: Literal["disabled", "cached", "live"] = "live"


class ComputerUseTool(Strict):
    """A browser in the session's environment."""

    type: Literal["computer_use"]
    include_screenshots: bool = False


class AutomationsTool(Strict):
    """Lets the agent say when it is to be woken."""

    type: Literal["automations"]


AgentTool = (
    FunctionTool | ToolSearchTool | ProgrammaticTool | McpTool | WebSearchTool | ComputerUseTool | AutomationsTool
)
AnyAgentTool = Annotated[
    AgentTool,
    chooser(
        "tool type",
        {
            "function": FunctionTool,
            "tool_search": ToolSearchTool,
            "programmatic_tool_calling": ProgrammaticTool,
            "mcp": McpTool,
            "web_search": WebSearchTool,
            "computer_use": ComputerUseTool,
            "automations": AutomationsTool,
        },
    ),
]


def check_together(tools: list[AgentTool]) -> list[AgentTool]:
    """Return tools that can be offered together. Raises `InvalidRequest` for names and kinds that are there twice."""
    seen: set[tuple[str, str]] = set()
    for at, tool in enumerate(tools):
        name = tool.name if isinstance(tool, FunctionTool) else tool.server_label if isinstance(tool, McpTool) else ""
        if (tool.type, name) in seen:
            raise InvalidRequest(f"tools[{at}]: {name or tool.type!r} is there twice. Leave one of them out.")
        seen.add((tool.type, name))
    return tools
