"""The setup of an environment: packages, then commands in their order, each once.

A step is noted before it begins and when it has ended. A command that was cut, because the server was killed, is not
run again: whether it was done is not known, and that is what the environment's error says.
"""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any

from sqlalchemy import Row, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.agents.environments.content.packages import Installer
from earthshine.agents.environments.content.paths import relative
from earthshine.agents.environments.objects import Status
from earthshine.agents.environments.service import Environments
from earthshine.agents.environments.tables import environments as table
from earthshine.containers.tables import containers
from earthshine.errors import EarthshineError
from earthshine.periodic import Periodic
from earthshine.sandboxes.base import Command, ended
from earthshine.tasks import end_tasks

log = logging.getLogger(__name__)

Json = dict[str, Any]

_LOOK_SECONDS = 5.0
_SECONDS = 600.0
"""That one command may take."""
_OUTPUT = 2**16
_TOLD = 500
"""Characters of what a command said last that are told."""
_WORD = re.compile(r"[^\s'\"`;|&()<>=:,]{4,}")


class SetupFailed(Exception):
    """Why an environment cannot be used, for whoever made it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.error: Json = {"type": "environment_error", "code": code, "message": message}


class Setups:
    """Sets environments of this server up, and goes on with those that a killed server left."""

    def __init__(self, environments: Environments, installer: Installer) -> None:
        self._environments, self._installer = environments, installer
        self._looks = Periodic("environments", self._look, _LOOK_SECONDS, first=0)
        self._running: dict[str, asyncio.Task[None]] = {}
        environments.on_setup = self._looks.soon
        environments.containers.rested = self._rested
        environments.containers.living.woken = self._woken

    def start(self) -> None:
        """Begin."""
        self._looks.start()

    async def close(self) -> None:
        """Stop where they are."""
        await self._looks.close()
        await end_tasks(*self._running.values())

    async def _rested(self, environment_id: str) -> None:
        await self._turn(environment_id, "ready", "suspended")

    async def _woken(self, environment_id: str) -> None:
        await self._turn(environment_id, "suspended", "ready")

    async def _turn(self, environment_id: str, before: Status, after: Status) -> None:
        """Note that the sandbox of an environment was stopped, or started again; other containers are none."""
        known = select(table.c.status).where(table.c.id == environment_id)
        async with self._environments.database.read() as connection:
            if (await connection.execute(known)).scalar_one_or_none() != before:
                return
        await self._environments.set_status(environment_id, after)

    async def _look(self) -> None:
        await self._environments.note_expired()
        mine = containers.c.node == self._environments.containers.node
        wanted = select(table).join(containers, containers.c.id == table.c.id)
        wanted = wanted.where(table.c.status == "pending", table.c.setup.is_not(None), mine)
        async with self._environments.database.read() as connection:
            rows = (await connection.execute(wanted)).all()
        for row in rows:
            if row.id not in self._running:
                task = asyncio.create_task(self._set_up(row), name=f"setup of {row.id}")
                self._running[row.id] = task
                task.add_done_callback(lambda _, environment_id=row.id: self._running.pop(environment_id, None))

    async def _set_up(self, row: Row[Any]) -> None:
        try:
            await self._do(row, self._environments.opened(row))
        except SetupFailed as failure:
            await self._environments.set_status(row.id, "failed", failure.error, setup=None)
        except EarthshineError as error:
            failure = SetupFailed("setup_failed", error.message)
            await self._environments.set_status(row.id, "failed", failure.error, setup=None)
        except Exception:
            log.exception("the environment %s cannot be set up", row.id)
            failure = SetupFailed("internal_error", f"Something broke on our side. The log has it under {row.id}.")
            await self._environments.set_status(row.id, "failed", failure.error, setup=None)
        else:
            await self._environments.set_status(row.id, "ready", setup=None)

    async def _do(self, row: Row[Any], work: Json) -> None:
        step: int = row.step
        if work["packages"] and step < 2:
            await self._note(row.id, 1)
            if fault := await self._installer.install(row.id, work["packages"]):
                raise SetupFailed("packages_failed", fault)
            await self._note(row.id, 2)
        for number, command in enumerate(work["commands"], 1):
            begun = 2 * number + 1
            if step > begun:
                continue
            if step == begun:
                raise SetupFailed(
                    "setup_interrupted",
                    f"The server stopped while the setup's command {number} ran. Whether it was done is not known, so "
                    "it is not run again. Make a new environment.",
                )
            await self._note(row.id, begun)
            await self._run(row, number, command, work["secrets"])
            await self._note(row.id, begun + 1)
        if work["directories"]:
            await self._environments.add_capabilities(row.id, work["directories"])

    async def _run(self, row: Row[Any], number: int, command: Json, secrets: list[str]) -> None:
        argv = ["bash", "-c", command["command"]]
        asked = Command(argv, cwd=relative(command["cwd"]), timeout=_SECONDS, output=_OUTPUT)
        outcome = await self._environments.containers.run(row.id, Caller.load(row.caller), asked)
        if outcome.code == 0:
            return
        why = f"ended with the status {outcome.code}"
        if outcome.stopped == "timeout":
            why = f"took more than {_SECONDS:.0f} seconds"
        elif outcome.stopped is not None:
            why = f"was stopped: {ended(outcome.stopped).message}"
        said = masked(outcome.stderr.decode(errors="replace"), command["command"], secrets)
        raise SetupFailed(
            "setup_command_failed", f"The setup's command {number} {why}." + (f" It said: {said}" if said else "")
        )

    async def _note(self, environment_id: str, step: int) -> None:
        async with self._environments.database.write() as connection:
            await connection.execute(update(table).where(table.c.id == environment_id).values(step=step))


def masked(said: str, command: str, secrets: list[str]) -> str:
    """Return the end of what a command said, without the words of the command itself and without secrets."""
    text = " ".join(said.split())
    for word in sorted({*_WORD.findall(command), *(each for each in secrets if len(each) > 3)}, key=len, reverse=True):
        text = text.replace(word, "[...]")
    return text[-_TOLD:]
