"""The catalog as OpenAI's clients expect it: list, retrieve, delete."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.needs import needs
from earthshine.catalog import ALIASES, DEFAULT_EMBEDDING, Card, Catalog
from earthshine.engines.pool import Pool
from earthshine.errors import ModelBroken, ModelNotFound
from earthshine.models.objects import DeletedModel, Model, ModelList
from earthshine.openapi import Routes
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.wire import Reply, json_reply

router = Routes(tags=["Models"])


@router.get("/v1/models", operation_id="list_models")
@needs("project.read", shows_words=False)
async def list_models(request: Request) -> Reply[ModelList]:
    """List all models that can be named in a request, the two aliases last."""
    router, catalog = service(request, Router), service(request, Catalog)
    models = [model_object(card, router, name if name in ALIASES else None) for name, card in listed(catalog)]
    return json_reply({"object": "list", "data": models})


@router.get("/v1/models/{model:path}", operation_id="retrieve_model")
@needs("project.read", shows_words=False)
async def retrieve_model(request: Request, model: str) -> Reply[Model]:
    """Describe one model, or what an alias or a name with a suffix means."""
    router, catalog = service(request, Router), service(request, Catalog)
    if model in ALIASES:
        return json_reply(model_object(catalog.resolve(model), router, model))
    if (variant := catalog.variant(model)) is not None:
        return json_reply(model_object(catalog.resolve(variant[0]), router, model))
    return json_reply(model_object(catalog.card(model), router))


@router.delete("/v1/models/{model:path}", operation_id="delete_model")
@needs("installation.manage")
async def delete_model(request: Request, model: str) -> Reply[DeletedModel]:
    """Remove an installed model and the weights that were fetched for it."""
    service(request, Catalog).remove(model)
    await service(request, Pool).discard(model)
    return json_reply({"id": model, "object": "model", "deleted": True})


def listed(catalog: Catalog) -> list[tuple[str, Card]]:
    """Return all models by the names that requests can have, the two aliases last."""
    models = [(card.name, card) for card in catalog.installed()]
    meant = ((alias, _meaning(catalog, alias)) for alias in ALIASES)
    return models + [(alias, card) for alias, card in meant if card is not None]


def model_object(card: Card, traffic: Router, alias: str | None = None) -> Model:
    """Return OpenAI's model object; what OpenAI has no field for stands under `earthshine`."""
    return {
        "id": alias or card.name,
        "object": "model",
        "created": card.created,
        "owned_by": card.owner or "earthshine",
        "earthshine": {
            "alias_of": card.name if alias else None,
            # By this name it is asked for vectors only, so no list of assistants should show it.
            "abilities": ["embedding"] if alias == DEFAULT_EMBEDDING else sorted(card.abilities),
            "weak_vectors": card.weak_vectors,
            "engine": card.engine,
            "family": card.family,
            "parameters": card.parameters,
            "quantization": card.quantization,
            "context_length": traffic.context_length(card.name),
            "server": traffic.server(card.name),
            "size": card.size,
            "licence": card.licence,
            "description": card.description,
        },
    }


def _meaning(catalog: Catalog, alias: str) -> Card | None:
    try:
        return catalog.resolve(alias)
    except (ModelNotFound, ModelBroken):
        return None
