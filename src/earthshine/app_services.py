"""The services of the application: each opened once, from the lowest layer up, and closed in the opposite order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI

from earthshine import __version__, harness
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.people.removal import Removal
from earthshine.accounts.services import AccountServices
from earthshine.blobs import Blobs, open_store
from earthshine.catalog import Card, Catalog
from earthshine.catalog.reachability import Reachability
from earthshine.chat_completions.stored import StoredCompletions
from earthshine.chat_completions.tables import chat_completions
from earthshine.chats.search.index import index
from earthshine.chats.service import ChatService
from earthshine.chats.sharing.shares import Shares
from earthshine.chats.tables import chats as chats_table
from earthshine.conversations.store import Conversations
from earthshine.conversations.tables import conversations as conversations_table
from earthshine.database import Database
from earthshine.engines.base import Engine
from earthshine.engines.pool import Pool
from earthshine.errors import EarthshineError
from earthshine.instances import Instances
from earthshine.instances.node import node_id
from earthshine.metering.alerts.mail import Mailer
from earthshine.metering.alerts.spend_alerts import SpendAlerts
from earthshine.metering.ledger.spool import Spool
from earthshine.metering.ledger.writer import Ledger
from earthshine.metering.limits.local_counters import LocalCounters
from earthshine.metering.limits.shared_counters import SharedCounters
from earthshine.metering.limits.store import Limits
from earthshine.metering.meter import Meter
from earthshine.metering.prices.price import Prices
from earthshine.models.better import BetterModel
from earthshine.models.downloads import Downloads
from earthshine.operations.chosen_settings import ChosenSettings
from earthshine.operations.drain import Drain
from earthshine.operations.readiness import Readiness
from earthshine.personal.store import erase as erase_personal_resources
from earthshine.personal.tables import personal_things
from earthshine.responses.removal import erase as erase_responses
from earthshine.responses.removal import stop_all
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.tables import responses as responses_table
from earthshine.routing.deployments.store import Deployments
from earthshine.routing.router import Router
from earthshine.routing.secret_cipher import SecretCipher
from earthshine.runs import Runs
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.telemetry.request_metrics import RequestMetrics
from earthshine.telemetry.spans import open_tracing
from earthshine.web.build import Build

log = logging.getLogger(__name__)

_KEYS_SECONDS, _LIMITS_SECONDS, _CHOSEN_SECONDS = 0.5, 0.5, 3
"""After which what another server process changed is in force in this one."""


@asynccontextmanager
async def open_services(app: FastAPI, settings: Settings) -> AsyncGenerator[None]:
    """Open all services, and give them to the routes as `app.state.services`; whatever was opened is closed."""
    request_metrics: RequestMetrics = app.state.request_metrics
    # What is chosen in the app is put into this copy, which all rooms read.
    settings = settings.model_copy()
    async with AsyncExitStack() as stack:
        app.state.tracing = tracing = open_tracing(settings.otlp_endpoint, __version__)
        if tracing is not None:
            stack.push_async_callback(asyncio.to_thread, tracing.close)
        database = await Database.open(settings.database)
        stack.push_async_callback(database.close)
        address = f"{settings.host}:{settings.port}"
        instances = Instances(database, node_id(settings.data), address=address, dead_after=settings.takeover_after)
        stack.push_async_callback(instances.close)
        await instances.open()

        shared = database.shared
        blobs = _blobs(settings, database)
        stack.push_async_callback(blobs.close)
        await blobs.start()
        chosen = ChosenSettings(database, settings, refresh_every=_CHOSEN_SECONDS if shared else None)
        stack.push_async_callback(chosen.close)
        await chosen.open()
        keys = KeyRegistry(
            database, refresh_every=_KEYS_SECONDS if shared else None, wrong_keys=settings.max_wrong_keys
        )
        stack.push_async_callback(keys.close)
        app.state.first_key = await keys.open(settings.bootstrap_key)
        accounts = AccountServices.open(settings, database, keys)
        stack.callback(accounts.close)

        catalog, pool, router, prices = await _models(stack, settings, database)
        downloads = Downloads(catalog)
        stack.push_async_callback(downloads.close)
        downloads.open()
        reachable = Reachability(settings)
        stack.push_async_callback(reachable.close)
        better = BetterModel(settings, catalog, pool, downloads, reachable)
        stack.push_async_callback(better.close)
        limits = Limits(database, refresh_every=_LIMITS_SECONDS if shared else None)
        stack.push_async_callback(limits.close)
        await limits.open()
        counters = SharedCounters(database, instances) if shared else LocalCounters(database)
        ledger = Ledger(database, counters, Spool(settings.data / "spool"), interval=settings.ledger_interval)
        stack.push_async_callback(ledger.close)
        meter = Meter(limits, prices, counters, ledger, router.served, default_output=settings.default_output_limit)
        meter.on_settled = request_metrics.settled
        await ledger.open()
        alerts = SpendAlerts(database, Mailer.parse(settings.smtp_url) if settings.smtp_url else None)
        stack.push_async_callback(alerts.close)
        alerts.start()

        runs = Runs(database, instances, settings.commit_interval)
        runs.journal.on_commit = request_metrics.commit.observe
        stack.push_async_callback(runs.journal.close)
        runs.journal.start()
        stack.push_async_callback(runs.close)
        conversations = Conversations(database)
        responses = ResponseRuns(
            database,
            runs,
            catalog,
            router,
            conversations,
            meter,
            leave_out_missing_tools=settings.missing_tools == "leave_out",
        )
        chats = ChatService(
            database, instances, responses, conversations, router, meter, index=index, still_open=keys.check_open
        )
        stack.push_async_callback(chats.close)
        shares = Shares(database, lambda: SecretCipher.open(settings), wrong_tokens=settings.max_wrong_keys)
        _on_removal(accounts.removal, database, responses, chats, shares)
        stack.push_async_callback(accounts.removal.close)
        app.state.services = Services(
            settings=settings,
            chosen=chosen,
            database=database,
            blobs=blobs,
            keys=keys,
            accounts=accounts,
            limits=limits,
            prices=prices,
            meter=meter,
            catalog=catalog,
            pool=pool,
            downloads=downloads,
            reachable=reachable,
            better=better,
            router=router,
            conversations=conversations,
            runs=runs,
            responses=responses,
            chats=chats,
            shares=shares,
        )
        app.state.website = await asyncio.to_thread(Build.read, base=settings.base_path)
        app.state.readiness = Readiness(database, runs.journal, app.state.drain, pool)
        resumed = await runs.open()
        if resumed:
            log.info("%d background responses go on from where they were cut", resumed)
        chats.start()
        better.start()
        chosen.on_change = better.start
        accounts.removal.start()
        handing_over = asyncio.create_task(_hand_over(app.state.drain, runs), name="hand over")
        stack.callback(handing_over.cancel)
        yield


def _blobs(settings: Settings, database: Database) -> Blobs:
    node = node_id(settings.data)
    quota, days = settings.project_storage * 2**20, settings.rot_check_days
    return Blobs(database, open_store(settings, node), node, quota=quota, check_every=days * 86_400)


def _on_removal(
    removal: Removal, database: Database, responses: ResponseRuns, chats: ChatService, shares: Shares
) -> None:
    """Say what each service does when somebody is removed or leaves, or projects are archived."""
    removal.owned_tables = (chats_table, responses_table, conversations_table, chat_completions, personal_things)
    removal.erasers += [
        chats.erase,
        partial(erase_responses, database, responses),
        Conversations(database).erase,
        StoredCompletions(database).erase,
        partial(erase_personal_resources, database),
    ]
    removal.on_leave.append(shares.end)
    removal.on_archive.append(partial(stop_all, database, responses))


async def _models(
    stack: AsyncExitStack, settings: Settings, database: Database
) -> tuple[Catalog, Pool, Router, Prices]:
    """Open what finds, loads and reaches models."""
    catalog = Catalog(settings)

    async def prepare(card: Card, engine: Engine) -> Engine:
        harnessed = harness.HarnessedEngine(card, engine)
        if card.proof is None and harnessed.templated:
            catalog.record_proof(card.name, await harness.prove(harnessed))
        return harnessed

    pool = Pool(settings, catalog, prepare)
    stack.push_async_callback(pool.close)
    prices = Prices({name: price.model_dump() for name, price in settings.prices.items()})
    router = Router(pool, catalog, settings, prices=prices, store=Deployments(database, settings))
    stack.push_async_callback(router.close)
    await router.open()
    return catalog, pool, router, prices


async def _hand_over(drain: Drain, runs: Runs) -> None:
    await drain.begun()
    try:
        await runs.hand_over()
    except EarthshineError as error:
        log.warning("background responses are taken over only when this server has ended: %s", error)
