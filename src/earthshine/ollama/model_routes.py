"""The doors of the models: what there is, what is loaded, what one is, and away with one."""

from __future__ import annotations

import time
from hashlib import sha256

from fastapi import Request

from earthshine import __version__
from earthshine.accounts.authorization.needs import needs
from earthshine.catalog import ALIASES, DEFAULT_EMBEDDING, Card, Catalog
from earthshine.engines.pool import Pool
from earthshine.errors import UnsupportedParameter
from earthshine.models.routes import listed
from earthshine.ollama.dialect import OllamaError, own_name, tagged, timestamp
from earthshine.ollama.objects import (
    OllamaDetails,
    OllamaModel,
    OllamaModels,
    OllamaProcesses,
    OllamaShown,
    OllamaStatus,
    OllamaVersion,
)
from earthshine.ollama.schemas import OllamaBody, OllamaNamed
from earthshine.openapi import Routes, gives, takes
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import Reply, json_reply, parse

router = Routes(prefix="/api", tags=["Ollama"])

_ABILITIES = {
    "chat": "completion",
    "tools": "tools",
    "vision": "vision",
    "reasoning": "thinking",
}
"""Of chat models, by the names that Ollama has for them."""
_FOR_EVER = "2999-01-01T00:00:00Z"
"""When a model is unloaded that stays."""


@router.get("/version")
@needs("project.read", shows_words=False)
@gives(OllamaVersion, errors=OllamaError)
async def retrieve_ollama_version(request: Request) -> Reply[OllamaVersion]:
    """Return the version of this server."""
    return json_reply({"version": __version__})


@router.get("/tags")
@needs("project.read", shows_words=False)
@gives(OllamaModels, errors=OllamaError)
async def list_ollama_models(request: Request) -> Reply[OllamaModels]:
    """List all models that can be named in a request, the two aliases last."""
    return json_reply({"models": [_model(card, name) for name, card in listed(service(request, Catalog))]})


@router.post("/show")
@needs("project.read", shows_words=False)
@takes(OllamaNamed)
@gives(OllamaShown, errors=OllamaError)
async def show_ollama_model(request: Request) -> Reply[OllamaShown]:
    """Describe one model, or what an alias means."""
    body, catalog = await parse(OllamaNamed, request), service(request, Catalog)
    name = own_name(body.model, catalog)
    card = catalog.resolve(name) if name in ALIASES else catalog.card(name)
    family = card.family or card.engine
    info = {
        "general.architecture": family,
        "general.parameter_count": card.parameters or None,
        f"{family}.context_length": service(request, Router).context_length(card.name) or None,
    }
    return json_reply(
        {
            "license": card.licence,
            "modelfile": f"# {card.name}, served by Earthshine\n",
            "parameters": "\n".join(f"{name} {value:g}" for name, value in card.sampling.items()),
            "template": card.chat_template,
            "details": _details(card),
            "model_info": {name: value for name, value in info.items() if value is not None},
            "capabilities": _capabilities(card, embeds=name == DEFAULT_EMBEDDING),
            "modified_at": timestamp(card.created),
        }
    )


@router.get("/ps")
@needs("project.read", shows_words=False)
@gives(OllamaProcesses, errors=OllamaError)
async def list_ollama_processes(request: Request) -> Reply[OllamaProcesses]:
    """List the models that this server has loaded."""
    idle = service(request, Settings).idle_unload
    until = timestamp(time.time() + idle) if idle else _FOR_EVER
    return json_reply(
        {
            "models": [
                {
                    "name": tagged(state.card.name),
                    "model": tagged(state.card.name),
                    "size": state.memory,
                    "digest": _digest(state.card),
                    "details": _details(state.card),
                    "expires_at": until,
                    "size_vram": sum(each.memory for each in state.devices),
                    "context_length": state.engine.capabilities.context_length,
                }
                for state in service(request, Pool).states()
                if state.engine is not None and not state.leaving
            ]
        }
    )


@router.delete("/delete")
@needs("installation.manage")
@takes(OllamaNamed)
@gives(OllamaStatus, errors=OllamaError)
async def delete_ollama_model(request: Request) -> Reply[OllamaStatus]:
    """Remove an installed model and the weights that were fetched for it."""
    body, catalog = await parse(OllamaNamed, request), service(request, Catalog)
    name = own_name(body.model, catalog)
    catalog.remove(name)
    await service(request, Pool).discard(name)
    return json_reply({"status": "success"})


@router.post("/copy")
@needs("installation.manage")
@takes(OllamaBody)
@gives(OllamaStatus, errors=OllamaError)
async def copy_ollama_model(request: Request) -> Reply[OllamaStatus]:
    """Refuse: a model has one name here."""
    raise UnsupportedParameter(
        "Models are not copied here. For a second name, add a deployment of the model (docs/routing.md)."
    )


def _model(card: Card, name: str) -> OllamaModel:
    return {
        "name": tagged(name),
        "model": tagged(name),
        "modified_at": timestamp(card.created),
        "size": card.size,
        "digest": _digest(card, embeds=name == DEFAULT_EMBEDDING),
        "details": _details(card),
    }


def _capabilities(card: Card, *, embeds: bool) -> list[str]:
    """Return what a model is for. Ollama's clients take one that says `embedding` for one that does not chat."""
    if embeds or "chat" not in card.abilities:
        return ["embedding"] if "embedding" in card.abilities else []
    return [name for ability, name in _ABILITIES.items() if ability in card.abilities]


def _digest(card: Card, *, embeds: bool = False) -> str:
    """Return what tells a model from others: clients take two with one digest for one model with two names.

    A chat model that also `embeds` is another one under that name: it can do other things.
    """
    if embeds and "chat" in card.abilities:
        return sha256(f"{card.name} {DEFAULT_EMBEDDING}".encode()).hexdigest()
    return card.sha256 or sha256(card.name.encode()).hexdigest()


def _details(card: Card) -> OllamaDetails:
    return {
        "parent_model": "",
        "format": "gguf" if card.engine == "llamacpp" else "",
        "family": card.family,
        "families": [card.family] if card.family else [],
        "parameter_size": _short(card.parameters),
        "quantization_level": card.quantization,
    }


def _short(parameters: int) -> str:
    if not parameters:
        return ""
    return f"{parameters / 1e9:.1f}B" if parameters >= 1e9 else f"{parameters / 1e6:.0f}M"
