"""Packages of environments: from the operator's wheels, and from an index through a way out that leads there alone."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from earthshine.accounts.authorization.caller import Caller
from earthshine.agents.environments.content.packages import Installer
from earthshine.agents.environments.content.parts import HostedParts
from earthshine.agents.environments.service import Environments
from earthshine.agents.environments.setup import masked
from earthshine.containers.containers import Containers
from earthshine.sandboxes.base import Command
from earthshine.server import create_app
from earthshine.settings import Settings
from tests.containers.test_ways_out import WHEEL, World, tiny_wheel
from tests.egress.test_proxy import far, loopback

WHO = Caller("key", "default")


@asynccontextmanager
async def installation(data: Path, **settings: Any) -> AsyncGenerator[tuple[Environments, Containers]]:
    app = create_app(Settings(data=data / "data", scripted=True, embedded_model=False, **settings))
    async with app.router.lifespan_context(app):
        services = app.state.services
        services.get(Installer).resolver = loopback
        yield services.get(Environments), services.get(Containers)


async def made(environments: Environments, *packages: str) -> Any:
    parts = HostedParts.model_validate({"packages": {"python": list(packages)}})
    row = await environments.create(WHO, parts)
    async with asyncio.timeout(60):
        while (row := await environments.get(row.id, WHO)).status == "pending":
            await asyncio.sleep(0.05)
    return row


async def says(containers: Containers, environment_id: str) -> str:
    done = await containers.run(environment_id, WHO, Command(["python3", "-c", "import tiny; print(tiny.SAYS)"]))
    inside = await containers.python(environment_id, WHO, "import tiny; print(tiny.SAYS)")
    return done.stdout.decode() + inside.output


async def test_wheels_of_the_operator_come_first_and_need_no_network(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / WHEEL).write_bytes(tiny_wheel())
    tmp_path.chmod(0o755)
    for each in tmp_path.parents:
        if str(each).startswith("/tmp/"):
            each.chmod(each.stat().st_mode | 0o011)
    async with installation(tmp_path, environment_wheels=str(tmp_path / "wheels")) as (environments, containers):
        row = await made(environments, "tiny==1.0")
        assert (row.status, row.error) == ("ready", None)
        assert await says(containers, row.id) == "small\nsmall\n"
        row = await made(environments, "other")
        assert row.status == "failed" and "other" in row.error["message"]


async def test_an_index_is_all_that_pip_reaches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://elsewhere.test/simple")
    world, wheel = World(), tiny_wheel()
    link = f'<a href="/{WHEEL}#sha256={hashlib.sha256(wheel).hexdigest()}">{WHEEL}</a>'
    world.pages = {"/simple/tiny/": f"<html><body>{link}</body></html>".encode(), f"/{WHEEL}": wheel}
    async with far(world) as port:
        index = f"http://index.test:{port}/simple"
        async with installation(tmp_path, environment_index=index) as (environments, containers):
            row = await made(environments, "tiny")
            assert (row.status, row.error) == ("ready", None)
            assert await says(containers, row.id) == "small\nsmall\n"
            past = "import urllib.request; urllib.request.urlopen('http://index.test', timeout=3)"
            assert (await containers.run(row.id, WHO, Command(["python3", "-c", past]))).code != 0, "no network later"
            world.pages["/simple/tiny/"] = (
                f'<html><a href="http://files.test:{port}/{WHEEL}">{WHEEL}</a></html>'.encode()
            )
            row = await made(environments, "tiny")
            assert row.status == "failed" and "http:" not in row.error["message"]
    assert not [head for head in world.heads if "elsewhere" in head or "files.test" in head]


async def test_an_environment_that_rests_is_suspended_and_wakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earthshine.containers.living._REST_SECONDS", 0)
    async with installation(tmp_path) as (environments, containers):
        row = await environments.create(WHO, HostedParts())
        await containers.run(row.id, WHO, Command(["bash", "-c", "echo kept > kept"]))
        await containers.sweep()
        assert (await environments.get(row.id, WHO)).status == "suspended"
        assert (await containers.run(row.id, WHO, Command(["cat", "kept"]))).stdout == b"kept\n"
        assert (await environments.get(row.id, WHO)).status == "ready"
        told = [each["status"] for each in await environments.changes(row.id)]
        assert told == ["pending", "ready", "suspended", "ready"]


def test_what_a_command_said_is_told_without_its_words() -> None:
    said = "bash: line 1: unexpected token near `token-1234'\nenv SECRETVALUE"
    assert masked(said, "curl -H 'x: token-1234' ((", ["SECRETVALUE"]) == (
        "bash: line 1: unexpected token near `[...]' env [...]"
    )
