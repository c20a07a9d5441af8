"""What a container of a sandbox is made of, and its life: the agent is its only program, and ends with its server."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from earthshine.sandboxes.base import Limits
from earthshine.sandboxes.docker.engine import Engine
from earthshine.tasks import end_tasks

Json = dict[str, Any]

LABEL = "earthshine.sandbox"
"""With the server that made it: its pid, and when that began."""
FOLDER = f"{LABEL}.folder"
"""With the folder of the host that is to be removed with it."""
AGENT = "/run/earthshine"
WORKSPACE = "/mnt/data"
_CORES = 2
_OURS = 2**26
"""Bytes of memory beside the limit: the agent's own."""
_FEW = 16
"""Processes beside the limit, likewise."""
_CONNECT = (
    "import os, socket, sys; link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); "
    f"link.connect('{AGENT}/link/agent'); os.dup2(link.fileno(), 0); link.close(); "
    f"sys.path.append('{AGENT}'); from inside import agent; agent.main()"
)


def described(image: str, user: str, limits: Limits, mounts: Sequence[tuple[Path, str, bool]], folder: Path) -> Json:
    """Return the body that makes a container.

    `mounts`: what of the host is where, and whether it may be written; `folder`: what goes with the container.
    """
    scratch = f"rw,nosuid,nodev,size={limits.scratch},mode=1777"
    memory = limits.memory + 2 * limits.scratch + _OURS
    return {
        "Image": image,
        "Entrypoint": ["python3", "-I", "-S", "-c", _CONNECT],
        "Cmd": [],
        "User": user,
        "WorkingDir": "/",
        "Hostname": "sandbox",
        "Labels": {LABEL: living_server(), FOLDER: str(folder)},
        "NetworkDisabled": True,
        "HostConfig": {
            "NetworkMode": "none",
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "SecurityOpt": ["no-new-privileges"],
            "IpcMode": "private",
            "CgroupnsMode": "private",
            "Tmpfs": {"/tmp": scratch},  # noqa: S108  the container's own
            "ShmSize": limits.scratch,
            "Memory": memory,
            "MemorySwap": memory,
            "PidsLimit": limits.processes + _FEW,
            "NanoCpus": min(_CORES, os.cpu_count() or 1) * 10**9,
            "Ulimits": list(_ulimits()),
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}},
            "RestartPolicy": {"Name": "no"},
            "Mounts": [
                {
                    "Type": "bind",
                    "Source": str(source),
                    "Target": target,
                    "ReadOnly": not writable,
                    "BindOptions": {"Propagation": "rprivate"},
                }
                for source, target, writable in mounts
            ],
        },
    }


def _ulimits() -> Iterable[Json]:
    """Yield limits of the agent, no more than the server has: not each engine may raise them."""
    for name, most in (("nofile", 4096), ("core", 0), ("nproc", 2**14)):
        hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        yield {"Name": name, "Soft": value, "Hard": value}


class Container:
    """A container that was started, as the carrier of a `Box`."""

    def __init__(self, engine: Engine, container_id: str, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._engine, self._id = engine, container_id
        self._killed = asyncio.Event()

    def kill(self) -> None:
        """Have it ended by the engine; `wait` for the end."""
        self._killed.set()

    async def wait(self) -> int:
        """Return when it has ended, and is removed."""
        ended = asyncio.create_task(self._engine.wait(self._id))
        killed = asyncio.create_task(self._killed.wait())
        await asyncio.wait([ended, killed], return_when=asyncio.FIRST_COMPLETED)
        await end_tasks(ended, killed)
        if self.returncode is None:
            await self._engine.remove(self._id)
            self.returncode = 0
        return self.returncode


def living_server() -> str:
    """Return what tells this server's process from each that was, and each that will be."""
    return f"{os.getpid()}.{_began(os.getpid())}"


def is_left(label: str) -> bool:
    """Tell whether the server of a label is gone."""
    pid, _, began = label.partition(".")
    return not pid.isdigit() or _began(int(pid)) != began


def _began(pid: int) -> str:
    """Return when a process began, in ticks since the machine did; empty for one that is not there."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
