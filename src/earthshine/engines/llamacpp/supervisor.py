"""Keeps the child process of one model alive: starts it, waits for it, restarts it with back-off, ends it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from earthshine.engines.llamacpp.folder import RuntimeFolder
from earthshine.engines.llamacpp.libraries import missing_library
from earthshine.engines.llamacpp.plan import ProcessPlan
from earthshine.errors import EarthshineError, EngineFailed, ModelBroken, Unavailable

LOAD_TIMEOUT = 600.0
"""Seconds that a load may take; a big model on a slow disk needs minutes."""
FAILED_LOADS = 3
"""Loads that may fail in a row before the model counts as broken."""
STABLE = 60.0
"""Seconds of life after which a crash counts as the first again, even of a child that answered nothing."""
HEARTBEAT = 5.0
"""Seconds between two questions whether the child answers, and those that it has for the answer."""
MISSES = 3
"""Questions without an answer after which a child has hung and is killed."""
LONGEST_WAIT = 30.0
"""Most seconds between two restarts."""
SPIN = "1000"
"""How often a thread of the engine looks for the others before it sleeps. By default it spins for long, and on a
busy machine burns the very time that the others need: replies were ten times slower; see docs/engines.md."""
_LOG_LINES = 30

log = logging.getLogger(__name__)


class Supervisor:
    """One model's child process, whichever generation of it is alive."""

    def __init__(self, name: str, plan: ProcessPlan, adapters: list[Path], on_restart: Callable[[], None]) -> None:
        """Watch over the model called `name`; `on_restart` is called whenever a child's memory is lost."""
        self._name = name
        self._plan = plan
        self._adapters = adapters
        self._on_restart = on_restart
        self._folder = RuntimeFolder()
        self.socket = self._folder.path / "engine.sock"
        self.prefix_folder = self._folder.path / "prefixes"
        self.prefix_folder.mkdir()
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._heartbeat: asyncio.Task[None] | None = None
        self._missed = 0
        self._ready = asyncio.Event()
        self._lost = asyncio.Event()
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._broken: EarthshineError | None = None
        self._crashes = 0
        self._served = False
        self._failed_loads = 0
        self.restarts = 0
        """Times that a child died and another was started."""

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        return self._process.pid if self._process is not None and self._ready.is_set() else None

    @property
    def answers(self) -> bool:
        """Whether a child serves, and answered when it was last asked."""
        return self._ready.is_set() and not self._missed

    @property
    def memory(self) -> int:
        """Bytes that the child has resident; 0 while there is none."""
        return _resident(self.pid)

    @property
    def filled(self) -> int:
        """Bytes that a child has resident which may still be loading; 0 while there is none."""
        return _resident(self._process.pid if self._process is not None else None)

    async def start(self) -> None:
        """Load the model for the first time.

        Raises:
            ModelBroken: the loader refused the file, died of it, or took too long.
        """
        try:
            await self._launch()
        except BaseException:
            await self.close()
            raise
        self._watch = asyncio.create_task(self._keep_alive(), name=f"supervise {self._name}")
        self._heartbeat = asyncio.create_task(self._listen(), name=f"heartbeat {self._name}")

    async def running(self, patience: float = 60.0) -> None:
        """Return once a child serves.

        Raises:
            EngineFailed: none does after `patience` seconds.
            ModelBroken: restarting was given up.
        """
        if self._ready.is_set():
            return
        if self._broken is None:
            try:
                await asyncio.wait_for(self._ready.wait(), patience)
            except TimeoutError:
                raise EngineFailed(
                    f"The engine of {self._name!r} is being restarted and is not ready yet; try again soon.",
                    retry_after=5,
                ) from None
        if self._broken is not None:
            raise self._broken.bare()

    def serves(self) -> None:
        """Note that this child has answered: if it dies now, the next one is started at once."""
        self._served = True

    async def settle(self) -> None:
        """After a broken connection: wait a moment until it is known whether the child died.

        So whoever tries again at once waits for the next child instead of calling the last.
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._lost.wait(), 0.5)

    def kill(self) -> None:
        """Kill a child that has hung; it is restarted."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def close(self) -> None:
        """End the child and remove what it kept; safe to call twice."""
        tasks = [task for task in (self._watch, self._heartbeat) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._watch = self._heartbeat = None
        await self._end()
        self._folder.remove()

    # --- one child ---------------------------------------------------------------------------------------------------

    async def _launch(self) -> None:
        """Start a child and wait until it serves."""
        self.socket.unlink(missing_ok=True)
        self._log.clear()
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "earthshine.engines.llamacpp.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"GOMP_SPINCOUNT": SPIN, **os.environ},
        )
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        asyncio.create_task(self._keep_log(process.stderr)).add_done_callback(_ignore)
        try:
            process.stdin.write(json.dumps(self._options()).encode() + b"\n")
            line = await asyncio.wait_for(process.stdout.readline(), LOAD_TIMEOUT)
        except TimeoutError:
            await self._end()
            raise self._refusal(f"took longer than {LOAD_TIMEOUT:.0f} s") from None
        except OSError:
            line = b""
        except BaseException:
            await self._end()
            raise
        message: dict[str, Any] = json.loads(line) if line.startswith(b"{") else {}
        if not message.get("ready"):
            await self._end()
            fault = message.get("error") or f"ended the loader ({_ending(process.returncode)})"
            raise self._refusal(str(fault))
        self._failed_loads = 0
        self._lost.clear()
        self._ready.set()

    async def _end(self) -> None:
        self._ready.clear()
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()

    async def _keep_alive(self) -> None:
        while True:
            process = self._process
            assert process is not None
            born = time.monotonic()
            code = await process.wait()
            self._ready.clear()
            self._lost.set()
            self._on_restart()
            log.error(
                "the engine of %s died (%s); restarting it. Its last words: %s",
                self._name,
                _ending(code),
                self._log_tail(),
            )
            sound = self._served or time.monotonic() - born > STABLE
            self._crashes = 1 if sound else self._crashes + 1
            self._served = False
            if not await self._restart():
                return

    async def _listen(self) -> None:
        """Kill a child that lives and answers nobody, so that it is restarted like one that died."""
        while True:
            asked = time.monotonic()
            process = self._process if self._ready.is_set() and self._broken is None else None
            answered = process is None or await self._answered()
            if process is self._process:
                self._missed = 0 if answered else self._missed + 1
            if self._missed >= MISSES:
                log.error("the engine of %s has hung: it did not answer for %d questions", self._name, self._missed)
                self.kill()
                self._missed = 0
            await asyncio.sleep(max(0.0, asked + HEARTBEAT - time.monotonic()))

    async def _answered(self) -> bool:
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(HEARTBEAT):
                reader, writer = await asyncio.open_unix_connection(self.socket)
                writer.write(b"GET /health HTTP/1.0\r\n\r\n")
                return bool(await reader.read(1))
        except (OSError, TimeoutError):
            return False
        finally:
            if writer is not None:
                writer.close()

    async def _restart(self) -> bool:
        """Launch until it works; False when the model is given up."""
        while True:
            # The first crash is answered at once; repeated ones wait 0.5, 1, 2 ... seconds.
            failures = self._crashes + self._failed_loads - 1
            if failures > 0:
                await asyncio.sleep(min(0.25 * 2.0**failures, LONGEST_WAIT))
            try:
                await self._launch()
            except ModelBroken as error:
                self._failed_loads += 1
                if self._failed_loads >= FAILED_LOADS:
                    log.error("the engine of %s is given up: %s", self._name, error.message)
                    self._broken = error.bare()
                    self._ready.set()
                    return False
            else:
                self.restarts += 1
                return True

    async def _keep_log(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            self._log.append(line.decode(errors="replace").rstrip())

    # --- words -------------------------------------------------------------------------------------------------------

    def _options(self) -> dict[str, Any]:
        plan = self._plan
        return {
            "parent": os.getpid(),
            "model": str(plan.model),
            "adapters": [str(path) for path in self._adapters],
            "socket": str(self.socket),
            "prefix_folder": f"{self.prefix_folder}/",
            "slots": plan.slots,
            "context": plan.context,
            "batch": plan.batch,
            "threads": plan.threads,
            "chats": plan.chats,
            "pools": plan.pools,
        }

    def _log_tail(self) -> str:
        return " | ".join(list(self._log)[-3:]) or "none"

    def _refusal(self, fault: str) -> EarthshineError:
        if advice := missing_library(fault):
            return Unavailable(f"llama.cpp cannot run here. {advice} Then ask again.")
        return ModelBroken(
            f"llama.cpp cannot load {self._plan.model}: {fault}. It said: {self._log_tail()}. The file may be damaged "
            "or of a kind that this engine does not know; remove the model and pull it again."
        )


def _resident(pid: int | None) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"signal {-code}"
    return f"exit status {code}"


def _ignore(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()
