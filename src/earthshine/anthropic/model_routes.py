"""The models as Anthropic's clients expect them. Source: https://platform.claude.com/docs/en/api/models"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from earthshine.accounts.authorization.needs import needs
from earthshine.anthropic.messages.translate import thinks_by_itself
from earthshine.anthropic.objects import (
    AnthropicCapabilities,
    AnthropicError,
    AnthropicModel,
    AnthropicModels,
    ServerToolsSupport,
    Support,
)
from earthshine.anthropic.versions import check_versions
from earthshine.catalog import Card, Catalog
from earthshine.errors import ModelBroken, ModelNotFound, NotFound
from earthshine.openapi import Routes, asks, gives
from earthshine.routing.router import Router
from earthshine.sandboxes.registry import lacking
from earthshine.services import Services, service, services_of
from earthshine.web_searches.searches import WebSearches
from earthshine.wire import json_reply
from earthshine.wire.queries import read_query
from earthshine.wire.strict import Strict

router = Routes(prefix="/anthropic/v1/models", tags=["Anthropic"])

_ALIAS = "default"


class AnthropicModelQuery(Strict):
    """The query of the list of models."""

    after_id: str | None = None
    before_id: str | None = None
    limit: int = Field(default=20, ge=1, le=1000, strict=False)
    lifecycle: list[Literal["active", "deprecated", "retired"]] = Field(
        default_factory=lambda: list[Any](["active"]), max_length=3
    )


@router.get("")
@needs("project.read", shows_words=False)
@asks(AnthropicModelQuery)
@gives(AnthropicModels, errors=AnthropicError)
async def list_anthropic_models(request: Request) -> Response:
    """List the models that can be asked for messages, the installation's default first."""
    check_versions(request.headers)
    query = read_query(AnthropicModelQuery, request)
    router, catalog = service(request, Router), service(request, Catalog)
    tools = _server_tools(services_of(request))
    models = [_model(card, router, tools) for card in catalog.installed() if "chat" in card.abilities]
    if (default := _meaning(catalog)) is not None:
        models.insert(0, _model(default, router, tools, _ALIAS))
    if "active" not in query.lifecycle:
        models = []
    return json_reply(_page(models, query))


@router.get("/{model:path}")
@needs("project.read", shows_words=False)
@gives(AnthropicModel, errors=AnthropicError)
async def retrieve_anthropic_model(request: Request, model: str) -> Response:
    """Describe one model, or what `default` means."""
    check_versions(request.headers)
    router, catalog = service(request, Router), service(request, Catalog)
    alias = model if model == _ALIAS else None
    card, tools = catalog.resolve(model) if alias else catalog.card(model), _server_tools(services_of(request))
    return json_reply(_model(card, router, tools, alias))


def _meaning(catalog: Catalog) -> Card | None:
    try:
        return catalog.resolve(_ALIAS)
    except (ModelNotFound, ModelBroken):
        return None


def _page(models: list[AnthropicModel], query: AnthropicModelQuery) -> AnthropicModels:
    """Return the page after or before a model, or the first. Raises `NotFound` for a model that is not there."""
    names = [model["id"] for model in models]
    for name in (query.after_id, query.before_id):
        if name is not None and name not in names:
            raise NotFound(f"There is no model {name[:200]!r} to list from.", param="after_id")
    start, end = 0, len(models)
    if query.after_id is not None:
        start = names.index(query.after_id) + 1
    if query.before_id is not None:
        end = names.index(query.before_id)
        start = max(start, end - query.limit)
    page = models[start:end][: query.limit]
    more = start > 0 if query.before_id is not None else start + query.limit < end
    ids = [model["id"] for model in page]
    return {"data": page, "first_id": ids[0] if ids else None, "last_id": ids[-1] if ids else None, "has_more": more}


def _model(card: Card, router: Router, tools: ServerToolsSupport, alias: str | None = None) -> AnthropicModel:
    length = router.context_length(card.name) or None
    return {
        "id": alias or card.name,
        "type": "model",
        "display_name": f"{card.name} (default)" if alias else card.name,
        "created_at": datetime.fromtimestamp(card.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "lifecycle": "active",
        "line": None,
        "deprecated_at": None,
        "retires_at": None,
        "max_input_tokens": length,
        "max_tokens": length,
        "capabilities": _capabilities(card, tools),
    }


def _server_tools(services: Services) -> ServerToolsSupport:
    """Return which tools this installation runs."""
    searches = services.find(WebSearches)
    searched, run = searches is not None and searches.has(live=True), not lacking(services)
    return {
        "supported": searched or run,
        "code_execution": Support(supported=run),
        "web_search": Support(supported=searched),
    }


def _capabilities(card: Card, tools: ServerToolsSupport) -> AnthropicCapabilities:
    """Return what is known of a model; any can be made to think first, and one that was trained to does by itself."""
    yes, no = Support(supported=True), Support(supported=False)
    thinks = thinks_by_itself(card)
    return {
        "batch": yes,
        "citations": yes,
        "code_execution": tools["code_execution"],
        "context_management": {
            "supported": True,
            "clear_thinking_20251015": yes,
            "clear_tool_uses_20250919": no,
            "compact_20260112": no,
        },
        "effort": {"supported": True, "low": yes, "medium": yes, "high": yes, "xhigh": yes, "max": yes},
        "image_input": Support(supported="vision" in card.abilities),
        "pdf_input": yes,
        "server_tools": tools,
        "structured_outputs": yes,
        "thinking": {
            "supported": True,
            "types": {
                "adaptive": Support(supported=thinks),
                "between_tools": no,
                "disabled": yes,
                "enabled": yes,
            },
        },
    }
