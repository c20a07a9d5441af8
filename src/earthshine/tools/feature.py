"""Adds the list of tools, and the browsers that two of them use."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.files.tables import files
from earthshine.sandboxes.registry import Sandboxes
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.tools.browser.browsers import Browsers
from earthshine.tools.browser.routes import router as browser_router
from earthshine.tools.routes import router


async def _open(services: Services) -> None:
    browsers = services.add(Browsers(services.get(Settings), services.get(Sandboxes)))
    services.on_close(browsers.close)
    services.on_start(browsers.start)
    services.get(Removal).register(browsers.erase, files)


FEATURE = Feature(routers=(router, browser_router), open=_open)
