"""Whether a backend really works here: it starts a sandbox, and looks from inside."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from earthshine.errors import EarthshineError
from earthshine.processes.runtime_folder import RuntimeFolder
from earthshine.sandboxes.base import Command, Sandbox, Spec
from earthshine.sandboxes.launch import give_to_sandbox

_LOOK = (
    "import os,socket\n"
    "open('out','w').write('1')\n"
    "try: socket.create_connection(('192.0.2.1',9),0.2); print('network')\n"
    "except OSError: pass\n"
    "try: os.listdir('/root/.ssh'); print('files')\n"
    "except OSError: pass\n"
)


async def probe(
    start: Callable[[Spec], Awaitable[Sandbox]], user: int | None, within: Path | None = None
) -> str | None:
    """Return what is wrong with a way to start sandboxes, in words; None when it works.

    `within`: the folder in which workspaces will be, where they are seen as they are on the host.
    """
    folder = RuntimeFolder("probe", within or Path(tempfile.gettempdir()))
    try:
        folder.path.chmod(0o711)  # whoever is to run inside must pass, where nothing is mounted
        workspace = folder.path / "workspace"
        workspace.mkdir()
        give_to_sandbox(workspace, user)
        sandbox = None
        try:
            sandbox = await start(Spec(workspace))
            done = await sandbox.run(Command(["python3", "-c", _LOOK], timeout=30))
        except EarthshineError as error:
            return error.message.removeprefix("The sandbox did not start: ")
        finally:
            if sandbox is not None:
                await sandbox.stop()
        if done.code != 0 or not (workspace / "out").exists():
            words = done.stderr.decode(errors="replace").strip().splitlines()
            return f"a command could not be run: {words[-1] if words else done.stopped or done.code}"
        return (
            f"it does not hold: code inside reached the host's {done.stdout.decode().split()[0]}"
            if done.stdout
            else None
        )
    finally:
        folder.remove()
