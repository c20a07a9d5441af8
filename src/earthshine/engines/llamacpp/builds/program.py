"""A `llama-server` program: what it says of itself, and how it is told a plan."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earthshine.errors import Unavailable

_PATIENCE = 30.0
"""Seconds for one question; a program that looks for devices takes some."""
_NEEDED = ("--model", "--parallel", "--ctx-size", "--slot-save-path", "--host", "--lora-init-without-apply")
"""What a program must know, or it is too old to be driven."""
_DEVICE = re.compile(r"^\s+(\w+): (.+) \((\d+) MiB, (\d+) MiB free\)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """A device as a program names it. Sizes are bytes."""

    id: str
    """What `--device` wants: `CUDA0`, `Vulkan1`."""
    name: str
    memory: int
    free: int


@dataclass(frozen=True, slots=True)
class Program:
    """What a program said of itself."""

    path: Path
    version: str
    """Its number and commit, such as `11434 (1a2b3c4)`."""
    options: frozenset[str]
    """The names of those that it knows, with their dashes."""
    devices: tuple[ListedDevice, ...] = ()
    """What it can compute on, beside the processor."""

    @property
    def sees(self) -> bool:
        """Whether it takes pictures."""
        return "--mmproj" in self.options


def probe(path: Path) -> Program:
    """Ask a program what it is.

    Raises:
        Unavailable: it does not run here, is none of llama.cpp's, or is too old.
    """
    said = _ask(path, "--version")
    found = re.search(r"version: (\S+ \([0-9a-f]+\)|\S+)", said)
    options = frozenset(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", _ask(path, "--help")))
    if found is None or not options:
        raise Unavailable(f"{path} is no llama-server: asked for its version it said {said.strip()[:200]!r}.")
    if missing := [name for name in _NEEDED if name not in options]:
        raise Unavailable(f"{path} is too old: it does not know {', '.join(missing)}. Take a newer llama.cpp.")
    listed = _ask(path, "--list-devices") if "--list-devices" in options else ""
    return Program(path, found[1], options, read_devices(listed))


def read_devices(listed: str) -> tuple[ListedDevice, ...]:
    """Read what `--list-devices` prints; a line for each device that is not the processor."""
    return tuple(
        ListedDevice(each, name, int(total) * 2**20, int(free) * 2**20)
        for each, name, total, free in _DEVICE.findall(listed)
    )


def command_line(program: Program, told: Mapping[str, Any]) -> list[str]:
    """Return the command that serves a plan; `told` is what `EngineProcess.options` says.

    What a program does not know of the less important is left out: its default then is what it always did.
    """
    words = [
        *("--model", told["model"], "--host", told["socket"], "--slot-save-path", told["prefix_folder"]),
        *("--parallel", told["slots"], "--ctx-size", told["slots"] * told["context"]),
        *("--batch-size", told["batch"], "--ubatch-size", told["batch"]),
        *("--threads", told["threads"], "--threads-batch", told["threads"], "--threads-http", told["slots"] + 8),
        "--lora-init-without-apply",
    ]
    if told["projector"]:
        words += ["--mmproj", told["projector"]]
    for path in told["adapters"]:
        words += ["--lora", path]
    if told["pools"]:
        words.append("--embedding")
        if told["ranks"] or told["chats"]:
            words += ["--pooling", "rank" if told["ranks"] else "mean"]
    optional: list[Sequence[Any]] = [
        ("--no-kv-unified",),
        ("--cache-ram", 0),
        ("--no-ui",) if "--no-ui" in program.options else ("--no-webui",),
        ("--chat-template", "chatml"),
        ("--no-jinja",),
        # As many layers go to devices as fit what is free there now; without a device the plan has fitted all.
        ("--fit", "on" if program.devices else "off"),
        ("--slots",),
        ("--offline",),
    ]
    for option in optional:
        if option[0] in program.options:
            words += option
    if program.devices and "--fit" not in program.options:
        words += ["--n-gpu-layers", "999"]
    return [str(program.path), *map(str, words)]


def _ask(path: Path, *words: str) -> str:
    """Return all that a program says to some words."""
    try:
        done = subprocess.run(  # noqa: S603 (a program that the operator named, or that we made)
            [str(path), *words], capture_output=True, timeout=_PATIENCE, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"{path} does not run here: {error}.") from error
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.returncode:
        ended = f"signal {-done.returncode}" if done.returncode < 0 else f"exit status {done.returncode}"
        raise Unavailable(f"{path} {' '.join(words)} ended with {ended}: {said.strip()[-300:]}")
    return said
