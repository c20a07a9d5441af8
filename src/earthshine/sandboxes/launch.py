"""What a backend says of a sandbox that is to be started: a command line, and what is where inside."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from earthshine.sandboxes.base import PROXY_PORT, Limits, Spec

PROGRAMS = Path(__file__).parent / "inside"
"""The programs that run inside."""
_PYTHON = os.path.realpath(sys.executable)
"""The interpreter that runs the agent; without the packages of an environment."""
NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Launch:
    """How the agent of one sandbox is started."""

    argv: Sequence[str]
    inside: str
    """The workspace, as it is seen inside."""
    scratch: str
    """A folder for temporary files, as it is seen inside."""
    read: Sequence[str]
    write: Sequence[str]
    """What Landlock allows."""
    filter: bytes
    scoped: bool
    """Whether signals and abstract sockets are to be held back by Landlock."""
    user: int | None
    """Who it runs as; None for the server's own user."""
    descriptors: Sequence[int] = ()
    """Passed to the command, and closed here once it has started."""
    egress: str | None = None
    own_scratch: bool = False
    """Whether `scratch` is a folder of the host that was made for this sandbox alone, so that its agent removes it."""
    close: Callable[[], None] = field(default=lambda: None)
    """Removes what it leaves on the host when it has ended."""


def give_to_sandbox(path: Path, user: int | None) -> None:
    """Make a file or folder that belongs to the server writable for sandboxes that run as another user."""
    if user is not None:
        os.chown(path, user, user, follow_symlinks=False)


def agent_command(folder: str) -> list[str]:
    """Return what starts the agent, where the programs are in `folder`/inside."""
    code = f"import sys; sys.path.append({folder!r}); from inside import agent; agent.main()"
    return [_PYTHON, "-I", "-S", "-c", code]


def confined_user() -> int | None:
    """Return the user that sandboxes run as: nobody, where the server is root; None for the server's own."""
    return NOBODY if os.geteuid() == 0 else None


def environment(launch: Launch, python: Sequence[Path]) -> dict[str, str]:
    """Return the variables of each command: the only ones, beside those that it brings."""
    folders = [*(str(each / "bin") for each in python), "/usr/local/bin", "/usr/bin", "/bin"]
    env = {
        "PATH": ":".join(dict.fromkeys(folders)),
        "HOME": launch.inside,
        "TMPDIR": launch.scratch,
        "LANG": "C.UTF-8",
        "USER": "user",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": launch.scratch,
        "OPENBLAS_NUM_THREADS": "2",
        "OMP_NUM_THREADS": "2",
    }
    if launch.egress:
        proxy = f"http://127.0.0.1:{PROXY_PORT}"
        env |= dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), proxy)
    return env


def resource_limits(limits: Limits) -> Mapping[str, int]:
    """Return the kernel's limits for each process."""
    return {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": limits.processor,
        "RLIMIT_DATA": limits.memory,
        "RLIMIT_FSIZE": limits.file,
        "RLIMIT_MEMLOCK": 65_536,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_NPROC": limits.processes,
    }


def plan_of(spec: Spec, launch: Launch, *, orphan: bool, others: int) -> Mapping[str, object]:
    """Return what the agent is told first.

    `orphan`: whether nothing but itself ends what it started. `removes`: a folder that goes with it. `others`:
    processes of the same user beside it.
    """
    return {
        "read": list(launch.read),
        "write": list(launch.write),
        "scoped": launch.scoped,
        "filter": launch.filter.hex(),
        "limits": dict(resource_limits(spec.limits)),
        "egress": launch.egress,
        "port": PROXY_PORT,
        "orphan": orphan,
        "removes": launch.scratch if launch.own_scratch else "",
        "others": others,
        "user": launch.user,
    }
