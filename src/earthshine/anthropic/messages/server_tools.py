"""Tools that the server runs, as clients send them, and what each is in a response.

Source: `anthropic.types.ToolUnionParam` of the official SDK. What cannot be honoured is refused by its name.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from earthshine.anthropic.messages.content import CacheControl, Citations
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.wire.strict import JsonObject, Strict

Json = dict[str, Any]
_MOST_DOMAINS = 100


class _Hosted(Strict):
    """What all of them have."""

    cache_control: CacheControl | None = None
    allowed_callers: list[str] | None = None
    defer_loading: bool = False
    strict: bool | None = None

    def check_supported(self, where: str) -> None:
        """Raise `UnsupportedParameter` for what cannot be honoured."""
        if self.defer_loading:
            raise _unsupported("Tools cannot be deferred, as there is no tool search here", f"{where}.defer_loading")
        if self.allowed_callers not in (None, [], ["direct"]):
            raise _unsupported("Tools are called by the model only; send ['direct']", f"{where}.allowed_callers")


class UserLocation(Strict):
    """Where the user is, about."""

    type: Literal["approximate"]
    city: str | None = None
    country: str | None = None
    region: str | None = None
    timezone: str | None = None


class _WebTool(_Hosted):
    max_uses: int | None = Field(default=None, ge=1)
    allowed_domains: list[str] | None = Field(default=None, max_length=_MOST_DOMAINS)
    blocked_domains: list[str] | None = Field(default=None, max_length=_MOST_DOMAINS)
    response_inclusion: Literal["full", "excluded"] | None = None
    """What no other tool read is told in full, whatever this is."""

    def check_supported(self, where: str) -> None:
        """See `_Hosted.check_supported`. Raises `InvalidRequest` for both lists of domains."""
        super().check_supported(where)
        if self.allowed_domains and self.blocked_domains:
            raise InvalidRequest(
                "Give `allowed_domains` or `blocked_domains`, not both.", param=f"{where}.blocked_domains"
            )

    def _filters(self) -> Json:
        filters = {"allowed_domains": self.allowed_domains, "blocked_domains": self.blocked_domains}
        return {"filters": filters, "max_uses": self.max_uses}


class WebSearch(_WebTool):
    """Searches the web."""

    type: str
    name: Literal["web_search"]
    user_location: UserLocation | None = None

    def hosted(self) -> Json:
        """Return the tool as a response takes it."""
        location = {"user_location": self.user_location.model_dump(exclude_none=True)} if self.user_location else {}
        return {"type": "web_search", **self._filters(), **location}


class WebFetch(_WebTool):
    """Reads pages whose addresses somebody gave."""

    type: str
    name: Literal["web_fetch"]
    citations: Citations | None = None
    max_content_tokens: int | None = Field(default=None, ge=1)
    use_cache: bool | None = None
    url_sources: JsonObject | None = None

    def check_supported(self, where: str) -> None:
        """See `_Hosted.check_supported`."""
        super().check_supported(where)
        for field, why in (
            ("max_content_tokens", "How much of a page is shown goes by the model's context"),
            ("url_sources", "Addresses are opened that the user or a page named"),
        ):
            if getattr(self, field) is not None:
                raise _unsupported(why, f"{where}.{field}")
        if self.use_cache is False:
            raise _unsupported("A page is kept for some minutes", f"{where}.use_cache")

    def hosted(self) -> Json:
        """Return the tool as a response takes it."""
        return {"type": "web_fetch", **self._filters()}


class CodeExecution(_Hosted):
    """Runs commands in a container."""

    type: str
    name: Literal["code_execution"]

    def hosted(self) -> Json:
        """Return the tool as a response takes it, with a container of the conversation's own."""
        return {"type": "shell", "environment": {"type": "container_auto"}}


class McpToolConfig(Strict):
    """Whether a tool of a server is meant."""

    enabled: bool = True
    defer_loading: bool = False


class McpToolset(Strict):
    """The tools of one of the servers in `mcp_servers`."""

    type: Literal["mcp_toolset"]
    mcp_server_name: str
    default_config: McpToolConfig = Field(default_factory=McpToolConfig)
    configs: dict[str, McpToolConfig] = Field(default_factory=dict[str, McpToolConfig], max_length=512)
    cache_control: CacheControl | None = None

    def check_supported(self, where: str) -> None:
        """Raise `UnsupportedParameter` for what cannot be honoured."""
        every = [self.default_config, *self.configs.values()]
        if any(each.defer_loading for each in every):
            raise _unsupported("Of many tools those are shown that the question is near to", f"{where}.defer_loading")
        if self.default_config.enabled and not all(each.enabled for each in every):
            why = "Tools are not left out one by one; set `enabled` to false in `default_config`, to true in `configs`"
            raise _unsupported(why, f"{where}.configs")

    @property
    def names(self) -> list[str] | None:
        """The tools that are meant; None for all."""
        return None if self.default_config.enabled else [name for name, each in self.configs.items() if each.enabled]


class McpConfiguration(Strict):
    """Which tools of a server are meant, as the first version of the beta said it."""

    enabled: bool | None = None
    allowed_tools: list[str] | None = None


class McpServer(Strict):
    """A server of tools."""

    type: Literal["url"]
    url: str
    name: str = Field(min_length=1, max_length=64)
    authorization_token: str | None = None
    tool_configuration: McpConfiguration | None = None

    @property
    def is_used(self) -> bool:
        """Whether its tools are offered at all."""
        return self.tool_configuration is None or self.tool_configuration.enabled is not False

    def hosted(self, toolset: McpToolset | None) -> Json:
        """Return its tools as a response takes them; `toolset` says which, else its own configuration."""
        names = toolset.names if toolset is not None else None
        if names is None and self.tool_configuration is not None:
            names = self.tool_configuration.allowed_tools
        told: Json = {"type": "mcp", "server_label": self.name, "server_url": self.url, "require_approval": "never"}
        return {**told, "authorization": self.authorization_token, "allowed_tools": names}


ServerTool = WebSearch | WebFetch | CodeExecution
SERVER_TOOLS: dict[str, type[ServerTool] | type[McpToolset]] = {
    **{f"web_search_{version}": WebSearch for version in ("20250305", "20260209", "20260318")},
    **{f"web_fetch_{version}": WebFetch for version in ("20250910", "20260209", "20260309", "20260318")},
    **{f"code_execution_{version}": CodeExecution for version in ("20250825", "20260120", "20260521")},
    "mcp_toolset": McpToolset,
}
"""By the type that a client sends."""


def _unsupported(why: str, where: str) -> UnsupportedParameter:
    return UnsupportedParameter(f"{why}; or leave it out.", param=where)
