"""The child process of one model: how it is started and asked, and what it means when it does not start."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from earthshine.engines.llamacpp.builds.program import Program, command_line
from earthshine.engines.llamacpp.libraries import missing_library
from earthshine.engines.llamacpp.plan import ProcessPlan
from earthshine.errors import EarthshineError, ModelBroken, Unavailable
from earthshine.processes.runtime_folder import RuntimeFolder
from earthshine.processes.supervisor import Supervisor

Relocate = Callable[[ProcessPlan, int], tuple[ProcessPlan, Program | None]]
"""Plans a child anew that was lost, after so many starts that failed; says by which program, None for the wheel."""

SPIN = "1000"
"""How often a thread of the engine looks for the others before it sleeps. By default it spins for long, and on a
busy machine burns the very time that the others need: replies were ten times slower; see docs/engines.md."""


class EngineProcess(Supervisor):
    """One model's child process, whichever generation of it is alive."""

    def __init__(
        self,
        name: str,
        plan: ProcessPlan,
        adapters: list[Path],
        on_restart: Callable[[], None],
        program: Program | None = None,
        relocate: Relocate | None = None,
    ) -> None:
        """Watch over the model called `name`; `on_restart` is called whenever a child's memory is lost.

        `program` serves it; without one the wheel does, in the worker itself. `relocate` is asked before each restart.
        """
        super().__init__(f"engine of {name!r}", on_restart)
        self.plan = plan
        """Where it is now; slots and context stay."""
        self._relocate = relocate
        self._begun = False
        self._program = program
        self._adapters = adapters
        self._folder = RuntimeFolder()
        self.socket = self._folder.path / "engine.sock"
        self.prefix_folder = self._folder.path / "prefixes"
        self.prefix_folder.mkdir()

    async def close(self) -> None:
        """End the child and remove what it kept; safe to call twice."""
        await super().close()
        self._folder.remove()

    def command(self) -> Sequence[str]:
        """Return the worker, run by our own Python."""
        return (sys.executable, "-m", "earthshine.engines.llamacpp.worker")

    def environment(self) -> Mapping[str, str]:
        """Return how its threads wait for each other."""
        return {"GOMP_SPINCOUNT": SPIN}

    async def before_start(self) -> None:
        """Place what was lost anew: the device that had it may be gone."""
        if self._begun and self._relocate is not None:
            self.plan, self._program = await asyncio.to_thread(self._relocate, self.plan, self._failed_starts)
        self._begun = True

    def options(self) -> Mapping[str, Any]:
        """Return the plan, as the worker reads it; what the last child left of its socket goes."""
        self.socket.unlink(missing_ok=True)
        plan = self.plan
        told = {
            "parent": os.getpid(),
            "model": str(plan.model),
            "projector": str(plan.projector or ""),
            "adapters": [str(path) for path in self._adapters],
            "socket": str(self.socket),
            "prefix_folder": f"{self.prefix_folder}/",
            "slots": plan.slots,
            "context": plan.context,
            "batch": plan.batch,
            "threads": plan.threads,
            "chats": plan.chats,
            "pools": plan.pools,
            "ranks": plan.ranks,
            "placement": plan.placement.told if plan.placement is not None else None,
        }
        return told if self._program is None else told | {"command": command_line(self._program, told)}

    async def answered(self) -> bool:
        """Ask the engine's server for its health. Raises `OSError`."""
        reader, writer = await asyncio.open_unix_connection(self.socket)
        try:
            writer.write(b"GET /health HTTP/1.0\r\n\r\n")
            return bool(await reader.read(1))
        finally:
            writer.close()

    def refusal(self, fault: str, last_words: str) -> EarthshineError:
        """Return what is wrong: the machine's libraries, or the file."""
        if advice := missing_library(fault):
            return Unavailable(f"llama.cpp cannot run here. {advice} Then ask again.")
        return ModelBroken(
            f"llama.cpp cannot load {self.plan.model}: {fault}. It said: {last_words}. The file may be damaged or "
            "of a kind that this engine does not know; remove the model and pull it again."
        )
