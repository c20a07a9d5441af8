"""Reports, limits and alerts on a real database, in process, with the official SDK in front and no gate."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import httpx2
from fastapi import FastAPI
from openai import AsyncOpenAI
from sqlalchemy import delete, insert
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.tables import audit_logs, keys, organizations, projects
from earthshine.database import Database
from earthshine.errors import EarthshineError
from earthshine.metering.feature import FEATURE
from earthshine.metering.limits.store import Limits, bump
from earthshine.metering.model_directory import ModelDirectory
from earthshine.metering.tables import (
    ledger,
    ledger_days,
    limits,
    model_permissions,
    spend,
    spend_alert_firings,
    spend_alerts,
    summed_days,
)
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.wire import error_reply

OTHER = Caller(key_id="key_other", project="proj_other", organization="org_other")
ADMIN = Caller(key_id="key_admin", project="default", user="user_1")

_numbers = itertools.count()


class Signed:
    """Puts the caller where the gate would."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.caller = ADMIN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("state", {})["caller"] = self.caller
        await self.app(scope, receive, send)


class Reports:
    """What a test holds in its hands."""

    def __init__(self, database: Database, limits: Limits, signed: Signed) -> None:
        self.database = database
        self.limits = limits
        self.signed = signed
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=signed), base_url="http://test", headers={"authorization": "Bearer k"}
        )
        self.client = AsyncOpenAI(
            base_url="http://test/v1",
            api_key="k",
            admin_api_key="k",
            max_retries=0,
            http_client=self.http,
            _strict_response_validation=True,
        )
        self.organization = self.client.admin.organization

    async def clear(self) -> None:
        """Forget everything but the organisations, so that tests can share a database."""
        self.signed.caller = ADMIN
        async with self.database.write() as connection:
            for table in (
                ledger,
                ledger_days,
                summed_days,
                spend,
                limits,
                model_permissions,
                spend_alerts,
                spend_alert_firings,
                audit_logs,
            ):
                await connection.execute(delete(table))
            await bump(connection)
        await self.limits.refresh()

    async def write(self, rows: Iterable[dict[str, Any]]) -> None:
        """Settle work: what is not given is that of an ordinary request."""
        values = [entry(**row) for row in rows]
        if values:
            async with self.database.write() as connection:
                await connection.execute(insert(ledger), values)


def entry(**given: Any) -> dict[str, Any]:
    """Return one ledger row."""
    row: dict[str, Any] = {
        "id": f"resp_{next(_numbers):08d}",
        "created_at": 0,
        "organization": "default",
        "project": "default",
        "key_id": "key_admin",
        "user": "",
        "model": "tiny",
        "deployment": "local",
        "endpoint": "responses",
        "requests": 1,
        "input_tokens": 10,
        "cached_tokens": 4,
        "output_tokens": 5,
        "reasoning_tokens": 2,
        "input_cost": 60,
        "cached_cost": 4,
        "output_cost": 50,
        "time_cost": 0,
        "milliseconds": 0,
        "unit": "tokens",
        "quantity": 0,
        "unit_cost": 0,
        "hosted_cost": None,
        "partial": False,
        "estimated": False,
        **given,
    }
    row.setdefault("cost", sum(row[f"{part}_cost"] for part in ("input", "cached", "output", "time", "unit")))
    return row


@asynccontextmanager
async def open_reports(url: str) -> AsyncGenerator[Reports]:
    """Open a database with two organisations in it, and the routes on top."""
    database = await Database.open(url)
    held = Limits(database)
    await held.open()
    async with database.write() as connection:
        for name in ("default", "org_other"):
            await connection.execute(insert(organizations).values(id=name, name=name, created_at=0))
        for name, owner in (("default", "default"), ("proj_a", "default"), ("proj_other", "org_other")):
            await connection.execute(insert(projects).values(id=name, organization=owner, name=name, created_at=0))
        await connection.execute(
            insert(keys).values(
                id="key_admin",
                hash="h",
                prefix="sk-es-",
                project="default",
                name="k",
                created_at=0,
                organization="default",
            )
        )
    app = FastAPI()
    for router in FEATURE.routers:
        app.router.routes.extend(router.routes)
    services = app.state.services = Services(Settings(), database, held)
    services.add(SimpleNamespace(installed=lambda: ["tiny", "نموذج/كبير 🌙"]), ModelDirectory)

    async def known(_request: Request, error: Exception) -> Any:
        assert isinstance(error, EarthshineError)
        return error_reply(error)

    app.add_exception_handler(EarthshineError, known)
    reports = Reports(database, held, Signed(app))
    try:
        yield reports
    finally:
        await reports.client.close()
        await held.close()
        await database.close()
