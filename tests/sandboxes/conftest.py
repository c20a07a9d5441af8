"""Each way in which sandboxes are made here, and folders that they may work in."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from earthshine.sandboxes.base import Backend, Sandbox, Spec
from earthshine.sandboxes.bubblewrap import Bubblewrap
from earthshine.sandboxes.docker.backend import Docker
from earthshine.sandboxes.landlock import LandlockOnly
from earthshine.sandboxes.launch import confined_user, give_to_sandbox
from earthshine.settings import Settings

DOCKER = {
    "docker_host": os.environ.get("TEST_DOCKER_HOST", ""),
    "docker_image": os.environ.get("TEST_DOCKER_IMAGE", ""),
}
"""A container engine of this machine, and an image of it, where whoever runs the tests names them."""
BACKENDS = ("bubblewrap", "bubblewrap as an ordinary user", "landlock", *(["docker"] if all(DOCKER.values()) else []))


@pytest.fixture(scope="session")
def ground() -> Generator[Path]:
    """A folder that everybody may pass, as a data directory is, but not look into."""
    folder = Path(tempfile.mkdtemp(prefix="earthshine-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session", params=BACKENDS)
async def backend(request: pytest.FixtureRequest, ground: Path) -> Backend:
    """One way to make sandboxes; a machine that cannot make them so fails here, and says why."""
    settings = Settings(data=ground / "data")
    made: Backend = LandlockOnly(settings) if request.param == "landlock" else Bubblewrap(settings)
    if request.param == "bubblewrap as an ordinary user":
        # What a server that is not root does; as root it is only harder, for root's files are one's own then.
        made = Bubblewrap(settings, user=None)
    if request.param == "docker":
        made = Docker(Settings(data=ground / "data", **DOCKER))
    await made.check()
    return made


def make_workspace(backend: Backend, ground: Path) -> Path:
    """Make an empty workspace."""
    folder = Path(tempfile.mkdtemp(prefix="workspace-", dir=ground))
    give_to_sandbox(folder, user_of(backend))
    return folder


def user_of(backend: Backend) -> int | None:
    """Return whom files of a sandbox belong to; None for this user."""
    return backend._user if isinstance(backend, Bubblewrap) else confined_user()


@pytest.fixture
def workspace(backend: Backend, ground: Path) -> Path:
    """An empty workspace."""
    return make_workspace(backend, ground)


@pytest.fixture
async def sandbox(backend: Backend, workspace: Path) -> AsyncGenerator[Sandbox]:
    """A new sandbox in that workspace."""
    started = await backend.start(Spec(workspace))
    yield started
    await started.stop()


def processes_with(word: str) -> list[int]:
    """Return the processes of this machine whose command line has a word."""
    found: list[int] = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and word.encode() in Path(f"/proc/{name}/cmdline").read_bytes():
                found.append(int(name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]
