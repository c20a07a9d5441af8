"""The connectors of one installation."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Row, delete, func, insert, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import WRITING, Owner, Privacy, is_person
from earthshine.connectors.programs import Programs
from earthshine.connectors.schemas import ConnectorCreate, ConnectorFields, ConnectorListQuery, ConnectorUpdate
from earthshine.connectors.servers import SignedInServer
from earthshine.connectors.sign_ins import SignIns
from earthshine.connectors.tables import connectors as table
from earthshine.connectors.tables import sign_ins
from earthshine.database import Database
from earthshine.errors import InvalidRequest, NotFound, PermissionDenied
from earthshine.ids import new_id
from earthshine.sealing import SecretCipher
from earthshine.settings import Settings
from earthshine.tools.mcp.addresses import host_of, may_be_private
from earthshine.tools.mcp.connected import Connected, ConnectorPolicy, ConnectorSource
from earthshine.tools.mcp.filters import ApprovalFilter, ToolFilter
from earthshine.tools.mcp.transport import Endpoint, Server
from earthshine.wire.pagination import page

Json = dict[str, Any]

MOST = 100
"""Connectors of one person, or of a project itself."""
_SECRET = ("headers", "client_secret", "env")
_MAY_RUN = {"operators": "installation.manage", "managers": "project.manage", "members": "project.write"}


class Connectors(ConnectorSource):
    """Rows of connectors, their programs, and who is signed in to them."""

    def __init__(self, settings: Settings, database: Database, programs: Programs) -> None:
        self._settings, self._database, self.programs = settings, database, programs
        self.sign_ins = SignIns(settings, database)
        self.privacy = Privacy(database, table, not_found)

    async def create(self, who: Caller, body: ConnectorCreate) -> Row[Any]:
        """Keep a server. Raises `PermissionDenied`, and `InvalidRequest` for what does not fit or is one too many."""
        owner = Owner.of(who)
        body.check_kind(program=body.command is not None)
        self._check_may_run(who, body.command)
        if body.shared and owner.user:
            _require(who, "project.manage", "Only who manages the project keeps connectors for all of it.")
            owner = Owner(owner.project, "")
        row = {"id": new_id("connector"), "project": owner.project, "user": owner.user, "version": 1}
        row |= {"created_at": int(time.time()), "url": body.url, "command": body.command}
        values = _values(body, set(ConnectorFields.model_fields) | {"name"})
        secrets = {name: getattr(body, name) for name in _SECRET}
        async with self._database.write() as connection:
            counting = select(func.count()).select_from(table).where(owner.owns(table))
            if (await connection.execute(counting)).scalar_one() >= MOST:
                raise InvalidRequest(f"There are {MOST} connectors already. Remove one first.")
            made = insert(table).values(**row, **values, sealed=self._seal(secrets)).returning(*table.c)
            return (await connection.execute(made)).one()

    async def get(self, connector_id: str, who: Caller, act: str = "") -> Row[Any]:
        """Return a connector for whoever may do `act` to it, else read it. Raises `NotFound`, `PermissionDenied`."""
        await (self.privacy.check(connector_id, who, act) if act else self.privacy.check(connector_id, who))
        mine = select(table).where(table.c.id == connector_id, table.c.project == who.project)
        async with self._database.read() as connection:
            found = (await connection.execute(mine)).one_or_none()
        if found is None:
            raise not_found(connector_id)
        return found

    async def page(self, who: Caller, query: ConnectorListQuery) -> tuple[Sequence[Row[Any]], bool]:
        """List the connectors that a caller reaches, and say whether there are more."""
        async with self._database.read() as connection:
            return await page(connection, table, query, Owner.of(who).reaches(table))

    async def signed_in(self, ids: Sequence[str], who: Caller) -> set[str]:
        """Return to which of these connectors the caller, or the project, is signed in."""
        mine = sign_ins.c.user.in_((Owner.of(who).user, ""))
        found = select(sign_ins.c.connector_id).where(
            sign_ins.c.connector_id.in_(ids), mine, sign_ins.c.tokens.is_not(None)
        )
        async with self._database.read() as connection:
            return set((await connection.execute(found)).scalars())

    async def update(self, connector_id: str, who: Caller, body: ConnectorUpdate) -> Row[Any]:
        """Change what a request names. Raises what `get` and `create` raise."""
        row = await self.get(connector_id, who, WRITING)
        given = set(body.model_fields_set)
        body.check_kind(program=row.command is not None)
        if given & ({"command"} if row.command is None else {"url"}):
            raise InvalidRequest("A connector stays what it is, an address or a program. Make another one.")
        if row.command is not None:
            self._check_may_run(who, row.command)
        secrets: Json = self.secrets(row)
        if "url" in given and body.url != row.url:
            # What was meant for one server is not sent to another.
            secrets |= {"headers": {}, "client_secret": None}
            given |= {"headers", "client_id"}
            await self.sign_ins.end(connector_id)
        secrets |= {name: getattr(body, name) for name in body.model_fields_set & set(_SECRET)}
        values = {**_values(body, given), "sealed": self._seal(secrets), "version": row.version + 1}
        async with self._database.write() as connection:
            changed = update(table).where(table.c.id == connector_id).values(values).returning(*table.c)
            found = (await connection.execute(changed)).one_or_none()
        await self.programs.end(connector_id)
        if found is None:
            raise not_found(connector_id)
        return found

    async def delete(self, connector_id: str, who: Caller) -> None:
        """Remove a connector, with sign-ins and files. Raises `NotFound`."""
        await self.get(connector_id, who, "resource.deleted")
        async with self._database.write() as connection:
            await connection.execute(delete(table).where(table.c.id == connector_id))
        await self.programs.remove(connector_id)

    async def erase(self, user: str) -> None:
        """Remove the connectors and sign-ins of a person who was removed; a service account's are the project's."""
        async with self._database.write() as connection:
            await connection.execute(delete(sign_ins).where(sign_ins.c.user == user))
            if is_person(user):
                await connection.execute(delete(table).where(table.c.user == user))

    async def sweep(self) -> None:
        """End programs that rest, and remove what removed connectors left on this machine."""
        await self.programs.rest()
        kept = self.programs.kept()
        async with self._database.read() as connection:
            there = set((await connection.execute(select(table.c.id).where(table.c.id.in_(kept)))).scalars())
        for each in set(kept) - there:
            await self.programs.remove(each)

    # --- use ---------------------------------------------------------------------------------------------------------

    async def connect(self, connector_id: str, who: Caller) -> Connected:
        """Return a connector for its owner, or for all of its project. Raises `NotFound`, `PermissionDenied`."""
        row = await self.get(connector_id, who, WRITING)
        policy = ConnectorPolicy(
            host=host_of(row.url or ""),
            allowed_tools=ToolFilter(tool_names=row.allowed_tools) if row.allowed_tools is not None else None,
            require_approval=ApprovalFilter.model_validate(row.require_approval),
        )
        return Connected(await self._server(row, who), policy)

    async def _server(self, row: Row[Any], who: Caller) -> Server:
        secrets = self.secrets(row)
        if row.command is not None:
            return await self.programs.get(row, secrets["env"])
        user = Owner.of(who).user
        async with self._database.read() as connection:
            mine = select(sign_ins.c.user).where(sign_ins.c.connector_id == row.id, sign_ins.c.user.in_((user, "")))
            users = set((await connection.execute(mine.where(sign_ins.c.tokens.is_not(None)))).scalars())
        whose = "" if user not in users and "" in users else user
        headers = tuple(sorted(secrets["headers"].items()))
        endpoint = Endpoint(row.name, row.url, headers, may_be_private(row.url, self._settings))
        return SignedInServer(endpoint, row.id, row.version, whose, self.sign_ins)

    def secrets(self, row: Row[Any]) -> Json:
        """Return headers, client secret and environment."""
        return orjson.loads(SecretCipher.open(self._settings).decrypt(row.sealed))

    def _seal(self, secrets: Json) -> str:
        return SecretCipher.open(self._settings).encrypt(orjson.dumps(secrets).decode())

    def _check_may_run(self, who: Caller, command: list[str] | None) -> None:
        if command is not None:
            wanted = self._settings.connector_commands
            words = f"Programs of connectors may be kept by {wanted} only: the setting `connector_commands` says so."
            _require(who, _MAY_RUN[wanted], words)


def not_found(connector_id: str) -> NotFound:
    """The error for an id that is unknown, deleted, or another project's."""
    return NotFound(f"No connector with id {connector_id[:100]!r} was found.", param="connector_id")


def _values(body: ConnectorFields, given: set[str]) -> Json:
    """Return the columns of what a request says."""
    dumped = body.model_dump(mode="json", exclude_none=True)
    names = given & {"name", "url", "command", "allowed_domains", "client_id", "allowed_tools", "require_approval"}
    values = {name: dumped.get(name) for name in names}
    for field, column in (("headers", "header_names"), ("env", "env_names")):
        if field in given:
            values[column] = sorted(dumped[field])
    return values


def _require(who: Caller, permission: str, words: str) -> None:
    if permission not in who.permissions:
        raise PermissionDenied(words)
