"""Models on devices, for real: what is planned beside what the engine allocates, the same words, and devices that go.

    python -m bench.engines.devices PROGRAM [MODEL.gguf ...] [--tokens 50]

PROGRAM is a `llama-server` that reaches a device, such as one of `earthshine engine build vulkan`. Without a GPU,
Mesa's lavapipe is one: a Vulkan device made of the processor (`apt install mesa-vulkan-drivers`, and
`GGML_VK_VISIBLE_DEVICES=0` in the environment, because llama.cpp leaves such devices alone). Ends with 1 when a figure
is over its bound: 10% between plan and log, and 0.9 of the tokens agreed upon.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from earthshine.catalog.card import Card
from earthshine.engines.deltas import Piece
from earthshine.engines.llamacpp.builds.build import Build
from earthshine.engines.llamacpp.builds.measuring import Contest
from earthshine.engines.llamacpp.builds.program import probe
from earthshine.engines.llamacpp.devices.layout import laid_out
from earthshine.engines.llamacpp.engine import LlamaCpp
from earthshine.engines.llamacpp.factory import LlamaCppFactory
from earthshine.engines.llamacpp.plan import ProcessPlan
from earthshine.engines.llamacpp.supervisor import EngineProcess
from earthshine.engines.requests import CompletionRequest, Sampling
from earthshine.errors import EngineFailed
from earthshine.processes.child import children
from earthshine.settings import Settings

MIB = 2**20
_BUFFER = re.compile(r"(\S+) +(model|KV|compute|output) +buffer size = +([\d.]+) MiB")
_PROMPT = "The moon pulls the water of the sea, so that twice a day it comes up the beach. A tide is"
_NEAR = 0.1
_AFTER = 12
"""Tokens that are written after a loss: enough to see that it writes, and where."""


@dataclass
class Verdict:
    """Whether all figures were within their bounds."""

    fine: bool = True

    def note(self, ok: bool, text: str) -> None:
        self.fine = self.fine and ok
        print(f"  {'ok  ' if ok else 'OVER'} {text}", flush=True)


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("models", type=Path, nargs="*", default=[Path(".cache/models/smollm2-135m.gguf")])
    parser.add_argument("--tokens", type=int, default=50)
    parser.add_argument("--context", type=int, default=2048)
    parser.add_argument("--slots", type=int, default=2)
    args = parser.parse_args()
    logging.basicConfig(format="  log: %(message)s", level=logging.WARNING)
    verdict = Verdict()
    with tempfile.TemporaryDirectory() as folder:
        program = _with_switch(args.program.resolve(), Path(folder))
        reached = probe(program).devices
        for device in reached:
            print(f"{device.id}: {device.name}, {device.free // MIB} of {device.memory // MIB} MiB free")
        if not reached:
            print("The program reaches no device: nothing is measured.")
            return 1
        for model in args.models:
            given = {"data": Path(folder), "llama_server": str(program), "context": args.context, "slots": args.slots}
            await _try(
                Card(model.stem, path=model.resolve(), abilities=frozenset({"chat"})), given, args.tokens, verdict
            )
    print("all within bounds" if verdict.fine else "NOT all within bounds")
    return 0 if verdict.fine else 1


async def _try(card: Card, given: Mapping[str, object], tokens: int, verdict: Verdict) -> None:
    print(f"\n{card.name}")
    settings = Settings.model_validate(given)
    program = probe(Path(settings.llama_server))
    first = program.devices[0].id
    whole = laid_out(card, settings, program)
    assert whole.placement is not None and whole.placement.parts, "nothing fits on the device"
    part = whole.placement.parts[0]
    budget = (part.memory - (part.weights + part.cache) // 2) // MIB
    none = {each.id: 0 for each in program.devices}
    ways = {"whole": {}, "half": none | {first: budget}, "processor": none}
    words: dict[str, list[int]] = {}
    for name, budgets in ways.items():
        way = Settings.model_validate({**given, "device_budgets": budgets})
        shape = laid_out(card, way, program)
        assert shape.placement is not None
        print(f" {name}: {shape.placement.placed} of {shape.placement.layers} layers on devices")
        _compare(shape, _allocated(card, shape, way), verdict)
        engine = await LlamaCppFactory()(card, way)
        try:
            begun = time.perf_counter()
            words[name] = await _words(engine, tokens)
            print(f"  {tokens} tokens in {time.perf_counter() - begun:.1f} s")
        finally:
            await engine.close()
    for name in ("whole", "half"):
        way = Settings.model_validate({**given, "device_budgets": ways[name]})
        await _agree(card, way, name, words[name], words["processor"], verdict)
    await _lose(card, settings, min(tokens, _AFTER), words["processor"], verdict)


def _compare(shape: ProcessPlan, allocated: Mapping[str, dict[str, float]], verdict: Verdict) -> None:
    """Print what is planned for each device, beside what the engine's log says."""
    assert shape.placement is not None
    for part in shape.placement.parts:
        said = allocated.get(part.room.told, {})
        planned = {"model": part.weights, "KV": part.cache, "compute": part.compute}
        for kind, size in planned.items():
            print(f"       {part.room.told} {kind}: planned {size / MIB:.1f}, allocated {said.get(kind, 0):.1f} MiB")
        total, real = sum(planned.values()) / MIB, sum(said.values())
        off = total / real - 1 if real else 1
        verdict.note(abs(off) <= _NEAR, f"{part.room.told}: planned {total:.1f}, allocated {real:.1f} MiB ({off:+.1%})")
    told = {part.room.told for part in shape.placement.parts}
    real = sum(size for device, kinds in allocated.items() if device not in told for size in kinds.values())
    print(f"       processor: planned {shape.placement.kept / MIB:.1f}, allocated {real:.1f} MiB")


def _allocated(card: Card, shape: ProcessPlan, settings: Settings) -> dict[str, dict[str, float]]:
    """Start the program as a plan says, and return what its log says that it allocates: MiB by device and kind."""
    process = EngineProcess(card.name, shape, [], lambda: None, probe(Path(settings.llama_server)))
    command = [*process.options()["command"], "--log-verbosity", "4"]
    with tempfile.TemporaryFile("w+b") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            end = time.monotonic() + 300
            while True:
                log.seek(0)
                text = log.read().decode("utf-8", "replace")
                if "listening on" in text or "server is listening" in text:
                    break
                assert child.poll() is None and time.monotonic() < end, f"it does not serve: {text[-2000:]}"
                time.sleep(0.2)
        finally:
            child.kill()
            child.wait()
    asyncio.get_running_loop().create_task(process.close())
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for device, kind, size in _BUFFER.findall(text):
        found[device][kind] += float(size)
    return {device: dict(kinds) for device, kinds in found.items()}


async def _agree(
    card: Card, settings: Settings, name: str, words: list[int], right: list[int], verdict: Verdict
) -> None:
    """Tell whether the same was written; where it was not, whether each token of the processor's may come next."""
    if words == right:
        verdict.note(True, f"{name}: the same {len(right)} tokens as on the processor")
        return
    at = next((place for place, (one, other) in enumerate(zip(words, right, strict=False)) if one != other), 0)
    program = probe(Path(settings.llama_server))
    contest = Contest(card, settings)
    build = Build(settings.llama_server, "device", program.version, program)
    alone = Contest(card, settings.model_copy(update={"device_budgets": {each.id: 0 for each in program.devices}}))
    agreed, of = await contest.agreement(build, await alone.words(build))
    print(f"       {name}: another token from place {at} on: devices round otherwise, so likeliest tokens are compared")
    verdict.note(agreed >= 0.9 * of, f"{name}: {agreed} of the processor's {of} tokens are the likeliest, or nearly")


async def _lose(card: Card, settings: Settings, tokens: int, right: list[int], verdict: Verdict) -> None:
    """Kill the child, then take its device away."""
    switch = Path(settings.llama_server).with_name("gone")
    engine = await LlamaCppFactory()(card, settings)
    try:
        for what in ("killed", "its device taken away"):
            if what != "killed":
                switch.touch()
            placed = sum(share.layers for share in engine.devices)
            begun = time.perf_counter()
            _kill(engine)
            words = await _words_again(engine, tokens)
            now = sum(share.layers for share in engine.devices)
            fine = now == (placed if what == "killed" else 0)
            print(f"  {what}: {now} of {placed} layers on devices after {time.perf_counter() - begun:.1f} s")
            same = sum(one == other for one, other in zip(words, right, strict=False))
            verdict.note(fine and len(words) == tokens, f"{what}: it writes again, {same} of {tokens} tokens as before")
    finally:
        switch.unlink(missing_ok=True)
        await engine.close()


def _kill(engine: LlamaCpp) -> None:
    watcher = engine._supervisor.pid
    assert watcher is not None
    os.kill(children(watcher)[0], signal.SIGKILL)


async def _words_again(engine: LlamaCpp, tokens: int) -> list[int]:
    for _ in range(20):
        try:
            return await _words(engine, tokens)
        except EngineFailed:
            await asyncio.sleep(0.5)
    return []


async def _words(engine: LlamaCpp, tokens: int) -> list[int]:
    request = CompletionRequest(_PROMPT, Sampling(temperature=0, max_tokens=tokens, ignore_eos=True))
    text = ""
    async for batch in engine.complete(request):
        text += "".join(item.text for item in batch if isinstance(item, Piece))
    return (await engine.tokenize(text))[:tokens]


def _with_switch(program: Path, folder: Path) -> Path:
    """Return a program that is this one, until there is a file `gone` beside it: then no driver is found."""
    path = folder / "llama-server"
    hidden = "VK_ICD_FILENAMES=/nonexistent VK_DRIVER_FILES=/nonexistent CUDA_VISIBLE_DEVICES=-1 HIP_VISIBLE_DEVICES=-1"
    path.write_text(f'#!/bin/sh\n[ -e "{folder}/gone" ] && export {hidden}\nexec "{program}" "$@"\n')
    path.chmod(0o755)
    return path


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
