"""What webhooks are told of responses: how those that run in the background ended."""

from __future__ import annotations

from typing import Any

from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Connection
from earthshine.notifications.announcer import Announcer
from earthshine.responses.run.response_run import ResponseRun

Json = dict[str, Any]


async def announce(announcer: Announcer, connection: Connection, response: ResponseRun, final: Json) -> None:
    """Tell that a response ended, in the transaction in which it does."""
    record = response.run.record
    if record.background:
        owner, status = Owner.of(record.caller), f"response.{final['status']}"
        await announcer.announce(connection, owner, status, response.id, {"id": response.id}, keep=False)
