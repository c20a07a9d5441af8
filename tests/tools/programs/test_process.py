"""A program in a real sandbox: what it takes is bounded, and nothing of it is left."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from earthshine.errors import InvalidRequest
from earthshine.sandboxes.registry import Sandboxes
from earthshine.settings import Settings
from earthshine.tools.programs import process
from earthshine.tools.programs.process import Ended, Wish, run_program

Json = dict[str, Any]
F: Json = {"name": "f", "parameters": ["x"], "required": ["x"]}


@pytest.fixture(scope="module")
def ground() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="earthshine-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


async def run(ground: Path, code: str) -> tuple[Ended, list[Wish]]:
    asked: list[Wish] = []

    async def on_calls(wishes: Sequence[Wish]) -> list[Json]:
        asked.extend(wishes)
        if wishes[0][1] == {"x": "refuse"}:
            raise InvalidRequest("Not this.")
        return [{"value": len(asked)} for _ in wishes]

    ended = await run_program(Sandboxes(Settings(data=ground)), ground / "programs", code, [F], on_calls)
    assert list((ground / "programs").iterdir()) == []
    return ended, asked


async def test_calls_go_out_and_results_come_back(ground: Path) -> None:
    ended, asked = await run(ground, "print(f(7), f.map([8, {'x': 9}]), f(x=[None]))")
    assert (ended.printed, ended.error, asked) == (
        "1 [3, 3] 4\n",
        None,
        [("f", {"x": 7}), ("f", {"x": 8}), ("f", {"x": 9}), ("f", {"x": [None]})],
    )


async def test_what_the_caller_raises_ends_it(ground: Path) -> None:
    with pytest.raises(InvalidRequest, match="Not this"):
        await run(ground, "try: f('refuse')\nfinally:\n  while True: f(1)")
    assert list((ground / "programs").iterdir()) == []


async def test_time_is_bounded_without_what_calls_take(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "SECONDS", 2.0)
    began = time.monotonic()
    ended, _ = await run(ground, "print('begun', flush=True)\nf(1)\nwhile True: pass")
    assert (ended.printed, ended.stopped) == ("begun\n", "timeout")
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "code",
    [
        "x = bytearray(2**30)",
        "import threading, time\nfor n in range(100): threading.Thread(target=time.sleep, args=(9,)).start()",
        "open('/etc/passwd', 'w')",
        "open('big', 'wb').write(b'x' * 2**27)",
    ],
)
async def test_what_it_takes_is_bounded(ground: Path, code: str) -> None:
    ended, _ = await run(
        ground, f"import os\ntry:\n  exec({code!r})\nexcept BaseException as e: os.write(1, b'stopped')"
    )
    assert ended.printed == "stopped" or ended.error is not None or ended.stopped is not None


async def test_the_same_is_asked_each_time(ground: Path) -> None:
    code = "import random\nfor x in {'a', 'b', 'c', 'd', 'e'}: f(x + str(random.random()))"
    assert (await run(ground, code))[1] == (await run(ground, code))[1]


async def test_what_a_killed_server_left_is_removed(ground: Path) -> None:
    left = ground / "programs" / "prog_old"
    left.mkdir(parents=True)
    os.utime(left, (1, 1))
    await run(ground, "1")
