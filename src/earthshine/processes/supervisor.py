"""Keeps a child process alive: starts it, waits for it, restarts it with back-off, ends it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from earthshine.errors import EarthshineError, EngineFailed
from earthshine.processes.child import Child
from earthshine.tasks import end_tasks

START_TIMEOUT = 600.0
"""Seconds that a start may take; to load a big model from a slow disk takes minutes."""
FAILED_STARTS = 3
"""Starts that may fail in a row before a child is given up."""
STABLE = 60.0
"""Seconds of life after which a crash counts as the first again, even of a child that answered nothing."""
HEARTBEAT = 5.0
"""Seconds between two questions whether the child answers, and those that it has for the answer."""
MISSES = 3
"""Questions without an answer after which a child has hung and is killed."""
LONGEST_WAIT = 30.0
"""Most seconds between two restarts."""

log = logging.getLogger(__name__)


class Supervisor(ABC):
    """One child, whichever generation of it is alive. What it is, and how it is asked, say those who derive from this.

    A child reads its options as one line of JSON, and writes one: `{"ready": true}`, or `{"error": "..."}`.
    """

    start_timeout = START_TIMEOUT
    """Seconds that a start may take."""
    farewell = 0.0
    """Seconds that a child gets to end by itself what it started; without any it is killed, and its group with it."""

    def __init__(self, name: str, on_restart: Callable[[], None]) -> None:
        """`name` is for logs and errors, such as "engine of 'tiny'"; `on_restart` is called when a child was lost."""
        self._name = name
        self._on_restart = on_restart
        self._child: Child | None = None
        self._watch: asyncio.Task[None] | None = None
        self._heartbeat: asyncio.Task[None] | None = None
        self._missed = 0
        self._ready = asyncio.Event()
        self._lost = asyncio.Event()
        self._broken: EarthshineError | None = None
        self._crashes = 0
        self._served = False
        self._failed_starts = 0
        self.restarts = 0
        """Times that a child died and another was started."""

    # --- what a child is ---------------------------------------------------------------------------------------------

    @abstractmethod
    def command(self) -> Sequence[str]:
        """Return the program and its arguments."""

    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """Return variables that it gets unless they are set already."""

    @abstractmethod
    def options(self) -> Mapping[str, Any]:
        """Return what it is told at its start; called for each child."""

    @abstractmethod
    async def answered(self) -> bool:
        """Ask whether it answers. Raises `OSError` when it does not."""

    @abstractmethod
    def refusal(self, fault: str, last_words: str) -> EarthshineError:
        """Return the error for a child that did not come to be ready."""

    async def before_start(self) -> None:  # noqa: B027 (most need nothing)
        """Do what each child needs beforehand; may change what `options` says."""

    # --- what others see ---------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        return self._child.pid if self._child is not None and self._ready.is_set() else None

    @property
    def answers(self) -> bool:
        """Whether a child serves, and answered when it was last asked."""
        return self._ready.is_set() and self._broken is None and not self._missed

    @property
    def memory(self) -> int:
        """Bytes that the child has resident; 0 while there is none."""
        return self._child.memory if self._child is not None and self._ready.is_set() else 0

    @property
    def filled(self) -> int:
        """Bytes that a child has resident which may still be starting; 0 while there is none."""
        return self._child.memory if self._child is not None else 0

    async def start(self) -> None:
        """Start the first child, and wait until it is ready. Raises the `refusal`."""
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
            EarthshineError: restarting was given up; the last `refusal`.
        """
        if not self._ready.is_set():
            try:
                async with asyncio.timeout(patience):
                    await self._ready.wait()
            except TimeoutError:
                raise EngineFailed(
                    f"The {self._name} is being restarted and is not ready yet; try again soon.", retry_after=5
                ) from None
        # Given up, it is ready too: nobody is to wait for it.
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
            async with asyncio.timeout(0.5):
                await self._lost.wait()

    def kill(self) -> None:
        """Kill a child that has hung; it is restarted."""
        if self._child is not None:
            self._child.kill()

    async def close(self) -> None:
        """End the child; safe to call twice."""
        await end_tasks(self._watch, self._heartbeat)
        self._watch = self._heartbeat = None
        await self._end()

    # --- one child ---------------------------------------------------------------------------------------------------

    async def _launch(self) -> None:
        """Start a child and wait until it serves."""
        await self.before_start()
        options = self.options()
        self._child = child = await Child.start(self.command(), self.environment())
        try:
            message = await child.greet(options, self.start_timeout)
        except TimeoutError:
            await self._end()
            raise self.refusal(f"took longer than {self.start_timeout:.0f} s", child.last_words()) from None
        except BaseException:
            await self._end()
            raise
        if not message.get("ready"):
            await self._end()
            fault = message.get("error") or f"ended the loader ({child.ending})"
            raise self.refusal(str(fault), child.last_words())
        self._failed_starts = 0
        self._lost.clear()
        self._ready.set()

    async def _end(self) -> None:
        self._ready.clear()
        child, self._child = self._child, None
        if child is not None:
            if self.farewell:
                await child.leave(self.farewell)
            await child.end()

    async def _keep_alive(self) -> None:
        while True:
            child = self._child
            assert child is not None
            born = time.monotonic()
            await child.wait()
            self._ready.clear()
            self._lost.set()
            self._on_restart()
            log.error(
                "the %s died (%s); restarting it. Its last words: %s", self._name, child.ending, child.last_words()
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
            child = self._child if self._ready.is_set() and self._broken is None else None
            answered = child is None or await self._answered()
            if child is self._child:
                self._missed = 0 if answered else self._missed + 1
            if self._missed >= MISSES:
                log.error("the %s has hung: it did not answer for %d questions", self._name, self._missed)
                self.kill()
                self._missed = 0
            await asyncio.sleep(max(0.0, asked + HEARTBEAT - time.monotonic()))

    async def _answered(self) -> bool:
        try:
            async with asyncio.timeout(HEARTBEAT):
                return await self.answered()
        except (OSError, TimeoutError):
            return False

    async def _restart(self) -> bool:
        """Launch until it works; False when the child is given up."""
        while True:
            # The first crash is answered at once; repeated ones wait 0.5, 1, 2 ... seconds.
            failures = self._crashes + self._failed_starts - 1
            if failures > 0:
                await asyncio.sleep(min(0.25 * 2.0**failures, LONGEST_WAIT))
            try:
                await self._launch()
            except EarthshineError as error:
                self._failed_starts += 1
                if self._failed_starts >= FAILED_STARTS:
                    log.error("the %s is given up: %s", self._name, error.message)
                    self._broken = error.bare()
                    self._ready.set()
                    return False
            else:
                self.restarts += 1
                return True
