"""A hub and a package index on loopback that misbehave on request, and remember what they were asked."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from aiohttp import web


@dataclass
class Asked:
    """One request that arrived."""

    server: str
    method: str
    path: str
    headers: dict[str, str]


@dataclass
class Behaviour:
    """What the servers serve, and how badly."""

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """Path on the hub (`owner/repo/file`) or file name in the index, and its content."""
    token: str = ""
    """When set, the hub wants it."""
    login: str = ""
    """When set, the index wants this Authorization header."""
    cut_after: list[int] = field(default_factory=list[int])
    """Bytes after which the next downloads break off, one entry each."""
    fail: list[int] = field(default_factory=list[int])
    """Statuses with which the next downloads are refused, one entry each."""
    ranges: bool = True
    tells: bool = True
    """Whether the hub names size and checksum."""
    wrong_hash: bool = False
    html: bool = False
    slow: float = 0
    """Seconds between two chunks of 64 KiB."""
    revision: str = "c0ffee1"
    """The commit that `main` is."""
    wrong_blob: bool = False
    status: int = 0
    """When set, every request of the hub is answered with it."""


@dataclass
class Hub:
    """The running servers."""

    url: str
    """Of the hub, and of the index under /simple."""
    elsewhere: str
    """Where the hub's bytes really are: another origin."""
    behaviour: Behaviour
    asked: list[Asked]

    def downloads(self) -> list[Asked]:
        """Return the requests for bytes."""
        return [one for one in self.asked if one.server == "elsewhere" and one.method == "GET"]


@asynccontextmanager
async def running_hub(**options: object) -> AsyncGenerator[Hub]:
    """Start both servers; stop them at the end."""
    hub = Hub("", "", Behaviour(**options), [])
    runners: list[web.AppRunner] = []
    for name, handler in (("elsewhere", _elsewhere), ("hub", _front)):
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", partial(handler, hub))
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        if name == "hub":
            hub.url = address
        else:
            hub.elsewhere = address.replace("127.0.0.1", "localhost")
        runners.append(runner)
    try:
        yield hub
    finally:
        for runner in runners:
            await runner.cleanup()


def wheel(members: dict[str, bytes], *, compressed: bool = True) -> bytes:
    """Return a zip file with these members."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


async def _front(hub: Hub, request: web.Request) -> web.StreamResponse:
    """The hub's and the index's own address."""
    hub.asked.append(Asked("hub", request.method, request.path, dict(request.headers)))
    behaviour = hub.behaviour
    if behaviour.status:
        return web.Response(status=behaviour.status)
    if request.path.startswith("/simple/"):
        return _page(request, hub)
    if behaviour.token and request.headers.get("Authorization") != f"Bearer {behaviour.token}":
        return web.Response(status=401)
    if request.path.startswith("/api/models/"):
        return _listing(request, hub)
    owner, repository, _, _, *file = request.path.strip("/").split("/")
    key = "/".join([owner, repository, *file])
    if key not in behaviour.files:
        return web.Response(status=404)
    if owner == "renamed":
        return web.Response(status=307, headers={"Location": request.path.replace("/renamed/", "/owner/", 1)})
    content = behaviour.files[key]
    headers = {"Location": f"{hub.elsewhere}/bytes/{key}", "X-Repo-Commit": "c0ffee"}
    if behaviour.tells:
        digest = "0" * 64 if behaviour.wrong_hash else hashlib.sha256(content).hexdigest()
        headers |= {"X-Linked-Size": str(len(content)), "X-Linked-Etag": f'"{digest}"'}
    return web.Response(status=302, headers=headers)


def _listing(request: web.Request, hub: Hub) -> web.Response:
    """What is in a repository: large files with their SHA-256, small ones with the hash that git gives them."""
    _, _, owner, repository, *_ = request.path.strip("/").split("/")
    behaviour, siblings = hub.behaviour, list[dict[str, object]]()
    assert request.query["blobs"] == "true"
    for key, content in behaviour.files.items():
        if not key.startswith(f"{owner}/{repository}/"):
            continue
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        told: dict[str, object] = {"rfilename": key.split("/", 2)[2], "size": len(content)}
        if key.endswith(".safetensors"):
            digest = "0" * 64 if behaviour.wrong_hash else hashlib.sha256(content).hexdigest()
            told["lfs"] = {"sha256": digest, "size": len(content), "pointerSize": 132}
        siblings.append(told | {"blobId": "0" * 40 if behaviour.wrong_blob else blob})
    if not siblings:
        return web.Response(status=404)
    return web.json_response({"sha": behaviour.revision, "siblings": siblings})


def _page(request: web.Request, hub: Hub) -> web.Response:
    behaviour = hub.behaviour
    if behaviour.login and request.headers.get("Authorization") != behaviour.login:
        return web.Response(status=401)
    rows: list[tuple[str, str]] = []
    for name, content in behaviour.files.items():
        rows.append((name, "0" * 64 if behaviour.wrong_hash else hashlib.sha256(content).hexdigest()))
    if behaviour.html:
        base = hub.elsewhere
        links = "".join(f'<a href="{base}/bytes/{name}#sha256={digest}">{name}</a><br>' for name, digest in rows)
        return web.Response(text=f"<!DOCTYPE html><html><body>{links}</body></html>", content_type="text/html")
    files = [{"filename": n, "url": f"{hub.elsewhere}/bytes/{n}", "hashes": {"sha256": d}} for n, d in rows]
    return web.json_response(
        {"meta": {"api-version": "1.1"}, "name": "x", "files": files},
        content_type="application/vnd.pypi.simple.v1+json",
    )


async def _elsewhere(hub: Hub, request: web.Request) -> web.StreamResponse:
    """Where the bytes are."""
    hub.asked.append(Asked("elsewhere", request.method, request.path, dict(request.headers)))
    behaviour = hub.behaviour
    content = behaviour.files[request.path.removeprefix("/bytes/")]
    if request.method == "GET" and behaviour.fail:
        return web.Response(status=behaviour.fail.pop(0))
    etag = f'"{hashlib.md5(content).hexdigest()}"'
    start = 0
    wanted = request.headers.get("Range", "")
    if behaviour.ranges and wanted and request.headers.get("If-Range", etag) == etag:
        start = int(wanted.removeprefix("bytes=").partition("-")[0])
        if start >= len(content):
            return web.Response(status=416)
    reply = web.StreamResponse(status=206 if start else 200, headers={"ETag": etag})
    if start:
        reply.headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
    reply.content_length = len(content) - start
    await reply.prepare(request)
    if request.method == "HEAD":
        return reply
    cut = behaviour.cut_after.pop(0) if behaviour.cut_after else None
    stop = len(content) if cut is None else min(len(content), start + cut)
    for offset in range(start, stop, 2**16):
        await reply.write(content[offset : min(stop, offset + 2**16)])
        if behaviour.slow:
            await asyncio.sleep(behaviour.slow)
    if cut is not None:
        assert request.transport is not None
        request.transport.close()
    return reply
