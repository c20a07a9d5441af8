"""Deliveries of events to endpoints, as runs: tried again for three days; an endpoint that is dead is switched off."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from typing import Any

from sqlalchemy import Row, select, update

from earthshine import __version__
from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Connection, Database
from earthshine.errors import EarthshineError, UpstreamUnreachable
from earthshine.notifications.addresses import check_address, may_be_private
from earthshine.notifications.announcer import KIND, Announcer
from earthshine.notifications.event_types import DISABLED
from earthshine.notifications.signing import signed_headers
from earthshine.notifications.tables import deliveries, endpoints
from earthshine.outbound import connector_options
from earthshine.runs import Cut, Done, NotDone, Run, StepRecord
from earthshine.runs.records import Status
from earthshine.sealing import SecretCipher
from earthshine.settings import Settings

log = logging.getLogger(__name__)

PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, *(43_200,) * 5)
"""Seconds between two tries: 15 in three days."""
DEAD_SECONDS = 5 * 86_400
"""After so long without a delivery that was taken, an endpoint is told nothing more."""
_SECONDS = 15.0
_GONE = 410


class Deliveries:
    """The kind of run that delivers one event to one endpoint."""

    name = KIND
    at_once = 16

    def __init__(self, database: Database, settings: Settings, announcer: Announcer) -> None:
        self._database, self._settings, self._announcer = database, settings, announcer

    async def perform(self, run: Run) -> None:
        """Try until it is taken, or it is too late."""
        delivery_id: str = (run.record.input or {})["id"]
        for number, pause in enumerate((*PAUSES, 0)):
            ended = await run.step("send", partial(self._send, delivery_id, last=number == len(PAUSES)))
            if ended:
                return
            await run.sleep("wait", pause)

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        """Say that a try that was cut is made again: receivers tell repetitions by the `webhook-id`."""
        return NotDone()

    async def finish(self, run: Run, status: Status, result: Any = None, error: EarthshineError | None = None) -> None:
        """Store the end."""
        delivery_id: str = (run.record.input or {})["id"]

        async def write(connection: Connection) -> None:
            if status != "completed":
                pending = (deliveries.c.id == delivery_id) & (deliveries.c.status == "pending")
                await connection.execute(update(deliveries).where(pending).values(status="failed"))

        await run.end(status, write, error=error)

    async def send(self, endpoint: Row[Any], event_id: str, body: str) -> int:
        """Send a body once; returns the status. Raises `UpstreamUnreachable`, and `InvalidRequest` for the address."""
        import aiohttp  # here: who tells nobody starts without it

        check_address(endpoint.url, self._settings)
        headers = {"Content-Type": "application/json", "User-Agent": f"Earthshine/{__version__} (webhooks)"}
        sent = body.encode()
        headers |= signed_headers(self._secrets(endpoint), event_id, int(time.time()), sent)
        connector = aiohttp.TCPConnector(**connector_options(private=may_be_private(endpoint.url, self._settings)))
        try:
            async with (
                asyncio.timeout(_SECONDS),
                aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.post(endpoint.url, data=sent, headers=headers, allow_redirects=False) as reply,
            ):
                return reply.status
        except TimeoutError:
            raise UpstreamUnreachable(f"It did not answer within {_SECONDS:.0f} seconds.") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UpstreamUnreachable(f"It cannot be reached: {str(error)[:160] or type(error).__name__}") from None

    async def _send(self, delivery_id: str, _step: StepRecord | None = None, *, last: bool) -> Done:
        """Try once; the result says whether it has ended."""
        both = select(deliveries.c.notice_id, deliveries.c.body, endpoints).join(endpoints)
        async with self._database.read() as connection:
            row = (await connection.execute(both.where(deliveries.c.id == delivery_id))).one_or_none()
        if row is None:
            return Done(True)
        if row.disabled_at is not None:
            return Done(True, write=partial(_note, delivery_id, "failed", None, "The endpoint is switched off."))
        code, error = None, None
        try:
            code = await self.send(row, row.notice_id, row.body)
        except EarthshineError as failure:
            error = failure.message[:256]
        taken = code is not None and 200 <= code < 300
        status = "delivered" if taken else "failed" if last or code == _GONE else "pending"

        async def write(connection: Connection) -> None:
            await _note(delivery_id, status, code, error, connection)
            await self._judge(connection, row.id, taken=taken, gone=code == _GONE)

        return Done(status != "pending", write=write)

    async def _judge(self, connection: Connection, endpoint_id: str, *, taken: bool, gone: bool) -> None:
        """Note how an endpoint fares, and switch a dead one off."""
        this, now = endpoints.c.id == endpoint_id, int(time.time())
        row = (await connection.execute(select(endpoints).where(this).with_for_update())).one_or_none()
        if row is None or row.disabled_at is not None:
            return
        since = None if taken else row.failing_since or now
        dead = gone or (since is not None and now - since >= DEAD_SECONDS)
        if since != row.failing_since or dead:
            values = {"failing_since": since, "disabled_at": now if dead else None}
            await connection.execute(update(endpoints).where(this).values(values))
        if dead:
            log.warning("the webhook endpoint %s takes nothing, and is switched off", endpoint_id)
            system = Caller(key_id="system", project=row.project, organization=row.organization)
            about = {"id": endpoint_id, "name": row.name, "url": row.url}
            await record(connection, system, DISABLED, about, project=row.project)
            await self._announcer.announce(connection, Owner(row.project, ""), DISABLED, f"{endpoint_id}:{now}", about)

    def _secrets(self, endpoint: Row[Any]) -> list[str]:
        cipher, secrets = SecretCipher.open(self._settings), [endpoint.secret]
        if endpoint.old_secret is not None and endpoint.old_secret_until > time.time():
            secrets.append(endpoint.old_secret)
        return [cipher.decrypt(each) for each in secrets]


async def _note(delivery_id: str, status: str, code: int | None, error: str | None, connection: Connection) -> None:
    """Store what came of a try; storing it twice counts it twice, and tells nothing else."""
    tried = {"attempts": deliveries.c.attempts + 1, "last_attempt_at": int(time.time())}
    told = {"status": status, "last_status_code": code, "last_error": error}
    await connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**tried, **told))
