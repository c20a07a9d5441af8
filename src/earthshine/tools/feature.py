"""Adds the list of tools, the rules on what they may do, and the browsers that two of them use."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.database import Database
from earthshine.files.tables import files
from earthshine.sandboxes.registry import Sandboxes
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.tools.browser.browsers import Browsers
from earthshine.tools.browser.routes import router as browser_router
from earthshine.tools.routes import router
from earthshine.tools.rules.routes import openai as hosted_tools_router
from earthshine.tools.rules.routes import router as rules_router
from earthshine.tools.rules.store import ToolRules

_RULES_SECONDS = 1.0
"""After which what another server process changed is in force in this one."""


async def _open(services: Services) -> None:
    database, settings = services.get(Database), services.get(Settings)
    rules = ToolRules(database, settings.tool_rules, refresh_every=_RULES_SECONDS if database.shared else None)
    services.add(rules)
    services.on_close(rules.close)
    await rules.open()
    browsers = services.add(Browsers(settings, services.get(Sandboxes)))
    services.on_close(browsers.close)
    services.on_start(browsers.start)
    services.get(Removal).register(browsers.erase, files)


FEATURE = Feature(routers=(router, rules_router, hosted_tools_router, browser_router), open=_open)
