"""Adds saved agents and sessions."""

from __future__ import annotations

from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.people.removal import Removal
from earthshine.agents.control.control import TurnControl
from earthshine.agents.control.replay import Replay
from earthshine.agents.control.routes import router as control_router
from earthshine.agents.routes import router
from earthshine.agents.sessions.intake import Intake
from earthshine.agents.sessions.routes import router as session_router
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.sessions.tables import sessions
from earthshine.agents.store import Agents
from earthshine.agents.tables import agents as table
from earthshine.containers.containers import Containers
from earthshine.database import Database
from earthshine.responses.run.service import ResponseRuns
from earthshine.runs import Runs
from earthshine.services import Feature, Services
from earthshine.vaults.store import Vaults


async def _open(services: Services) -> None:
    database = services.get(Database)
    agents = services.add(Agents(database))
    services.get(Removal).register(agents.erase, table)
    made = services.add(
        AgentSessions(
            database,
            services.get(ResponseRuns),
            agents,
            services.get(Vaults),
            services.get(Containers),
            still_open=services.get(KeyRegistry).check_open,
        )
    )
    services.add(Intake(database, services.get(ResponseRuns), made))
    control = services.add(TurnControl(database, made))
    services.add(Replay(database))
    services.get(ResponseRuns).yield_when(control.yields)
    services.get(Runs).on_end.append(made.run_ended)
    services.get(Removal).register(made.erase, sessions)
    services.on_start(made.start)
    services.on_close(made.close)


# Sessions first: their path could be the id of an agent.
FEATURE = Feature(routers=(session_router, control_router, router), open=_open)
