"""Templates of environments: kept encrypted as a whole, for any part of them may be confidential."""

from __future__ import annotations

import time
from typing import Any

import orjson
from sqlalchemy import Row, delete, insert, select, update

from earthshine.accounts.authorization.ownership import Owner, Privacy, is_person
from earthshine.agents.environments.content.parts import HostedParts
from earthshine.agents.environments.objects import EnvironmentTemplate, domains_of, template_object, template_shown
from earthshine.agents.environments.schemas import TemplateCreate, TemplateListQuery, TemplateUpdate
from earthshine.agents.environments.tables import templates as table
from earthshine.database import Connection, Database
from earthshine.egress.policy import Policy
from earthshine.errors import InvalidRequest, NotFound
from earthshine.ids import new_id
from earthshine.sealing import SecretCipher
from earthshine.settings import Settings
from earthshine.wire.pagination import page

Json = dict[str, Any]


class Templates:
    """Rows of templates."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings
        self.privacy = Privacy(database, table, not_found)

    async def create(self, owner: Owner, body: TemplateCreate) -> EnvironmentTemplate:
        """Keep a template."""
        now = int(time.time())
        row = {"id": new_id("aenvt"), "project": owner.project, "user": owner.user, "created_at": now}
        made = insert(table).values(**row, updated_at=now, name=body.name, **self._columns(body.given()))
        async with self._database.write() as connection:
            return template_object((await connection.execute(made.returning(*table.c))).one())

    async def get(self, template_id: str, project: str) -> EnvironmentTemplate:
        """Return a template. Raises `NotFound`."""
        async with self._database.read() as connection:
            return template_object(await _template(connection, template_id, project))

    async def parts(self, template_id: str, project: str) -> Json:
        """Return all parts of a template. Raises `NotFound`, and `ModelBroken` when no key here fits."""
        async with self._database.read() as connection:
            return self._open(await _template(connection, template_id, project))

    async def list(self, owner: Owner, query: TemplateListQuery) -> tuple[list[EnvironmentTemplate], bool]:
        """List the templates that this owner reaches, and say whether there are more."""
        async with self._database.read() as connection:
            rows, more = await page(connection, table, query, owner.reaches(table))
        return [template_object(row) for row in rows], more

    async def update(self, template_id: str, project: str, body: TemplateUpdate) -> EnvironmentTemplate:
        """Change what is given; environments that were made from it stay as they are. Raises `NotFound`."""
        async with self._database.write() as connection:
            row = await _template(connection, template_id, project, lock=True)
            kept = {name: each for name, each in self._open(row).items() if name not in body.model_fields_set}
            changes = self._columns({**kept, **body.given()})
            if "name" in body.model_fields_set:
                changes["name"] = body.name
            changed = update(table).where(table.c.id == row.id).values(**changes, updated_at=int(time.time()))
            return template_object((await connection.execute(changed.returning(*table.c))).one())

    async def delete(self, template_id: str, project: str) -> None:
        """Remove a template. Raises `NotFound`."""
        async with self._database.write() as connection:
            await _template(connection, template_id, project)
            await connection.execute(delete(table).where(table.c.id == template_id))

    async def erase(self, user: str) -> None:
        """Remove all templates of a person who was removed; a service account's are the project's."""
        if is_person(user):
            async with self._database.write() as connection:
                await connection.execute(delete(table).where(table.c.user == user))

    def _columns(self, parts: Json) -> Json:
        sealed = SecretCipher.open(self._settings).encrypt(orjson.dumps(parts).decode())
        return {"shown": template_shown(parts), "parts": sealed}

    def _open(self, row: Row[Any]) -> Json:
        return orjson.loads(SecretCipher.open(self._settings).decrypt(row.parts))


def over_template(parts: HostedParts, template: Json) -> Json:
    """Return parts with those of a template where they say nothing. Raises `InvalidRequest` for a wider network."""
    given = parts.given()
    if not Policy.allow(domains_of(template)).covers(Policy.allow(domains_of(given))):
        raise InvalidRequest(
            "The template's network is narrower: name only domains that it allows, or leave `network` out.",
            param="environment.network",
        )
    return {**template, **given}


def not_found(template_id: str) -> NotFound:
    """The error for an id that is unknown, removed, or another project's."""
    return NotFound(f"No template with id {template_id[:100]!r} was found.", param="environment_template_id")


async def _template(connection: Connection, template_id: str, project: str, *, lock: bool = False) -> Row[Any]:
    mine = select(table).where(table.c.id == template_id, table.c.project == project)
    found = (await connection.execute(mine.with_for_update() if lock else mine)).one_or_none()
    if found is None:
        raise not_found(template_id)
    return found
