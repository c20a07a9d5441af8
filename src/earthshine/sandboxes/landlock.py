"""Sandboxes by Landlock and the filter of calls alone, where no user namespaces can be had.

Less than bubblewrap gives: there is no network at all, code sees that other processes and files exist, though it can
open none, and cannot change modes or owners of files.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import tempfile
from pathlib import Path
from typing import ClassVar

from earthshine.sandboxes.base import Backend, Sandbox, SandboxRefused, Spec
from earthshine.sandboxes.box import Box
from earthshine.sandboxes.inside.lockdown import landlock_version
from earthshine.sandboxes.launch import PROGRAMS, Launch, agent_command, confined_user, give_to_sandbox
from earthshine.sandboxes.layers import Layers, host_layers, keep_out
from earthshine.sandboxes.probe import probe
from earthshine.sandboxes.seccomp.filter import build_filter, supported
from earthshine.settings import Settings

_NEEDED = 6
"""The version that holds back signals: without them, code could end its keeper."""
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


class LandlockOnly(Backend):
    """Needs Linux 6.12."""

    name: ClassVar[str] = "landlock"
    network: ClassVar[bool] = False

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._layers: Layers | None = None
        self._checking = asyncio.Lock()

    async def check(self) -> str:
        version = landlock_version()
        if not supported() or version < _NEEDED:
            raise SandboxRefused(
                f"Landlock alone holds from version {_NEEDED} on (Linux 6.12, x86-64 or AArch64); here it has "
                + (f"version {version}." if version else "none: perhaps it is not in the kernel's `lsm=` list.")
            )
        async with self._checking:
            if self._layers is None:
                self._layers = await asyncio.to_thread(host_layers, self._settings)
                data = self._settings.data.absolute()
                fault = await probe(self._start, confined_user(), data if data.is_dir() else None)
                if fault is not None:
                    self._layers = None
                    raise SandboxRefused(f"Landlock cannot be used here: {fault}.")
        return f"Landlock {version}, without a network and without namespaces"

    async def start(self, spec: Spec) -> Sandbox:
        await self.check()
        return await self._start(spec)

    async def _start(self, spec: Spec) -> Box:
        if spec.egress is not None or spec.local_sockets:
            # The host's own Unix sockets could be connected to.
            raise SandboxRefused("Without bubblewrap a sandbox has no network. See `earthshine doctor`.")
        keep_out(self._settings.data, spec.show)
        assert self._layers is not None
        return await Box.start(spec, _launch(self._layers, spec), self._layers.python, orphan=True)


def provide(settings: Settings) -> Backend:
    """Return the backend."""
    return LandlockOnly(settings)


def _launch(layers: Layers, spec: Spec) -> Launch:
    if spec.workspace.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(spec.workspace))
    scratch = Path(tempfile.mkdtemp(prefix="earthshine-sandbox-"))
    give_to_sandbox(scratch, confined_user())
    workspace = os.path.realpath(spec.workspace)
    trees = [str(each) for each in (*layers.trees, *spec.show)] + [where for where, _ in layers.links]
    return Launch(
        argv=[*agent_command(str(PROGRAMS.parent)), str(scratch)],
        inside=workspace,
        scratch=str(scratch),
        own_scratch=True,
        read=trees,
        write=[workspace, str(scratch), *_DEVICES],
        filter=build_filter(network=False, paths=False),
        scoped=True,
        user=confined_user(),
        close=lambda: shutil.rmtree(scratch, ignore_errors=True),
    )
