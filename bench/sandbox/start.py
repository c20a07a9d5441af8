"""How long a sandbox takes to start and to run a command, one at a time and fifty at once, and what an idle one takes.

    .venv/bin/python -m bench.sandbox.start [--backend bubblewrap] [--rounds 30] [--at-once 50]

Prints milliseconds (median and 95th of 100) and MiB. `cold`: the first command of a sandbox that is started for it;
`warm`: of one that waits. The bars: warm median under 50 ms, cold under 300 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from earthshine.sandboxes.base import Backend, Command, Spec
from earthshine.sandboxes.box import Box
from earthshine.sandboxes.launch import confined_user, give_to_sandbox
from earthshine.sandboxes.registry import Sandboxes
from earthshine.sandboxes.use import measure
from earthshine.settings import Settings

_TRUE = Command(["true"])
_PYTHON = Command(["python3", "-c", "print(1)"])


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--at-once", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="earthshine-bench-") as folder:
        ground = Path(folder)
        ground.chmod(0o711)
        backend = await Sandboxes(Settings(data=ground / "data", sandbox=options.backend)).backend()
        print(f"{await backend.check()}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        cold, warm, python = [], [], []
        for _ in range(options.rounds):
            began = time.perf_counter()
            box = await _start(backend, ground)
            await box.run(_TRUE)
            cold.append(time.perf_counter() - began)
            warm.append((await box.run(_TRUE)).seconds)
            python.append((await box.run(_PYTHON)).seconds)
            await box.stop()
        _show("cold start and `true`", cold)
        _show("warm `true`", warm)
        _show("warm `python3 -c`", python)
        began = time.perf_counter()
        boxes = await asyncio.gather(*(_started(backend, ground) for _ in range(options.at_once)))
        whole = time.perf_counter() - began
        _show(f"cold, {options.at_once} at once ({whole:.2f} s in all)", [seconds for _, seconds in boxes])
        outcomes = await asyncio.gather(*(box.run(_TRUE) for box, _ in boxes))
        _show(f"warm `true`, {options.at_once} at once", [each.seconds for each in outcomes])
        idle = [measure(box.pid, ground.stat().st_dev, 100).memory for box, _ in boxes]
        print(f"idle memory of one of {len(idle)}: {statistics.median(idle) / 2**20:.1f} MiB (proportional)")
        await asyncio.gather(*(box.stop() for box, _ in boxes))


async def _start(backend: Backend, ground: Path) -> Box:
    workspace = Path(tempfile.mkdtemp(dir=ground))
    give_to_sandbox(workspace, confined_user())
    box = await backend.start(Spec(workspace))
    assert isinstance(box, Box)
    return box


async def _started(backend: Backend, ground: Path) -> tuple[Box, float]:
    began = time.perf_counter()
    box = await _start(backend, ground)
    await box.run(_TRUE)
    return box, time.perf_counter() - began


def _show(what: str, seconds: list[float]) -> None:
    in_order = sorted(seconds)
    late = in_order[min(len(in_order) - 1, int(len(in_order) * 0.95))]
    print(f"{what}: median {statistics.median(seconds) * 1000:.0f} ms, p95 {late * 1000:.0f} ms")


if __name__ == "__main__":
    asyncio.run(main())
