"""Routes of the website: pages, their assets, and the page that says how to build them."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from starlette.responses import Response

from earthshine.accounts.authorization.needs import needs
from earthshine.errors import NotFound
from earthshine.openapi import Routes
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.web.build import Build, File
from earthshine.web.replies import ASSET, DIAGRAM, OTHER, PAGE, PREVIEW, file_reply

INDEX = "/index.html"

_OWN_POLICY: Final = {"/diagram.html": DIAGRAM, "/preview.html": PREVIEW}
"""The pages without an origin, which show what others wrote."""

_NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Earthshine</title></head><body>
<h1>The web app is not built</h1>
<p>Earthshine runs, and its API answers under <code>/v1</code>; only the web app is missing from this installation.</p>
<p>In a clone, run <code>make setup</code> and start the server again. An installed package should have the web app in
it: build the wheel again after <code>make setup</code>, and install that one.</p>
</body></html>
"""

PAGES: Final[tuple[str, ...]] = (
    "/",
    "/index.html",
    "/c",
    "/c/{rest:path}",
    "/console",
    "/console/{rest:path}",
    "/library",
    "/library/{rest:path}",
    "/read/{rest:path}",
    "/settings",
    "/settings/{rest:path}",
    "/s/{rest:path}",
    "/setup",
    "/sign-in",
    "/invite",
    "/tasks",
    "/tasks/{rest:path}",
    "/research",
    "/research/{rest:path}",
)
"""The web app's addresses, which all show the same page; it then asks the API as any client does."""

WEBSITE: Final[tuple[str, ...]] = (
    *PAGES,
    "/assets/{rest:path}",
    "/icons/{rest:path}",
    "/diagram.html",
    "/preview.html",
    "/early.js",
    "/manifest.webmanifest",
    "/sw.js",
    "/favicon.ico",
    "/favicon.svg",
    "/icon-maskable.svg",
    "/apple-touch-icon.png",
    "/robots.txt",
)
"""All that is served without a key because it is the same for everybody: the files of the web app."""

router = Routes(tags=["Website"])


@needs("open")
async def page(request: Request, **_path: str) -> Response:
    """Return the app, whose own router reads the address."""
    return _app(request, 200)


async def no_page(request: Request) -> Response:
    """Return the app for an address that is none of its pages: it says so, and shows the way on."""
    return _app(request, 404)


def _app(request: Request, status: int) -> Response:
    index = _build(request).get(INDEX, service(request, Settings).site_name)
    if index is None:
        return Response(_NOT_BUILT, 503, PAGE, media_type="text/html")
    return file_reply(index, request.headers, PAGE, body=request.method != "HEAD", status=status)


@needs("open")
async def file(request: Request, **_path: str) -> Response:
    """Return one file of the build."""
    path: str = request.scope["path"]
    found = _find(_build(request), path, service(request, Settings).site_name)
    headers = ASSET if path.startswith("/assets/") else _OWN_POLICY.get(path, OTHER)
    return file_reply(found, request.headers, headers, body=request.method != "HEAD")


def _find(build: Build, path: str, name: str) -> File:
    found = build.get(path, name)
    if found is None:
        raise NotFound(f"The web app has no file {path[:200]}. If it was built anew, reload the page.")
    return found


def _build(request: Request) -> Build:
    return service(request, Build)


for _path in WEBSITE:
    router.add_api_route(
        _path, page if _path in PAGES else file, methods=["GET", "HEAD"], include_in_schema=False, name="website"
    )
