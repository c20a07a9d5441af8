"""What the backend `docker` asks of an engine; conftest.py says how the whole suite runs on a real one."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from earthshine.sandboxes.base import SandboxRefused, Spec
from earthshine.sandboxes.docker.backend import Docker
from earthshine.sandboxes.docker.backend import _launch as launched
from earthshine.sandboxes.docker.container import FOLDER, LABEL, living_server
from earthshine.sandboxes.docker.engine import Engine
from earthshine.sandboxes.launch import plan_of
from earthshine.settings import Settings
from tests.sandboxes.conftest import DOCKER
from tests.sandboxes.fake_engine import FakeEngine


@pytest_asyncio.fixture
async def engine(tmp_path: Path) -> AsyncGenerator[tuple[FakeEngine, str]]:
    fake = FakeEngine()
    async with fake.serve(tmp_path / "engine.sock") as address:
        yield fake, address


def docker(address: str, tmp_path: Path, image: str = "there") -> Docker:
    return Docker(Settings(data=tmp_path / "data", docker_host=address, docker_image=image))


def test_it_is_said_when_no_real_engine_was_there() -> None:
    if not all(DOCKER.values()):
        warnings.warn(
            "NO REAL CONTAINER ENGINE: set TEST_DOCKER_HOST and TEST_DOCKER_IMAGE, or the sandbox `docker` is tested "
            "by its wire protocol alone, and not one way out of it",
            stacklevel=1,
        )


async def test_what_a_container_may_is_said_when_it_is_made(engine: tuple[FakeEngine, str], tmp_path: Path) -> None:
    fake, address = engine
    backend = docker(address, tmp_path)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    sandbox = await backend._start(Spec(workspace, egress=tmp_path / "engine.sock"))
    [body] = fake.made.values()
    host = body["HostConfig"]
    assert (body["Image"], body["NetworkDisabled"], host["NetworkMode"]) == ("there", True, "none")
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["SecurityOpt"]) == (True, ["ALL"], ["no-new-privileges"])
    assert body["User"].split(":")[0] not in ("0", "root")
    assert host["Memory"] == host["MemorySwap"] > Spec(workspace).limits.memory
    assert (host["PidsLimit"], "Privileged" in host, "Devices" in host) == (144, False, False)
    assert {each["Target"]: each["ReadOnly"] for each in host["Mounts"]} == {
        "/mnt/data": False,
        "/run/earthshine/inside": True,
        "/run/earthshine/link": True,
        "/run/earthshine/egress": True,
        "/sys": True,
    }
    await sandbox.stop()
    await sandbox.stop()
    assert (fake.made, fake.removed) == ({}, ["c0"])
    assert not any(Path(each["Source"]).exists() for each in host["Mounts"] if "earthshine-link-" in each["Source"])


async def test_what_a_server_left_that_is_gone_is_removed(engine: tuple[FakeEngine, str], tmp_path: Path) -> None:
    fake, address = engine
    fake.made = {"old": {"Labels": {LABEL: "1.1"}}, "broken": {"Labels": {LABEL: "x"}}, "other": {"Labels": {"a": "b"}}}
    fake.made["mine"] = {"Labels": {LABEL: living_server()}}
    folder, precious = Path(tempfile.mkdtemp(prefix="earthshine-link-")), tmp_path / "earthshine-link-precious"
    (folder / "nothing").mkdir(mode=0)
    precious.mkdir()
    fake.made["old"]["Labels"][FOLDER] = str(folder)
    fake.made["broken"]["Labels"][FOLDER] = str(precious)
    await docker(address, tmp_path)._remove_left()
    assert sorted(fake.removed) == ["broken", "old"]
    assert (folder.exists(), precious.exists()) == (False, True)


async def test_an_agent_that_does_not_start_is_told_with_its_words(
    engine: tuple[FakeEngine, str], tmp_path: Path
) -> None:
    fake, address = engine
    fake.words = "python3: no such module"
    with pytest.raises(SandboxRefused, match="cannot be used: python3: no such module"):
        await docker(address, tmp_path).check()
    assert fake.made == {}


async def test_what_is_missing_is_said(engine: tuple[FakeEngine, str], tmp_path: Path) -> None:
    _, address = engine
    for image in ("", "elsewhere"):
        with pytest.raises(SandboxRefused, match="Pull or import one that has `python3`"):
            await docker(address, tmp_path, image).check()
    with pytest.raises(SandboxRefused, match=r"does not answer .* `docker_host`"):
        await docker(f"unix://{tmp_path}/nobody.sock", tmp_path).check()
    for wrong in ("http://127.0.0.1:1", "unix://run/docker.sock", "", "tcp://"):
        with pytest.raises(SandboxRefused, match="unix:///PATH or tcp://HOST:PORT"):
            Engine(wrong)


def test_its_agent_removes_nothing_that_the_host_might_have_under_that_name(tmp_path: Path) -> None:
    spec = Spec(tmp_path)
    told = plan_of(spec, launched(spec, tmp_path), orphan=True, others=0)
    assert told["removes"] == "", "the /tmp that it writes to is not one that was made for it"
