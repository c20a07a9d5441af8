"""Children that die, hang, refuse and leave others behind: restarted, given up, told, and ended with all of theirs."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any

import pytest

from earthshine.errors import EarthshineError, EngineFailed, ModelBroken
from earthshine.processes import supervisor as module
from earthshine.processes.child import Child, resident
from earthshine.processes.supervisor import Supervisor

COMMAND = (sys.executable, "-m", "tests.processes.stand_in")


class StandIn(Supervisor):
    """A child that does what `what` says, each time that it is started."""

    def __init__(self, what: str = "serves") -> None:
        super().__init__("stand-in", lambda: self.lost.append(1))
        self.what = what
        self.well = True
        self.lost: list[int] = []

    def command(self) -> Sequence[str]:
        return COMMAND

    def environment(self) -> Mapping[str, str]:
        return {"LEFT_ALONE": "1"}

    def options(self) -> Mapping[str, Any]:
        return {"parent": os.getpid(), "what": self.what}

    async def answered(self) -> bool:
        return self.well

    def refusal(self, fault: str, last_words: str) -> EarthshineError:
        return ModelBroken(f"{fault} [{last_words}]")


@pytest.fixture
async def start() -> AsyncGenerator[Callable[[str], Any]]:
    made: list[StandIn] = []

    async def begin(what: str) -> StandIn:
        made.append(StandIn(what))
        await made[-1].start()
        return made[-1]

    yield begin
    for each in made:
        await each.close()
        assert each.pid is None


async def until(true: Callable[[], Any], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_a_child_that_is_killed_is_restarted_at_once(start: Any) -> None:
    child = await start("serves")
    first = child.pid
    assert child.memory > 2**20 and child.answers
    child.serves()
    os.kill(first, signal.SIGKILL)
    await child.settle()
    await child.running()
    assert child.pid != first and child.restarts == 1 and child.lost == [1]


async def test_a_child_that_hangs_is_killed_and_restarted(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT", 0.05)
    child = await start("serves")
    first, child.well = child.pid, False
    await until(lambda: not child.answers)
    await until(lambda: child.lost)
    child.well = True
    await until(lambda: child.pid not in (None, first) and child.answers)


@pytest.mark.parametrize(("what", "words"), [("dies", "exit status 7"), ("refuses", "no such thing")])
async def test_a_first_start_that_fails_is_told_with_the_last_words(what: str, words: str) -> None:
    child = StandIn(what)
    with pytest.raises(ModelBroken, match=words) as refused:
        await child.start()
    assert what == "refuses" or "the last words of a child" in refused.value.message
    await child.close()


async def test_a_start_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.Supervisor, "start_timeout", 0.5)
    child = StandIn("hangs")
    with pytest.raises(ModelBroken, match="took longer than"):
        await child.start()
    assert child.filled == 0


async def test_one_that_does_not_come_back_is_given_up(start: Any, caplog: pytest.LogCaptureFixture) -> None:
    child = await start("serves")
    child.what = "dies"
    os.kill(child.pid, signal.SIGKILL)
    await until(lambda: "given up" in caplog.text)
    with pytest.raises(ModelBroken, match="exit status 7"):
        await child.running()
    assert (child.restarts, child.answers) == (0, False)


async def test_while_it_is_restarted_nobody_waits_for_ever(start: Any) -> None:
    child = await start("serves")
    child.what = "hangs"
    os.kill(child.pid, signal.SIGKILL)
    await until(lambda: child.lost)
    with pytest.raises(EngineFailed, match="stand-in is being restarted"):
        await child.running(patience=0.05)


async def test_what_a_child_started_ends_with_it() -> None:
    child = await Child.start(COMMAND, {})
    grandchild = (await child.greet({"parent": os.getpid(), "what": "parent"}, 20))["grandchild"]
    assert alive(grandchild)
    await child.end()
    await until(lambda: not alive(grandchild))
    assert resident(child.pid) == 0
    await child.end()


async def test_a_child_takes_no_more_memory_than_it_may() -> None:
    child = await Child.start(COMMAND, {})
    assert (await child.greet({"parent": os.getpid(), "what": "greedy"}, 20))["refused"]
    await child.end()


async def test_a_child_ignores_what_its_parent_is_to_answer_and_dies_with_it() -> None:
    child = await Child.start(COMMAND, {})
    await child.greet({"parent": os.getpid(), "what": "serves"}, 20)
    os.kill(child.pid, signal.SIGTERM)
    await asyncio.sleep(0.1)
    assert alive(child.pid)
    await child.end()
    # One whose parent has another number was started by one that is gone.
    orphan = await Child.start(COMMAND, {})
    assert await orphan.greet({"parent": 1, "what": "serves"}, 20) == {}
    assert orphan.ending in ("exit status 1", "exit status None")
    await orphan.end()
