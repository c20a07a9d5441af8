"""The program of one model: how it is started and asked, and what it means when it does not start."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from earthshine.catalog.card import Card
from earthshine.engines.managed.dialect import Dialect, Launch, Parsers
from earthshine.engines.managed.installation import Installation
from earthshine.engines.managed.log import cause, log_path
from earthshine.engines.managed.plan import ManagedPlan
from earthshine.errors import EarthshineError, ModelBroken
from earthshine.processes.program import Address
from earthshine.processes.runtime_folder import RuntimeFolder
from earthshine.processes.supervisor import Supervisor
from earthshine.settings import Settings
from earthshine.settings_tables import EngineOptions

_FAREWELL = 10.0


class ManagedProcess(Supervisor):
    """One model's program, whichever generation of it is alive."""

    farewell = _FAREWELL

    def __init__(
        self,
        card: Card,
        dialect: Dialect,
        found: Installation,
        plan: ManagedPlan,
        options: EngineOptions,
        parsers: Parsers,
        settings: Settings,
        *,
        start_timeout: float,
        on_restart: Callable[[], None] = lambda: None,
    ) -> None:
        """Watch over the program that serves `card`. Raises `ModelBroken` when its weights have no place."""
        super().__init__(f"{dialect.title} of {card.name!r}", on_restart)
        if card.path is None:
            raise ModelBroken(f"The weights of {card.name!r} are nowhere. Fetch them again.")
        self.start_timeout = start_timeout
        self._card, self._dialect, self._found = card, dialect, found
        self._folder = RuntimeFolder()
        self.address: Address = self._folder.path / "engine.sock" if dialect.on_socket else _free_port()
        self.key = secrets.token_urlsafe(32)
        """What the program wants of who asks it; another one for each model and load."""
        self._start = Launch(
            name=card.name,
            model=card.path,
            address=self.address,
            folder=self._folder.path,
            key=self.key,
            plan=plan,
            options=options,
            parsers=parsers,
            embeds="chat" not in card.abilities,
        )
        self._cache = settings.data / "cache" / dialect.name
        self._log = log_path(settings, card.name)
        self._logged = 0
        """Bytes of the log before the last start."""

    async def close(self) -> None:
        """End the program with all that it started, and remove what it kept; safe to call twice."""
        await super().close()
        self._folder.remove()

    def command(self) -> Sequence[str]:
        """Return who watches the program, run by our own Python."""
        return (sys.executable, "-m", "earthshine.processes.program")

    def environment(self) -> Mapping[str, str]:
        """Return nothing: the program's variables are told with its options."""
        return {}

    def options(self) -> Mapping[str, Any]:
        """Return how the program is run; what the last one left of its socket goes."""
        launch, dialect = self._start, self._dialect
        for folder in (self._cache, self._log.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if isinstance(self.address, Path):
            self.address.unlink(missing_ok=True)
        for name, content in dialect.files(launch).items():
            (launch.folder / name).write_text(content)  # in a folder that only we can enter
        self._logged = self._log.stat().st_size if self._log.exists() else 0
        return {
            "parent": os.getpid(),
            "command": [
                self._found.python,
                "-m",
                dialect.module,
                *dialect.arguments(launch),
                *launch.options.arguments,
            ],
            "environment": {**dialect.environment(launch, self._cache), **launch.options.environment},
            "folder": str(launch.folder),
            "log": str(self._log),
            "secret": self.key,
            "port": 0 if isinstance(self.address, Path) else self.address,
            "socket": str(self.address),
        }

    async def answered(self) -> bool:
        """Ask the program for its health. Raises `OSError`."""
        if isinstance(self.address, Path):
            reader, writer = await asyncio.open_unix_connection(self.address)
        else:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.address)
        try:
            writer.write(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return bool(await reader.read(1))
        finally:
            writer.close()

    def refusal(self, fault: str, last_words: str) -> EarthshineError:
        """Return what the program said of its failure, and where the rest is."""
        said = cause(self._log, self._logged) or last_words
        name, title = self._card.name, self._dialect.title
        return ModelBroken(
            f"{title} does not serve {name!r}: {fault}. It said: {said}. `earthshine engine logs {name}` shows all "
            f"of it; the setting `managed_engines.{self._dialect.name}` has its options."
        )


def _free_port() -> int:
    """Return a port of this machine that nobody has now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
