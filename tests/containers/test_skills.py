"""Skills in containers: whose they are, where they lie, and what does not fit."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.containers.containers import Containers
from earthshine.containers.schemas import ContainerCreate
from earthshine.database import Database
from earthshine.errors import InvalidRequest, NotFound
from earthshine.sandboxes.base import Command
from earthshine.server import create_app
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.skills.bundle import MOST_UPLOAD, read_bundle
from earthshine.skills.store import Skills

WHO, OTHER = Caller("key", "default"), Caller("key", "other")


@pytest.fixture(scope="module")
async def services(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Services]:
    """An installation whose containers hold little."""
    folder = tmp_path_factory.mktemp("skills")
    app = create_app(Settings(data=folder / "data", scripted=True, embedded_model=False, container_disk=1))
    async with app.router.lifespan_context(app):
        yield app.state.services


def packed(name: str, size: int = 10) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/SKILL.md", f"---\nname: {name}\ndescription: Does it.\n---\n")
        entry = zipfile.ZipInfo(f"{name}/bin/do")
        entry.external_attr = 0o100755 << 16
        archive.writestr(entry, "#!/bin/sh\necho done\n")
        archive.writestr(f"{name}/data", b"0" * size)
    return file.getvalue()


async def stored(services: Services, name: str, size: int = 10) -> str:
    skills = services.get(Skills)
    async with skills.blobs.incoming(MOST_UPLOAD) as incoming:
        await incoming.write(packed(name, size))
        await incoming.finish()
        bundle = read_bundle(incoming.part)
        await skills.blobs.keep(incoming)
        async with services.get(Database).write() as connection:
            return (await skills.create(connection, incoming, Owner.of(WHO), bundle))["id"]


def wanting(*ids: str, **more: Any) -> ContainerCreate:
    skills = [{"type": "skill_reference", "skill_id": each, **more} for each in ids]
    return ContainerCreate.model_validate({"name": "c", "skills": skills})


async def test_files_can_be_run_and_read_by_code(services: Services) -> None:
    containers, skill = services.get(Containers), await stored(services, "worker")
    for version in ({}, {"version": "1"}, {"version": "latest"}):
        row = await containers.create(WHO, wanting(skill, **version))
        done = await containers.run(
            row.id, WHO, Command(["sh", "-c", "skills/worker/bin/do; wc -c < skills/worker/data"])
        )
        assert done.stdout == b"done\n10\n", done
        assert [(each["path"], each["source"]) for each in row.skills] == [("skills/worker", f"{skill}/1")]
    await services.get(Skills).delete(skill, "default")
    # What was put into a container stays there.
    assert (await containers.run(row.id, WHO, Command(["skills/worker/bin/do"]))).stdout == b"done\n"


async def test_nobody_gets_a_skill_of_another_project(services: Services) -> None:
    containers, skill = services.get(Containers), await stored(services, "private")
    for body in (wanting(skill), wanting(skill, version="1")):
        with pytest.raises(NotFound) as caught:
            await containers.create(OTHER, body)
        assert caught.value.param == "skills[0]"
    with pytest.raises(NotFound):
        await containers.create(WHO, wanting(skill, version="2"))


async def test_what_does_not_fit_leaves_nothing_behind(services: Services) -> None:
    containers, large = services.get(Containers), await stored(services, "large", 2 * 2**20)
    small = await stored(services, "small")
    before = set(containers.living.kept())
    with pytest.raises(InvalidRequest, match="more than a container may hold"):
        await containers.create(WHO, wanting(small, large))
    with pytest.raises(InvalidRequest, match="Two of the skills"):
        await containers.create(WHO, wanting(small, small))
    assert set(containers.living.kept()) == before
