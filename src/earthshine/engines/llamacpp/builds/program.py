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
LIST = "--list-devices"
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
    return Program(path, found[1], options, list_devices(path) if LIST in options else ())


def list_devices(path: Path) -> tuple[ListedDevice, ...]:
    """Ask a program what it can compute on now. Raises `Unavailable`."""
    return read_devices(_ask(path, LIST))


def read_devices(listed: str) -> tuple[ListedDevice, ...]:
    """Read what `--list-devices` prints; a line for each device that is not the processor.

    What has no memory of its own is a library for the processor.
    """
    return tuple(
        ListedDevice(each, name, int(total) * 2**20, int(free) * 2**20)
        for each, name, total, free in _DEVICE.findall(listed)
        if int(total)
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
        # What is placed is fitted; else as many layers go to devices as the program finds room for.
        ("--fit", "on" if program.devices and told["placement"] is None else "off"),
        ("--slots",),
        ("--offline",),
    ]
    for option in optional:
        if option[0] in program.options:
            words += option
    if told["placement"] is not None:
        words += _placed(program, told["placement"])
    elif program.devices and "--fit" not in program.options:
        words += ["--n-gpu-layers", "999"]
    return [str(program.path), *map(str, words)]


def _placed(program: Program, placement: Mapping[str, Any]) -> Sequence[Any]:
    """Return the words that put layers on devices; `--n-gpu-layers` counts what follows the last layer as one."""
    layers: Mapping[str, int] = placement["layers"]
    words: list[Any] = ["--device", ",".join(layers) or "none", "--n-gpu-layers", sum(layers.values())]
    if len(layers) > 1:
        words += ["--tensor-split", ",".join(map(str, layers.values()))]
    if "--mmproj-device" in program.options:
        words += ["--mmproj-device", placement["sees_on"] or "none"]
    elif not placement["sees_on"] and "--no-mmproj-offload" in program.options:
        words.append("--no-mmproj-offload")
    return words


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
