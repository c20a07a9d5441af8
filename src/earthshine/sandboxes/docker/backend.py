"""The backend `docker`: each sandbox is a container of its own, with the same agent and the same walls inside.

The agent reaches the server by a socket that is bound into the container, over which the streams of commands come as
descriptors. So the engine must be on this machine; what it makes is probed before anything is run in it.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from earthshine.sandboxes.base import TRUST, Backend, Sandbox, SandboxRefused, Spec
from earthshine.sandboxes.box import Box
from earthshine.sandboxes.docker.container import AGENT, FOLDER, LABEL, WORKSPACE, Container, described, is_left
from earthshine.sandboxes.docker.engine import Engine
from earthshine.sandboxes.launch import PROGRAMS, Launch, confined_user, give_to_sandbox
from earthshine.sandboxes.layers import beyond, keep_out
from earthshine.sandboxes.probe import probe
from earthshine.sandboxes.seccomp.filter import build_filter, supported
from earthshine.sandboxes.use import processes_of
from earthshine.settings import Settings
from earthshine.tasks import end_tasks

_PREFIX = "earthshine-link-"
_EGRESS = f"{AGENT}/egress"
_START = 30.0
"""Seconds that the agent of a container has to say its first word."""


class Docker(Backend):
    """Asks the engine at `docker_host` for containers of the image `docker_image`."""

    name: ClassVar[str] = "docker"
    network: ClassVar[bool] = True

    def __init__(self, settings: Settings) -> None:
        self._image = settings.docker_image
        self._engine = Engine(settings.docker_host)
        self._data = settings.data.absolute()
        self._user = confined_user()
        self._known = ""
        self._checking = asyncio.Lock()

    async def check(self) -> str:
        async with self._checking:
            if not self._known:
                self._known = await self._looked()
            return self._known

    async def start(self, spec: Spec) -> Sandbox:
        await self.check()
        return await self._start(spec)

    async def _looked(self) -> str:
        if not supported():
            raise SandboxRefused("Sandboxes by Docker run on Linux with x86-64 or AArch64, which this is not.")
        about = await self._engine.about()
        if not self._image or not await self._engine.has_image(self._image):
            raise SandboxRefused(
                f"The container engine has no image {self._image!r}. Pull or import one that has `python3`, and name "
                "it in the setting `docker_image`; none is fetched by itself."
            )
        await self._remove_left()
        fault = await probe(self._start, self._user, self._data if self._data.is_dir() else None)
        if fault is not None:
            raise SandboxRefused(f"The container engine at {self._engine.address} cannot be used: {fault}.")
        parts: list[dict[str, Any]] = about.get("Components") or [{}]
        return f"{parts[0].get('Name', 'Docker')} {about.get('Version', '')} at {self._engine.address}"

    async def _remove_left(self) -> None:
        """Remove the containers of servers that are gone."""
        for each in await self._engine.labelled(LABEL):
            labels: dict[str, Any] = each.get("Labels") or {}
            if is_left(str(labels.get(LABEL, ""))):
                await self._engine.remove(str(each["Id"]))
                folder = Path(str(labels.get(FOLDER, "")))
                if folder.parent == Path(tempfile.gettempdir()) and folder.name.startswith(_PREFIX):
                    _clear(folder)

    async def _start(self, spec: Spec) -> Box:
        if spec.workspace.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(spec.workspace))
        keep_out(self._data, spec.show)
        # A socket's path may have a hundred bytes.
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=_PREFIX))
        link_folder, container = folder / "link", ""
        try:
            link_folder.mkdir(mode=0o700)
            (folder / "nothing" / "fs" / "cgroup").mkdir(parents=True)
            (folder / "nothing").chmod(0)
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
                listener.setblocking(False)
                listener.bind(str(link_folder / "agent"))
                listener.listen(1)
                for each in (link_folder, link_folder / "agent", *((spec.egress,) if spec.egress else ())):
                    give_to_sandbox(each, self._user)
                user = self._user if self._user is not None else os.geteuid()
                container = await self._engine.create(self._body(spec, folder, user))
                await self._engine.start(container)
                link = await self._connected(listener, container)
            (link_folder / "agent").unlink()
            carrier = Container(self._engine, container, await self._engine.pid(container))
            others = await asyncio.to_thread(processes_of, user)
        except BaseException:
            if container:
                with suppress(SandboxRefused):
                    await self._engine.remove(container)
            _clear(folder)
            raise
        return await Box.greeted(spec, _launch(spec, folder), carrier, link, (), orphan=True, others=others)

    def _body(self, spec: Spec, folder: Path, user: int) -> dict[str, object]:
        mounts = [
            (Path(os.path.realpath(spec.workspace)), WORKSPACE, True),
            (PROGRAMS, f"{AGENT}/inside", False),
            (folder / "link", f"{AGENT}/link", False),
            # What is usually in /sys tells of the host's devices and control groups: nobody passes there.
            (folder / "nothing", "/sys", False),
        ]
        if spec.egress is not None:
            mounts.append((spec.egress, _EGRESS, False))
            if spec.trust is not None:
                mounts.append((spec.trust, TRUST, False))
        mounts += [(Path(os.path.realpath(each)), str(each), False) for each in beyond(spec.show, ())]
        group = user if self._user is not None else os.getegid()
        return described(self._image, f"{user}:{group}", spec.limits, mounts, folder)

    async def _connected(self, listener: socket.socket, container: str) -> socket.socket:
        """Wait for the agent. Raises `SandboxRefused` with a container's last words, where it ended instead."""
        loop = asyncio.get_running_loop()
        came = asyncio.ensure_future(loop.sock_accept(listener))
        ended = asyncio.create_task(self._engine.wait(container))
        try:
            await asyncio.wait([came, ended], timeout=_START, return_when=asyncio.FIRST_COMPLETED)
            if came.done():
                link, _ = came.result()
                link.setblocking(False)
                return link
        finally:
            await end_tasks(came, ended)
        words = (await self._engine.last_words(container)).splitlines()
        raise SandboxRefused(f"The sandbox did not start: {words[-1] if words else 'its agent did not answer'}")


def provide(settings: Settings) -> Backend:
    """Return the backend."""
    return Docker(settings)


def _launch(spec: Spec, folder: Path) -> Launch:
    return Launch(
        argv=(),
        inside=WORKSPACE,
        scratch="/tmp",  # noqa: S108  the container's own
        read=["/"],
        write=[WORKSPACE, "/tmp", "/dev"],  # noqa: S108
        filter=build_filter(network=True, paths=True, local=spec.local_sockets),
        scoped=False,
        user=None,
        egress=_EGRESS if spec.egress is not None else None,
        close=lambda: _clear(folder),
    )


def _clear(folder: Path) -> None:
    with suppress(OSError):
        (folder / "nothing").chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
