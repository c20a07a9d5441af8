"""A site, a browser, and a page in which somebody is signed in."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.conftest import DEFAULT_MODEL, ROOT, install_default_model
from tests.e2e.site import Person, Session, Site, Trouble, chromium, chromium_path
from tests.server_process import start_server

# Two busy cores are slow now and then; what is there at once costs nothing.
expect.set_options(timeout=30_000)

ASSETS = ROOT / "src" / "earthshine" / "web_assets"


@pytest.fixture(scope="session")
async def site(default_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Site]:
    """A server with the built web app, the real default model, and `scripted`."""
    if not (ASSETS / "index.html").is_file():
        pytest.fail("The web app is not built. `make setup` builds it.", pytrace=False)
    data = tmp_path_factory.mktemp("site")
    await install_default_model(data, default_model_path)
    # A deployment of the console's tests is on this machine. Pages are read after somebody allowed it.
    rules = [{"tool": "web_fetch", "decision": "ask"}]
    env = {"EARTHSHINE_ALLOW_PRIVATE_UPSTREAMS": "true", "EARTHSHINE_TOOL_RULES": json.dumps(rules)}
    running = await start_server(data, "--scripted", "--default-model", DEFAULT_MODEL, env=env)
    try:
        opened = Site(running)
        await opened.administrator()
        yield opened
    finally:
        await running.stop()


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """One Chromium for all tests; each has a context of its own in it."""
    try:
        chromium_path()
    except RuntimeError as error:
        pytest.fail(str(error), pytrace=False)
    async with chromium() as opened:
        yield opened


@pytest.fixture
async def context(browser: Browser, request: pytest.FixtureRequest) -> AsyncGenerator[BrowserContext]:
    """A browser profile that nobody has used yet."""
    made = await browser.new_context(
        locale="en-GB",
        viewport={"width": 1280, "height": 800},
        service_workers="block" if request.node.get_closest_marker("cuts") else "allow",
    )
    made.set_default_timeout(30_000)
    yield made
    await made.close()


@pytest.fixture
async def person(site: Site) -> Person:
    """Somebody new, with no chats."""
    return await site.add_person()


@pytest.fixture
async def session(site: Site, context: BrowserContext, person: Person) -> Session:
    """That person, signed in."""
    return await site.sign_in(context, person)


@pytest.fixture
def trouble() -> Trouble:
    """Collects what goes wrong on the pages of a test; a test that causes some says so in `expected`."""
    return Trouble()


@pytest.fixture
async def page(site: Site, context: BrowserContext, session: Session, trouble: Trouble) -> AsyncGenerator[Page]:
    """A page of that person. It fails its test when scripts break, the policy refuses something, or data leaves."""
    opened = await context.new_page()
    trouble.watch(opened, site.url)
    yield opened
    assert trouble.unexpected == []
