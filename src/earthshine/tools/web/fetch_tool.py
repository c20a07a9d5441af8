"""`web_fetch`: a model reads pages whose addresses the user, or another tool, gave. Ours; OpenAI has no such type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from earthshine.services import Services
from earthshine.tools.approvals import Touches
from earthshine.tools.base import Tool, ToolCall, ToolContext, ToolResult
from earthshine.tools.callers import AllowedCallers
from earthshine.tools.web.opening import PAGE_FUNCTIONS, look_at_page
from earthshine.webpages.domains import Domains, domain_of
from earthshine.webpages.pages import WebPages
from earthshine.wire.strict import Strict, as_validator

Json = dict[str, Any]
MOST_DOMAINS = 100


_Domains = Annotated[list[Annotated[str, AfterValidator(as_validator(domain_of))]], Field(max_length=MOST_DOMAINS)]
Uses = Annotated[int | None, Field(default=None, ge=1)]
"""Calls of one tool that a response makes at most. Ours: OpenAI's `max_tool_calls` is of all tools together."""


class Filters(Strict):
    """Which pages."""

    allowed_domains: _Domains | None = None
    blocked_domains: _Domains | None = None
    """Ours: pages of these are not looked at."""


def domains_of(filters: Filters | None) -> Domains:
    """Return what a request says of domains, as `WebPages.open` takes it."""
    return Domains((filters and filters.allowed_domains) or (), (filters and filters.blocked_domains) or ())


class WebFetchTool(Strict):
    """The tool, as a request names it."""

    type: Literal["web_fetch"]
    filters: Filters | None = None
    max_uses: Uses = None
    allowed_callers: AllowedCallers = None


class WebFetch(Tool):
    """The tool."""

    type = "web_fetch"
    settings = WebFetchTool
    switch: ClassVar[Json | None] = {"type": "web_fetch"}

    def functions(self, settings: WebFetchTool, offered: Sequence[object]) -> list[Json]:
        """Return the functions; none beside a search of the web, which has the same."""
        if any(str(getattr(each, "type", "")).startswith("web_search") for each in offered):
            return []
        return list(PAGE_FUNCTIONS)

    def lacks(self, settings: WebFetchTool, services: Services) -> str:
        """Say whether this server reaches the web."""
        pages = services.find(WebPages)
        if pages is not None and (pages.reaches_web or pages.archive is not None):
            return ""
        return 'this server fetches nothing from the web. Its operator can set `web_fetch` to "public".'

    def touches(self, settings: WebFetchTool, function: str = "") -> Touches:
        """Return that others are connected to: what stands in an address, they read."""
        return Touches(frozenset({"network"}))

    async def run(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Open a page, or find words in one."""
        settings: WebFetchTool = call.settings
        return await look_at_page(call, context, domains=domains_of(settings.filters))

    def call_item(self, settings: WebFetchTool) -> Json:
        """Return a look at nothing yet; what the model writes says which."""
        return {"type": "web_search_call", "action": {"type": "search", "queries": []}}


def provide() -> Tool:
    """Return the tool."""
    return WebFetch()
