"""The website over HTTP: pages, assets, what browsers may do with them, and what cannot be reached."""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from earthshine.accounts.authorization.route_table import RouteTable
from earthshine.server import create_app
from earthshine.settings import Settings
from earthshine.web.build import Build
from earthshine.web.routes import PAGES, WEBSITE

INDEX = "<!doctype html><title>قمر</title>".encode()
SCRIPT = b"console.log('hello')"
KEY = "sk-es-test-administrator"
PUBLIC = Path(__file__).parents[2] / "web" / "public"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    settings = Settings(
        data=tmp_path_factory.mktemp("data"),
        scripted=True,
        embedded_model=False,
        default_model="scripted",
        bootstrap_key=KEY,
    )
    return create_app(settings)


@pytest.fixture(scope="module")
def opened(app: FastAPI) -> Generator[TestClient]:
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


@pytest.fixture
def http(opened: TestClient, app: FastAPI, tmp_path: Path) -> TestClient:
    files = {
        "index.html": INDEX,
        "diagram.html": b"<p>",
        "preview.html": b"<p>",
        "sw.js": b"//",
        "favicon.svg": b"<svg/>",
        "manifest.webmanifest": b"{}",
        "icons/192.png": b"PNG",
        "assets/app-1.js": SCRIPT,
        "assets/app-1.js.br": b"BROTLI",
        "assets/app-1.js.gz": b"GZIP",
        "assets/font-2.woff2": b"wOF2",
    }
    for name, body in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body)
    app.state.services.add(Build.read(tmp_path))
    return opened


@pytest.mark.parametrize("line", PAGES)
@pytest.mark.parametrize("rest", ["", "chat_1", "a/b/c", "قمر"])
def test_pages_are_the_app(line: str, rest: str, http: TestClient) -> None:
    reply = http.get(line.replace("{rest:path}", rest))
    assert (reply.status_code, reply.content) == (200, INDEX)
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["cache-control"] == "no-cache"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in reply.headers["permissions-policy"]


def test_pages_may_load_nothing_from_elsewhere(http: TestClient) -> None:
    policy = http.get("/").headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_page_of_diagrams_is_a_sandbox_that_sends_nothing(http: TestClient) -> None:
    reply = http.get("/diagram.html")
    rules = dict(rule.split(" ", 1) for rule in reply.headers["content-security-policy"].split("; "))
    assert reply.status_code == 200
    assert rules["sandbox"] == "allow-scripts"
    assert rules["connect-src"] == rules["default-src"] == rules["form-action"] == "'none'"
    assert rules["frame-ancestors"] == rules["script-src"] == "'self'"
    assert "cross-origin-opener-policy" not in reply.headers


def test_the_page_of_previews_runs_what_it_is_given_and_reaches_nothing(http: TestClient) -> None:
    reply = http.get("/preview.html")
    rules = dict(rule.split(" ", 1) for rule in reply.headers["content-security-policy"].split("; "))
    assert reply.status_code == 200
    assert rules["sandbox"] == "allow-scripts"
    assert rules["connect-src"] == rules["default-src"] == rules["form-action"] == "'none'"
    assert rules["frame-ancestors"] == "'self'"
    assert "http" not in reply.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("accepted", "coding", "body"), [("gzip, br", "br", b"BROTLI"), ("gzip", "gzip", b"GZIP"), ("", None, SCRIPT)]
)
def test_assets_are_sent_as_they_were_compressed(
    accepted: str, coding: str | None, body: bytes, http: TestClient
) -> None:
    with http.stream("GET", "/assets/app-1.js", headers={"accept-encoding": accepted}) as reply:
        received = b"".join(reply.iter_raw())
    assert (reply.status_code, received) == (200, body)
    assert reply.headers.get("content-encoding") == coding
    assert reply.headers["content-length"] == str(len(body))
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["vary"] == "accept-encoding"
    assert reply.headers["access-control-allow-origin"] == "*"


def test_only_assets_may_be_read_by_a_page_without_origin(http: TestClient) -> None:
    for path in ("/", "/diagram.html", "/preview.html", "/sw.js", "/icons/192.png", "/favicon.svg", "/health"):
        assert "access-control-allow-origin" not in http.get(path).headers, path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/assets/font-2.woff2", "font/woff2"),
        ("/icons/192.png", "image/png"),
        ("/favicon.svg", "image/svg+xml"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/sw.js", "text/javascript; charset=utf-8"),
    ],
)
def test_types(path: str, kind: str, http: TestClient) -> None:
    reply = http.get(path)
    assert (reply.status_code, reply.headers["content-type"]) == (200, kind)
    assert "immutable" in reply.headers["cache-control"] if "/assets/" in path else True


@pytest.mark.parametrize("path", ["/", "/c/chat_1", "/assets/app-1.js", "/sw.js"])
def test_what_is_known_is_not_sent_again_and_heads_have_no_body(path: str, http: TestClient) -> None:
    full = http.get(path, headers={"accept-encoding": "identity"})
    head = http.head(path, headers={"accept-encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "x-request-id": ""} == {**full.headers, "x-request-id": ""}
    again = http.get(path, headers={"accept-encoding": "identity", "if-none-match": full.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == full.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../settings.py",
        "/assets/..%2f..%2fsettings.py",
        "/assets/%2e%2e/%2e%2e/settings.py",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/assets/..\\..\\settings.py",
        "/assets/nothing.js",
        "/assets/",
        "/assets/app-1.js/",
        "/assets/app-1.js.br",
        "/icons/../index.html",
        "/c/../assets/../../settings.py",
    ],
)
def test_nothing_else_can_be_reached(path: str, http: TestClient) -> None:
    reply = http.get(path)
    # A page is answered with the app, whatever follows; everything else is unknown.
    assert reply.status_code in (401, 404) or reply.content == INDEX
    assert b"Settings" not in reply.content


def test_unknown_addresses_are_the_apis_to_answer(http: TestClient) -> None:
    for path in ("/v1/index.html", "/v1/assets/app-1.js", "/v1", "/v1/"):
        reply = http.get(path, headers={"accept": "text/html"})
        assert reply.status_code == 401, path
        assert reply.json()["error"]["code"] == "invalid_api_key"
    for path in ("/nothing", "/index.htm"):
        assert http.get(path).status_code == 401, path


def test_an_address_that_somebody_mistyped_shows_the_app_which_says_so(http: TestClient) -> None:
    asked = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path in ("/nothing", "/index.htm", "/v1x", "/قمر/a"):
        for headers in (asked, {**asked, "authorization": f"Bearer {KEY}"}):
            reply = http.get(path, headers=headers)
            assert (reply.status_code, reply.content) == (404, INDEX), path
            assert reply.headers["content-security-policy"] == http.get("/").headers["content-security-policy"]
            again = http.get(path, headers={**headers, "if-none-match": reply.headers["etag"]})
            assert (again.status_code, again.content) == (404, INDEX), path
        head = http.head(path, headers=asked)
        assert (head.status_code, head.content) == (404, b"")
        assert http.post(path, headers=asked).status_code == 401
    for path in ("/metrics", "/openapi.json"):
        assert http.get(path, headers=asked).status_code == 401, path


def test_only_reading(http: TestClient) -> None:
    for path in ("/", "/c/x", "/assets/app-1.js", "/setup"):
        assert http.post(path).status_code == 401, path


def test_a_missing_build_says_what_to_do(http: TestClient, app: FastAPI, tmp_path: Path) -> None:
    app.state.services.add(Build.read(tmp_path / "nowhere"))
    reply = http.get("/")
    assert reply.status_code == 503
    assert "make setup" in reply.text
    assert http.get("/assets/app-1.js").status_code == 404


def test_every_page_of_the_web_app_has_an_address(app: FastAPI) -> None:
    """What its router knows is served also when somebody comes to it from outside, or reloads it."""
    router = PUBLIC.parent / "src" / "app" / "Routes.tsx"
    paths = re.findall(r'path="(/[^"]*)"', router.read_text(encoding="utf-8"))
    assert paths
    for path in paths:
        asked = re.sub(r"/[:*][^/]*", "/x", path)
        found = app.state.services.get(RouteTable).find("GET", asked)
        assert found is not None, asked
        assert found.rule.need == "open", asked


def test_public_files_of_the_web_app_are_served() -> None:
    """What the web app keeps at its top level has a line in the table."""
    lines = set(WEBSITE)
    files = [path.relative_to(PUBLIC) for path in PUBLIC.rglob("*") if path.is_file()]
    assert files
    unserved = [str(path) for path in files if f"/{path}" not in lines and path.parts[0] not in ("icons", "assets")]
    assert not unserved, f"web.routes.WEBSITE needs lines for {unserved}"
