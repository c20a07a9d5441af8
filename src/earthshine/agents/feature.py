"""Adds saved agents, sessions, and automations."""

from __future__ import annotations

from functools import partial

from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.people.removal import Removal
from earthshine.agents.artifacts.publishing import Publishing
from earthshine.agents.artifacts.routes import own_router as archive_router
from earthshine.agents.artifacts.routes import router as artifact_router
from earthshine.agents.artifacts.store import Artifacts
from earthshine.agents.automations.automations import Automations
from earthshine.agents.automations.delivery import Deliveries
from earthshine.agents.automations.reports import last_report
from earthshine.agents.automations.routes import router as automation_router
from earthshine.agents.automations.scheduler import Scheduler
from earthshine.agents.automations.tables import automations
from earthshine.agents.control.control import TurnControl
from earthshine.agents.control.fork import Forks
from earthshine.agents.control.replay import Replay
from earthshine.agents.control.routes import router as control_router
from earthshine.agents.environments.feature import ROUTERS, open_environments
from earthshine.agents.environments.service import Environments
from earthshine.agents.limits.budgets import SessionBudgets
from earthshine.agents.limits.routes import router as limits_router
from earthshine.agents.notices import SessionNotices
from earthshine.agents.program.choice import ProgramChoice
from earthshine.agents.program.plan.edits import PlanEdits
from earthshine.agents.program.plan.plans import Plans
from earthshine.agents.program.plan.routes import router as plan_router
from earthshine.agents.program.small import SmallModelProgram
from earthshine.agents.program.snippets import Snippets
from earthshine.agents.routes import router
from earthshine.agents.sessions.intake import Intake
from earthshine.agents.sessions.routes import router as session_router
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.sessions.tables import sessions
from earthshine.agents.sharing.routes import routers as share_routers
from earthshine.agents.sharing.shares import SessionShares
from earthshine.agents.store import Agents
from earthshine.agents.subagents.routes import router as subagent_router
from earthshine.agents.tables import agents as table
from earthshine.agents.tasks.routes import router as task_router
from earthshine.agents.tokens import VaultTokens
from earthshine.agents.traces.routes import router as trace_router
from earthshine.blobs import Blobs
from earthshine.catalog import Catalog
from earthshine.containers.containers import Containers
from earthshine.database import Database
from earthshine.metering.meter import Meter
from earthshine.notifications.announcer import Announcer
from earthshine.responses.run.service import ResponseRuns
from earthshine.routing.router import Router
from earthshine.runs import Runs
from earthshine.sealing import SecretCipher
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.vaults.store import Vaults


async def _open(services: Services) -> None:
    database = services.get(Database)
    agents = services.add(Agents(database))
    services.get(Removal).register(agents.erase, table)
    environments = open_environments(services)
    edits = PlanEdits(database)
    program = SmallModelProgram(edits, Snippets(database))
    services.get(ResponseRuns).programs[program.name] = program
    made = services.add(
        AgentSessions(
            database,
            services.get(ResponseRuns),
            agents,
            VaultTokens(services.get(Settings), services.get(Vaults)),
            environments,
            still_open=services.get(KeyRegistry).check_open,
            programs=ProgramChoice(
                services.get(Catalog), services.get(Settings), last_report=partial(last_report, database)
            ),
        )
    )
    services.add(Plans(database, made, services.get(ResponseRuns), edits))
    services.get(ResponseRuns).bound(SessionBudgets(database, services.get(Meter), services.get(Router)).of)
    services.add(Intake(database, services.get(ResponseRuns), made))
    _add_control(services, made, environments)
    artifacts = services.add(Artifacts(database, services.get(Blobs)))
    made.on_remove.append(artifacts.remove_all)
    publishing = Publishing(database, artifacts.blobs, services.get(Containers))
    services.get(ResponseRuns).on_ending.append(publishing.ending)
    services.get(Removal).register(made.erase, sessions)
    services.on_start(made.start)
    services.on_close(made.close)
    _add_automations(services, made)
    told = SessionNotices(services.get(Announcer))
    services.get(ResponseRuns).on_stored.append(told.of_response)
    made.on_failed.append(told.of_failed)
    made.on_created.append(told.of_created)
    environments.on_status.append(told.of_environment)


def _add_control(services: Services, sessions: AgentSessions, environments: Environments) -> None:
    database, settings = services.get(Database), services.get(Settings)
    control = services.add(TurnControl(database, sessions))
    services.get(ResponseRuns).yield_when(control.yields)
    services.get(Runs).on_end.append(sessions.run_ended)
    services.add(Forks(database, sessions, environments))
    replay = services.add(Replay(database))
    shares = services.add(
        SessionShares(database, replay, lambda: SecretCipher.open(settings), wrong_tokens=settings.max_wrong_keys)
    )
    services.get(Removal).on_leave.append(shares.end)


def _add_automations(services: Services, sessions: AgentSessions) -> None:
    database, runs, removal = services.get(Database), services.get(Runs), services.get(Removal)
    made = services.add(Automations(database, services.get(Settings), runs, sessions))
    usable = services.get(KeyRegistry).check_usable
    variants = services.get(ResponseRuns).turns.variants
    runs.register(Deliveries(database, made, sessions, services.get(Meter), usable, variants))
    removal.register(made.erase, automations)
    removal.on_leave.append(made.leave)
    scheduler = services.add(Scheduler(database, runs, made))
    services.on_start(scheduler.start)
    services.on_close(scheduler.close)


# The agents last: the other paths could be the id of one.
_PATHS = (session_router, subagent_router, plan_router, control_router, automation_router, task_router)
_FILES = (artifact_router, archive_router, trace_router)
_ROUTERS = (*_PATHS, *share_routers, limits_router, *_FILES, *ROUTERS, router)
FEATURE = Feature(routers=_ROUTERS, open=_open)
