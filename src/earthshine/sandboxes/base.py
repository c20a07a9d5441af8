"""The contract of sandboxes. `docs/sandbox.md` says what one holds back, and what it does not.

A backend is an entry point of the group `earthshine.sandboxes`. It starts sandboxes; each has a workspace, a folder of
the host that outlives it, and runs commands. When a command ends, everything that it started has ended too.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from earthshine.errors import EarthshineError, Unavailable

Stopped = Literal["timeout", "memory", "processes", "disk", "files", "sandbox", "connection"]
"""Why a command was ended from outside; `sandbox`: the sandbox itself ended, `connection`: that to another machine."""
Channel = Literal["stdout", "stderr"]

PROXY_PORT = 3128
"""Where, inside, the way out of a sandbox with a network listens, at 127.0.0.1."""
TRUST = "/run/trust.pem"
"""Where, inside, the certificates are that programs are to trust."""


class SandboxEnded(Unavailable):
    """The sandbox is gone, with its processes; its workspace stays. Starting another one is the mend."""

    default_code = "sandbox_ended"


class SandboxRefused(Unavailable):
    """No code can be run safely on this machine; the message says why and how to mend it."""

    default_code = "sandbox_unavailable"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sandbox may take. Sizes are bytes."""

    memory: int = 2**30
    """Of all its processes together; private memory of one process likewise."""
    processor: int = 600
    """Seconds of processor time for one process."""
    processes: int = 128
    """Processes and threads."""
    open_files: int = 1024
    """Descriptors of one process."""
    file: int = 2**30
    """The largest file."""
    disk: int = 2 * 2**30
    """The workspace, with what was deleted and is still open."""
    files: int = 50_000
    """Files and folders of the workspace."""
    scratch: int = 256 * 2**20
    """`/tmp`, and again `/dev/shm`; in memory."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What a sandbox is to be."""

    workspace: Path
    """A folder that is there; what is in it may be hostile."""
    limits: Limits = field(default_factory=Limits)
    egress: Path | None = None
    """The Unix socket of a proxy, which is the only way out; None for no network at all."""
    show: Sequence[Path] = ()
    """More of the host that is seen, read only, at the same place: programs, and nobody's files."""
    local_sockets: bool = False
    """Whether Unix sockets may be made, as browsers do; the only ones to connect to are the sandbox's own."""
    trust: Path | None = None
    """A file of certificates, seen inside as `TRUST`; only with a way out."""
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables of every command, beside those that each sandbox has."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be run."""

    argv: Sequence[str]
    stdin: bytes = b""
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    """Beside the few variables that a sandbox has; nothing of the server's own environment is there."""
    cwd: str = "."
    """Relative to the workspace, or absolute as it is seen inside."""
    timeout: float = 60.0
    """Seconds of wall time, after which it is killed."""
    output: int = 2**20
    """Most bytes that are kept of each channel; the rest is read and counted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command."""

    code: int | None
    """Its exit status, 128 and the signal's number when one ended it; None when it was stopped from outside."""
    stdout: bytes
    stderr: bytes
    dropped: int
    """Bytes of output that were not kept."""
    stopped: Stopped | None
    seconds: float


OnOutput = Callable[[Channel, bytes], None]
"""Hears of output as it comes, no more of it than is kept."""


class Process(ABC):
    """A command that runs."""

    stdin: asyncio.StreamWriter
    stdout: asyncio.StreamReader
    stderr: asyncio.StreamReader
    resting = False
    """Set by whoever spawned it, while it only waits to be asked something: it is watched less closely then."""

    @abstractmethod
    async def wait(self) -> int:
        """Return its exit status, as `Outcome.code` has it. Raises `SandboxEnded`."""

    @abstractmethod
    def kill(self) -> None:
        """Kill it and all that it started; `wait` for the end."""

    @abstractmethod
    def close(self) -> None:
        """Let go of its streams."""


class Sandbox(ABC):
    """One sandbox that was started."""

    inside: str
    """Where the workspace is, as it is seen inside."""
    memory = 0
    """Bytes that all its processes took when it was last looked at."""

    @property
    @abstractmethod
    def ended(self) -> Stopped | None:
        """Why it is gone; None while it lives."""

    @abstractmethod
    async def spawn(self, command: Command) -> Process:
        """Start a command and leave its streams to the caller. Raises `SandboxEnded`, `InvalidRequest`."""

    @abstractmethod
    async def run(self, command: Command, on_output: OnOutput | None = None) -> Outcome:
        """Run a command to its end. Raises `SandboxEnded` when it cannot even begin, `InvalidRequest`."""

    @abstractmethod
    async def stop(self) -> None:
        """End it, with all that runs in it; safe to call twice."""


class Backend(ABC):
    """A way to make sandboxes."""

    name: ClassVar[str]
    network: ClassVar[bool]
    """Whether its sandboxes can have a way out."""

    @abstractmethod
    async def check(self) -> str:
        """Return what it is, in words for an operator. Raises `SandboxRefused` where it cannot be used."""

    @abstractmethod
    async def start(self, spec: Spec) -> Sandbox:
        """Start a sandbox. Raises `EarthshineError`."""


def ended(why: Stopped) -> EarthshineError:
    """Return the error that says why a sandbox is gone."""
    return SandboxEnded(_ENDINGS[why], retry_after=1)


_ENDINGS: Mapping[Stopped, str] = {
    "timeout": "The sandbox took too long and was stopped; its files are kept.",
    "memory": "The sandbox took more memory than it may and was stopped; its files are kept.",
    "processes": "The sandbox started more processes than it may and was stopped; its files are kept.",
    "disk": "The sandbox wrote more than its workspace may hold and was stopped. Delete files before going on.",
    "files": "The sandbox made more files than its workspace may hold and was stopped. Delete some before going on.",
    "connection": "The connection to the machine was lost. Whether what ran there went on, and what it has done, is "
    "not known. Look before you go on.",
    "sandbox": "The sandbox ended unexpectedly; its files are kept. Try again, and a new one is started.",
}
