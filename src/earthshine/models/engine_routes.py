"""Routes of loaded models: what this server holds in memory now. An extension of OpenAI's API."""

from __future__ import annotations

from fastapi import Request
from pydantic import ConfigDict, Field

from earthshine.accounts.authorization.needs import needs
from earthshine.catalog import Catalog
from earthshine.engines.entries import EngineState
from earthshine.engines.pool import Pool
from earthshine.errors import NotFound
from earthshine.models.objects import (
    Engine,
    EngineCondition,
    EngineList,
    EngineLoadProgress,
    UnloadedEngine,
)
from earthshine.openapi import Routes, takes
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import BoundedModel, Reply, json_reply, parse

router = Routes(prefix="/earthshine/v1/engines", tags=["Engines"])


class EngineLoad(BoundedModel):
    """The body of `POST /earthshine/v1/engines`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: str = Field(min_length=1, max_length=256)
    """A model's name, or an alias."""


@router.get("")
@needs("key")
async def list_engines(request: Request) -> Reply[EngineList]:
    """List what this server has loaded, is loading or could not load a moment ago."""
    pool = service(request, Pool)
    states = pool.states()
    return json_reply(
        {
            "object": "list",
            "data": [_engine_object(request, state) for state in states],
            "memory": sum(state.memory for state in states),
            "memory_budget": pool.budget,
        }
    )


@router.post("")
@needs("installation.manage")
@takes(EngineLoad)
async def load_engine(request: Request) -> Reply[Engine]:
    """Begin to load a model, so that its first request need not wait; reply at once."""
    body = await parse(EngineLoad, request)
    return json_reply(_engine_object(request, service(request, Pool).load(body.model)))


@router.delete("/{model:path}")
@needs("installation.manage")
async def unload_engine(model: str, request: Request) -> Reply[UnloadedEngine]:
    """Unload a model as soon as no request uses it; the next request loads it again."""
    pool = service(request, Pool)
    if not any(state.card.name == model and not state.leaving for state in pool.states()):
        raise NotFound(f"The model {model[:256]!r} is not loaded on this server.", param="model")
    await pool.discard(model)
    return json_reply({"id": model, "object": "engine", "deleted": True})


def _load_object(filling: tuple[int, int] | None) -> EngineLoadProgress | None:
    if filling is None:
        return None
    filled, total = filling
    # What comes after the last byte, a trial call, takes its time too.
    return {"bytes": filled, "total_bytes": total, "percent": min(99, 100 * filled // total)}


def _engine_object(request: Request, state: EngineState) -> Engine:
    # The card may have been proved since the load began.
    card = next((each for each in service(request, Catalog).installed() if each.name == state.card.name), state.card)
    ready = state.engine is not None and state.engine.answers
    condition: EngineCondition = (
        "leaving" if state.leaving else "failed" if state.failed else "ready" if ready else "loading"
    )
    return {
        "object": "engine",
        "model": card.name,
        "engine": card.engine,
        "state": condition,
        "memory": state.memory,
        "devices": [{"id": each.id, "layers": each.layers, "memory": each.memory} for each in state.devices],
        "load": _load_object(state.filling) if condition == "loading" else None,
        "context_length": state.engine.capabilities.context_length if state.engine is not None else 0,
        "slots": service(request, Settings).slots if card.kind == "weights" else None,
        "requests": state.requests,
        "ready_at": None if state.since is None else int(state.since),
        "abilities": sorted(card.abilities),
        "proof": None if card.proof is None else {"tool_format": card.proof.tool_format, "detail": card.proof.detail},
        "error": None if state.failed is None else {"code": state.failed.code, "message": state.failed.message},
    }
