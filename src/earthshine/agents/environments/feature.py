"""Adds environments and their templates to what the Agents API serves."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.agents.environments.connections.hub import MachineHub
from earthshine.agents.environments.connections.routes import router as connection_router
from earthshine.agents.environments.content.packages import Installer
from earthshine.agents.environments.files import EnvironmentContents
from earthshine.agents.environments.routes import router
from earthshine.agents.environments.servers import SessionServers
from earthshine.agents.environments.service import Environments
from earthshine.agents.environments.setup import Setups
from earthshine.agents.environments.tables import environments as table
from earthshine.agents.environments.tables import templates as template_table
from earthshine.agents.environments.template_routes import router as template_router
from earthshine.agents.environments.templates import Templates
from earthshine.containers.containers import Containers
from earthshine.database import Database
from earthshine.sandboxes.registry import Sandboxes
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.tools.mcp.connected import ConnectorSource
from earthshine.vaults.store import Vaults

# Templates first: their path could be the id of an environment.
ROUTERS = (template_router, router, connection_router)


def open_environments(services: Services) -> Environments:
    """Add the services; returns the one that sessions are made with."""
    database, settings, containers = services.get(Database), services.get(Settings), services.get(Containers)
    templates = services.add(Templates(database, settings))
    services.get(Removal).register(templates.erase, template_table)
    environments = services.add(Environments(database, settings, containers, services.get(Vaults), templates))
    services.get(Removal).register(environments.erase, table)
    services.add(EnvironmentContents(environments))
    connectors = services.get(ConnectorSource)
    servers = services.add(SessionServers(database, containers, connectors), ConnectorSource)
    services.on_close(servers.close)
    hub = services.add(MachineHub(environments))
    services.on_start(hub.start)
    services.on_close(hub.close)
    installer = services.add(Installer(settings, services.get(Sandboxes), containers))
    setups = services.add(Setups(environments, installer))
    services.on_start(setups.start)
    services.on_close(setups.close)
    return environments
