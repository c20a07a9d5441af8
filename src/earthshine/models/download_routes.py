"""Routes of downloads: models that the server fetches for itself. An extension of OpenAI's API."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Literal

from fastapi import Request
from pydantic import ConfigDict, Field

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.catalog.machine import Machine
from earthshine.catalog.offers import find_offer, with_engine, with_projector
from earthshine.catalog.reachability import Reachability
from earthshine.database import Database
from earthshine.errors import InvalidRequest
from earthshine.models.better import BetterModel
from earthshine.models.downloads import Download, Downloads, download_object
from earthshine.models.objects import CatalogDownload, CatalogDownloadList
from earthshine.openapi import Routes, takes
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import BoundedModel, Reply, json_reply, parse

router = Routes(prefix="/earthshine/v1/catalog/downloads", tags=["Catalog"])


class DownloadCreate(BoundedModel):
    """The body of `POST /earthshine/v1/catalog/downloads`: a model of the list by its name, or any source."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str | None = Field(default=None, min_length=1, max_length=100)
    """A name of the list, or `recommended`; with `source`, the name under which it is to be installed."""
    source: str | None = Field(default=None, min_length=1, max_length=2048)
    """`hf:`, `pypi:` or `file:`, as `earthshine pull` takes it."""
    projector: str | None = Field(default=None, min_length=1, max_length=2048)
    """With `source`: another one, of the projector (mmproj) by which the model sees pictures."""
    engine: Literal["vllm", "sglang"] | None = None
    """With `source`: what serves a folder of safetensors files; `vllm` by default."""
    on_trial: bool = False
    """Let `default` mean it only when it has been loaded and its trial call came back; for models of the list."""


@router.post("")
@needs("installation.manage")
@takes(DownloadCreate)
async def create_download(request: Request) -> Reply[CatalogDownload]:
    """Begin to fetch a model, or go on where an earlier download of it stopped."""
    return json_reply(download_object(await begin_download(request, await parse(DownloadCreate, request))))


async def begin_download(request: Request, body: DownloadCreate) -> Download:
    """Begin what is asked for, and record who asked. Raises what makes it impossible."""
    who = caller(request)
    if body.source is None and body.name is None:
        raise InvalidRequest(
            "Give `name`, one of `GET /earthshine/v1/catalog` or 'recommended', or `source`.",
            param="name",
            code="missing_required_parameter",
        )
    for param, text in (("source", body.source), ("projector", body.projector)):
        if text is not None:
            _must_be_source(text, param)
    if body.projector is not None and body.source is None:
        raise InvalidRequest("Models of the list have their own projector; leave it out.", param="projector")
    if body.engine is not None and body.source is None:
        raise InvalidRequest("Models of the list have their own engine; leave it out.", param="engine")
    if body.on_trial and body.source is not None:
        raise InvalidRequest("Only models of the list are taken on trial; leave out `source`.", param="on_trial")
    machine = await asyncio.to_thread(Machine.here, service(request, Settings).data)
    offer = await find_offer(body.source or body.name or "", machine, service(request, Reachability))
    if body.source is not None and body.name is not None:
        offer = replace(offer, name=body.name)
    if body.projector is not None:
        offer = with_projector(offer, body.projector)
    if body.engine is not None:
        offer = with_engine(offer, body.engine)
    if body.on_trial and offer.about is not None:
        download = await service(request, BetterModel).bring(offer.about, offer.sources)
    else:
        download = await service(request, Downloads).start(offer.sources, offer.name, offer.about)
    details = {"id": download.model, "source": download.source, "download_id": download.id}
    async with service(request, Database).write() as connection:
        await record(connection, who, "model.download.started", details)
    return download


@router.get("")
@needs("operator")
async def list_downloads(request: Request) -> Reply[CatalogDownloadList]:
    """List the downloads of all servers, newest first."""
    found = await service(request, Downloads).list()
    return json_reply({"object": "list", "data": [download_object(each) for each in found]})


@router.get("/{download_id}")
@needs("operator")
async def retrieve_download(download_id: str, request: Request) -> Reply[CatalogDownload]:
    """Return how far a download is."""
    return json_reply(download_object(await service(request, Downloads).get(download_id)))


@router.delete("/{download_id}")
@needs("installation.manage")
async def delete_download(download_id: str, request: Request) -> Reply[CatalogDownload]:
    """Stop a download, and keep what came of it; forget one that is not running, with what came of it."""
    who = caller(request)
    download = await service(request, Downloads).stop(download_id)
    async with service(request, Database).write() as connection:
        await record(connection, who, "model.download.stopped", {"id": download.model})
    return json_reply(download_object(download))


def _must_be_source(text: str, param: str) -> None:
    if ":" not in text:
        raise InvalidRequest(
            f"{text[:100]!r} is no source: sources begin with `hf:`, `pypi:` or `file:`. For a model of the list "
            "send its `name` alone.",
            param=param,
        )
