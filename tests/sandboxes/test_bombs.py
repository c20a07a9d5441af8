"""What takes too much is stopped, the machine goes on, and nothing is left."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from earthshine.sandboxes.base import Backend, Command, Limits, Outcome, SandboxEnded, Spec
from earthshine.sandboxes.use import measure
from tests.sandboxes.conftest import processes_with, user_of

MIB = 2**20
SMALL = Limits(memory=200 * MIB, processes=60, open_files=64, file=20 * MIB, disk=60 * MIB, files=500, scratch=16 * MIB)

HELD = {
    "a file too large": "open('big','wb').write(bytes(30 * 2**20))",
    "memory of one process": "x = bytearray(400 * 2**20)",
    "the folder for temporary files": """
for n in range(10): open(f'/tmp/{n}', 'wb').write(bytes(5 * 2**20))
""",
    "shared memory": """
for n in range(10): open(f'/dev/shm/{n}', 'wb').write(bytes(5 * 2**20))
""",
    "descriptors": "x = [open('/dev/null') for _ in range(200)]",
    "threads": """
import threading, time
for _ in range(300): threading.Thread(target=time.sleep, args=(3,), daemon=True).start()
""",
}
"""Refused by the kernel: the program sees an error, and the sandbox lives."""

STOPPED = {
    "memory of several processes": (
        "memory",
        """
import os, time
for _ in range(8):
    if os.fork() == 0:
        x = bytearray(os.urandom(1)) * (60 * 2**20); time.sleep(20); os._exit(0)
time.sleep(20)
""",
    ),
    "shared memory without a name, given back and kept": (
        "memory",
        """
import mmap, time
kept = []
for _ in range(30):
    m = mmap.mmap(-1, 15 * 2**20); m.write(bytes(15 * 2**20)); m.madvise(mmap.MADV_DONTNEED); kept.append(m)
time.sleep(20)
""",
    ),
    "many files": (
        "files",
        """
import time
for n in range(1000): open(f'f{n}', 'w').close()
time.sleep(20)
""",
    ),
    "a full workspace": (
        "disk",
        """
import time
for n in range(8): open(f'f{n}', 'wb').write(bytes(15 * 2**20))
time.sleep(20)
""",
    ),
    "deleted files that are still open": (
        "disk",
        """
import os, time
kept = []
for n in range(8):
    f = open('f', 'wb'); f.write(bytes(15 * 2**20)); f.flush(); os.unlink('f'); kept.append(f)
time.sleep(20)
""",
    ),
    "deleted files that are still mapped": (
        "disk",
        """
import mmap, os, time
kept = []
for n in range(8):
    with open('f', 'wb+') as f:
        f.write(bytes(15 * 2**20)); f.flush(); kept.append(mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ))
    os.unlink('f')
time.sleep(20)
""",
    ),
}

FORKS = """
import os, time
end = time.time() + 8
while time.time() < end:
    try: os.fork()
    except OSError: time.sleep(0.01)
"""
"""Ends by itself, so that a sandbox that does not hold costs this machine seconds and not its life."""


@pytest.mark.parametrize("name", HELD)
async def test_the_kernel_refuses_it(name: str, backend: Backend, workspace: Path) -> None:
    if backend.name == "landlock" and name in ("the folder for temporary files", "shared memory"):
        # Neither is in memory there: temporary files count as the workspace's disk does, /dev/shm cannot be opened.
        return
    sandbox = await backend.start(Spec(workspace, SMALL))
    try:
        done = await sandbox.run(Command(["python3", "-c", HELD[name]], timeout=20))
        assert done.stopped is None, done
        assert done.code not in (0, None), done
        assert (await sandbox.run(Command(["echo", "still here"]))).stdout == b"still here\n"
    finally:
        await sandbox.stop()


@pytest.mark.parametrize("name", STOPPED)
async def test_the_watchdog_stops_it(name: str, backend: Backend, workspace: Path) -> None:
    why, code = STOPPED[name]
    sandbox = await backend.start(Spec(workspace, SMALL))
    try:
        done = await sandbox.run(Command(["python3", "-c", code], timeout=15))
        assert done.stopped == why, done
        assert done.code is None
        assert done.seconds < 10
        with pytest.raises(SandboxEnded):
            await sandbox.run(Command(["true"]))
    finally:
        await sandbox.stop()


async def test_a_fork_bomb_is_bounded_and_leaves_nothing(backend: Backend, workspace: Path) -> None:
    if user_of(backend) is None and os.geteuid() == 0:
        return  # the kernel counts no processes of root: see test_ordinary_user.py
    sandbox = await backend.start(Spec(workspace, SMALL))
    word = f"bomb-{workspace.name}"
    running = asyncio.create_task(sandbox.run(Command(["python3", "-c", FORKS, word], timeout=4)))
    most = 0
    while not running.done():
        await asyncio.sleep(0.2)
        most = max(most, len(processes_with(word)))
    done: Outcome = await running
    await sandbox.stop()
    assert done.stopped in ("timeout", "processes")
    assert most > 10, "the bomb did not go off"
    assert most <= SMALL.processes + 16
    assert processes_with(word) == []


async def test_what_a_sandbox_takes_is_measured(backend: Backend, workspace: Path) -> None:
    sandbox = await backend.start(Spec(workspace))
    code = "import time; x = bytearray(b'x') * (100 * 2**20); print(1, flush=True); time.sleep(20)"
    process = await sandbox.spawn(Command(["python3", "-c", code]))
    await process.stdout.readline()
    use = measure(sandbox.pid, workspace.stat().st_dev, 100)  # type: ignore[attr-defined]
    process.kill()
    assert await process.wait() == 137
    await sandbox.stop()
    assert 100 * MIB < use.memory < 180 * MIB
    assert 3 <= use.processes <= 6
