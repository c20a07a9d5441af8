"""The door of `/api/pull`: a model is fetched by the server, and whoever asked watches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from fastapi import Request
from starlette.responses import Response

from earthshine.accounts.authorization.needs import needs
from earthshine.catalog import Catalog
from earthshine.errors import UpstreamFailed
from earthshine.models.download_routes import DownloadCreate, begin_download
from earthshine.models.downloads import Download, Downloads
from earthshine.ollama.dialect import OLLAMA, OllamaError, line, own_name
from earthshine.ollama.objects import OllamaStatus
from earthshine.ollama.schemas import OllamaPull
from earthshine.openapi import Routes, gives, takes
from earthshine.services import service
from earthshine.wire import EventStream, check, json_reply, note_ignored, read_json, reply_headers, while_connected

router = Routes(prefix="/api", tags=["Ollama"])

_LOOK_SECONDS = 0.2
"""Between two looks at how far it is."""


@router.post("/pull")
@needs("installation.manage")
@takes(OllamaPull)
@gives(OllamaStatus, streams=OLLAMA.media_type, errors=OllamaError)
async def pull_ollama_model(request: Request) -> Response:
    """Fetch a model of the list, or from a source, and tell how far it is; it goes on when the client leaves."""
    body, _ = await read_json(request)
    asked = check(OllamaPull, body)
    note_ignored(reply_headers(request), OllamaPull.unused(body))
    catalog = service(request, Catalog)
    name = own_name(asked.model, catalog)
    if not any(card.name == name for card in catalog.installed()):
        which = DownloadCreate(source=name) if ":" in name else DownloadCreate(name=name)
        steps = _watched(service(request, Downloads), await begin_download(request, which))
    else:
        steps = _there()
    if asked.stream:
        return EventStream(_lines(steps), dialect=OLLAMA)

    async def last() -> OllamaStatus:
        return [step async for step in steps][-1]

    return json_reply(await while_connected(request, last()))


async def _lines(steps: AsyncGenerator[OllamaStatus]) -> AsyncGenerator[bytes]:
    async for step in steps:
        yield line(step)


async def _there() -> AsyncGenerator[OllamaStatus]:
    yield {"status": "success"}


async def _watched(downloads: Downloads, download: Download) -> AsyncGenerator[OllamaStatus]:
    """Yield how far a download is whenever that has changed. Raises `UpstreamFailed` for one that fails."""
    yield {"status": "pulling manifest"}
    told: OllamaStatus | None = None
    while download.state in ("running", "interrupted"):
        step = _status(download)
        if step != told:
            told = step
            yield step
        await asyncio.sleep(_LOOK_SECONDS)
        download = await downloads.get(download.id)
    if download.state == "failed" and download.error is not None:
        raise UpstreamFailed(download.error["message"], code=download.error["code"])
    if download.state != "completed":
        raise UpstreamFailed(f"The download of {download.model} was stopped. Pull it again to go on with it.")
    yield {"status": "success"}


def _status(download: Download) -> OllamaStatus:
    if download.stage != "downloading" or download.total is None:
        return {"status": download.stage or "waiting"}
    status = f"pulling {download.model}"
    # Clients draw one bar for each digest.
    return {"status": status, "digest": download.id, "total": download.total, "completed": download.done}
