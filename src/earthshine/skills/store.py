"""The skills of one installation, their versions, and the zip of each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, update

from earthshine.accounts.authorization.ownership import Owner, Privacy, is_person
from earthshine.blobs import Blobs, Incoming
from earthshine.database import Connection, Database
from earthshine.errors import InvalidRequest, NotFound
from earthshine.ids import new_id
from earthshine.skills.bundle import Bundle, unpack
from earthshine.skills.objects import Skill, SkillVersion
from earthshine.skills.schemas import SkillListQuery
from earthshine.skills.tables import skill_versions as versions
from earthshine.skills.tables import skills as table

MOST_VERSIONS = 1000
"""Versions that a skill may have at a time."""
VERSION_ID = "skillver"
"""What the id of a version begins with."""
_AT_ONCE = 20


class Skills:
    """Rows of skills, and their bytes. What a skill says of itself is what its default version says."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database, self.blobs = database, blobs
        self.privacy = Privacy(database, table, not_found)

    async def create(self, connection: Connection, incoming: Incoming, owner: Owner, bundle: Bundle) -> Skill:
        """Make a skill whose first version is a zip that is kept, in the caller's transaction."""
        now, skill_id = int(time.time()), new_id("skill")
        row = {"id": skill_id, "project": owner.project, "user": owner.user, "created_at": now}
        await connection.execute(insert(table).values(**row, default_version=1, versions_made=1))
        await self._add(connection, incoming, owner.project, skill_id, 1, bundle)
        return await self._skill(connection, skill_id, owner.project)

    async def add_version(
        self, connection: Connection, incoming: Incoming, skill_id: str, project: str, bundle: Bundle, *, default: bool
    ) -> SkillVersion:
        """Add a version, in the caller's transaction. Raises `NotFound`, and `InvalidRequest` for one too many."""
        count = update(table).where(table.c.id == skill_id, table.c.project == project)
        count = count.values(versions_made=table.c.versions_made + 1).returning(table.c.versions_made)
        number = (await connection.execute(count)).scalar()
        if number is None:
            raise not_found(skill_id)
        counting = select(func.count()).select_from(versions).where(versions.c.skill_id == skill_id)
        if (await connection.execute(counting)).scalar_one() >= MOST_VERSIONS:
            raise InvalidRequest(f"A skill may have {MOST_VERSIONS} versions. Remove old ones first.", param="skill_id")
        made = await self._add(connection, incoming, project, skill_id, number, bundle)
        if default:
            await connection.execute(update(table).where(table.c.id == skill_id).values(default_version=number))
        return made

    async def get(self, skill_id: str, project: str) -> Skill:
        """Return a skill. Raises `NotFound`."""
        async with self._database.read() as connection:
            return await self._skill(connection, skill_id, project)

    async def page(self, owner: Owner, query: SkillListQuery) -> tuple[list[Skill], bool]:
        """List the skills that this owner reaches, by the time of their making, and say whether there are more."""
        rows = _described().where(owner.reaches(table))
        if query.after is not None:
            rows = rows.where(table.c.id > query.after if query.order == "asc" else table.c.id < query.after)
        rows = rows.order_by(table.c.id if query.order == "asc" else table.c.id.desc()).limit(query.limit + 1)
        async with self._database.read() as connection:
            found = (await connection.execute(rows)).all()
        return [_skill_object(row) for row in found[: query.limit]], len(found) > query.limit

    async def set_default(self, skill_id: str, project: str, version: str) -> Skill:
        """Let a version be the default one. Raises `NotFound`."""
        async with self._database.write() as connection:
            found = await self._version(connection, skill_id, project, version)
            await connection.execute(update(table).where(table.c.id == skill_id).values(default_version=found.version))
            return await self._skill(connection, skill_id, project)

    async def delete(self, skill_id: str, project: str) -> None:
        """Remove a skill, its versions and their bytes. Raises `NotFound`."""
        if await self._remove((table.c.id == skill_id) & (table.c.project == project)) == 0:
            raise not_found(skill_id)

    async def erase(self, user: str) -> None:
        """Remove all skills of a person who was removed; a service account's are the project's."""
        if is_person(user):
            while await self._remove(table.c.user == user):
                pass

    async def version(self, skill_id: str, project: str, version: str = "") -> SkillVersion:
        """Return a version, by its number, its id or `latest`; the default one without either. Raises `NotFound`."""
        async with self._database.read() as connection:
            return _version_object(await self._version(connection, skill_id, project, version))

    async def version_page(self, skill_id: str, project: str, query: SkillListQuery) -> tuple[list[SkillVersion], bool]:
        """List a skill's versions by their numbers, and say whether there are more. Raises `NotFound`."""
        rows = select(versions).where(versions.c.skill_id == skill_id)
        async with self._database.read() as connection:
            await self._skill(connection, skill_id, project)
            if query.after is not None:
                last = select(versions.c.version).where(versions.c.skill_id == skill_id, versions.c.id == query.after)
                after = (await connection.execute(last)).scalar()
                if after is None:
                    raise NotFound(f"No version with id {query.after[:100]!r} was found.", param="after")
                rows = rows.where(versions.c.version > after if query.order == "asc" else versions.c.version < after)
            rows = rows.order_by(versions.c.version if query.order == "asc" else versions.c.version.desc())
            found = (await connection.execute(rows.limit(query.limit + 1))).all()
        return [_version_object(row) for row in found[: query.limit]], len(found) > query.limit

    async def delete_version(self, skill_id: str, project: str, version: str) -> SkillVersion:
        """Remove a version. Raises `NotFound`, and `InvalidRequest` for the default one, which somebody may want."""
        async with self._database.write() as connection:
            # Kept as it is until the end, so that nobody makes this version the default one meanwhile.
            held = select(table.c.default_version).where(table.c.id == skill_id, table.c.project == project)
            default = (await connection.execute(held.with_for_update())).scalar()
            found = await self._version(connection, skill_id, project, version)
            if found.version == default:
                raise InvalidRequest(
                    f"Version {found.version} is the default one. Make another version the default first, or remove "
                    "the whole skill.",
                    param="version",
                )
            await self.blobs.release(connection, [found.id])
            await connection.execute(delete(versions).where(versions.c.id == found.id))
        self.blobs.tidy()
        return _version_object(found)

    async def unpack(self, version_id: str, into: Path) -> None:
        """Write the files of a version into a new folder. Raises `NotFound` for one that was removed meanwhile."""
        async with self._database.read() as connection:
            query = select(versions.c.root).where(versions.c.id == version_id)
            root = (await connection.execute(query)).scalar()
        if root is None:
            raise NotFound("A version of a skill was removed while it was asked for.", param="skills")
        async with self.blobs.as_file(await self.blobs.find(version_id)) as source:
            await asyncio.to_thread(unpack, source, root, into)

    async def _add(
        self, connection: Connection, incoming: Incoming, project: str, skill_id: str, number: int, bundle: Bundle
    ) -> SkillVersion:
        row: dict[str, Any] = {
            "id": new_id(VERSION_ID),
            "skill_id": skill_id,
            "version": number,
            "created_at": int(time.time()),
            "name": bundle.manifest.name,
            "description": bundle.manifest.description,
            "root": bundle.root,
        }
        await self.blobs.hold(connection, incoming, row["id"], project)
        return _version_object((await connection.execute(insert(versions).values(row).returning(*versions.c))).one())

    async def _skill(self, connection: Connection, skill_id: str, project: str) -> Skill:
        mine = _described().where(table.c.id == skill_id, table.c.project == project)
        found = (await connection.execute(mine)).one_or_none()
        if found is None:
            raise not_found(skill_id)
        return _skill_object(found)

    async def _version(self, connection: Connection, skill_id: str, project: str, version: str) -> Row[Any]:
        rows = select(versions).join(table).where(table.c.id == skill_id, table.c.project == project)
        if version == "latest":
            rows = rows.order_by(versions.c.version.desc()).limit(1)
        elif version.startswith(VERSION_ID):
            rows = rows.where(versions.c.id == version)
        elif version:
            number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
            rows = rows.where(versions.c.version == number)
        else:
            rows = rows.where(versions.c.version == table.c.default_version)
        found = (await connection.execute(rows)).one_or_none()
        if found is None:
            await self._skill(connection, skill_id, project)
            raise NotFound(f"The skill {skill_id[:100]!r} has no version {version[:20]!r}.", param="version")
        return found

    async def _remove(self, which: Any) -> int:
        async with self._database.write() as connection:
            query = select(table.c.id).where(which).order_by(table.c.id).limit(_AT_ONCE).with_for_update()
            ids: Sequence[str] = list(await connection.scalars(query))
            if ids:
                theirs = select(versions.c.id).where(versions.c.skill_id.in_(ids))
                await self.blobs.release(connection, list(await connection.scalars(theirs)))
                await connection.execute(delete(versions).where(versions.c.skill_id.in_(ids)))
                await connection.execute(delete(table).where(table.c.id.in_(ids)))
        self.blobs.tidy()
        return len(ids)


def not_found(skill_id: str) -> NotFound:
    """The error for an id that is unknown, deleted, or another project's."""
    return NotFound(f"No skill with id {skill_id[:100]!r} was found.", param="skill_id")


def _described() -> Select[Any]:
    """Return the query of skills, each with what its default version says and its latest version's number."""
    every = versions.alias("every")
    latest = select(func.max(every.c.version)).where(every.c.skill_id == table.c.id).correlate(table).scalar_subquery()
    default = (versions.c.skill_id == table.c.id) & (versions.c.version == table.c.default_version)
    said = (versions.c.name, versions.c.description, latest.label("latest_version"))
    return select(*table.c, *said).select_from(table.join(versions, default))


def _skill_object(row: Row[Any]) -> Skill:
    return {
        "id": row.id,
        "object": "skill",
        "created_at": row.created_at,
        "name": row.name,
        "description": row.description,
        "default_version": str(row.default_version),
        "latest_version": str(row.latest_version),
    }


def _version_object(row: Row[Any]) -> SkillVersion:
    return {
        "id": row.id,
        "object": "skill.version",
        "created_at": row.created_at,
        "skill_id": row.skill_id,
        "version": str(row.version),
        "name": row.name,
        "description": row.description,
    }
