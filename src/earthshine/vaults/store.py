"""The vaults of one installation, and their credentials; secrets are encrypted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, Table, delete, false, func, insert, select, update

from earthshine.accounts.authorization.ownership import Owner, Privacy, is_person
from earthshine.database import Connection, Database
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.ids import new_id
from earthshine.sealing import SecretCipher
from earthshine.settings import Settings
from earthshine.vaults.objects import Credential, Vault, credential_object, vault_object
from earthshine.vaults.rotation import rotated
from earthshine.vaults.schemas import CredentialCreate, CredentialUpdate, VaultCreate, VaultListQuery, VaultUpdate
from earthshine.vaults.tables import vault_credentials as credentials
from earthshine.vaults.tables import vaults as table
from earthshine.wire.pagination import page

MOST_CREDENTIALS = 200
"""Credentials of one vault."""


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """A credential with its secrets."""

    id: str
    auth: dict[str, Any]
    secrets: dict[str, str]


class Vaults:
    """Rows of vaults and credentials."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings
        self.privacy = Privacy(database, table, vault_not_found)

    # --- vaults ------------------------------------------------------------------------------------------------------

    async def create(self, owner: Owner, body: VaultCreate) -> Vault:
        """Make a vault without credentials."""
        row = {"id": new_id("vault"), "project": owner.project, "user": owner.user, "created_at": int(time.time())}
        made = insert(table).values(**row, name=body.name, metadata=body.metadata).returning(*table.c)
        async with self._database.write() as connection:
            return vault_object((await connection.execute(made)).one())

    async def get(self, vault_id: str, project: str) -> Vault:
        """Return a vault. Raises `NotFound`."""
        async with self._database.read() as connection:
            return vault_object(await _vault(connection, vault_id, project))

    async def list(self, owner: Owner, query: VaultListQuery) -> tuple[list[Vault], bool]:
        """List the vaults that this owner reaches, and say whether there are more."""
        async with self._database.read() as connection:
            rows, more = await page(connection, table, query, owner.reaches(table), *_matching(table, query))
        return [vault_object(row) for row in rows], more

    async def update(self, vault_id: str, project: str, body: VaultUpdate) -> Vault:
        """Change what is given. Raises `NotFound`."""
        changes: dict[str, Any] = {}
        if "name" in body.model_fields_set:
            changes["name"] = body.name
        if body.metadata is not None:
            changes["metadata"] = body.metadata
        async with self._database.write() as connection:
            if changes:
                mine = (table.c.id == vault_id) & (table.c.project == project)
                await connection.execute(update(table).where(mine).values(changes))
            return vault_object(await _vault(connection, vault_id, project))

    async def delete(self, vault_id: str, project: str) -> None:
        """Remove a vault with its credentials. Raises `NotFound`."""
        async with self._database.write() as connection:
            await _vault(connection, vault_id, project)
            await connection.execute(delete(credentials).where(credentials.c.vault_id == vault_id))
            await connection.execute(delete(table).where(table.c.id == vault_id))

    async def erase(self, user: str) -> None:
        """Remove all vaults of a person who was removed; a service account's are the project's."""
        if is_person(user):
            theirs = select(table.c.id).where(table.c.user == user)
            async with self._database.write() as connection:
                await connection.execute(delete(credentials).where(credentials.c.vault_id.in_(theirs)))
                await connection.execute(delete(table).where(table.c.user == user))

    # --- credentials -------------------------------------------------------------------------------------------------

    async def add(self, vault_id: str, project: str, body: CredentialCreate) -> Credential:
        """Store a credential. Raises `NotFound`; `InvalidRequest` for one too many; `Unavailable` without a key."""
        now = int(time.time())
        row: dict[str, Any] = {
            "id": new_id("vcred"),
            "vault_id": vault_id,
            "created_at": now,
            "updated_at": now,
            "name": body.name,
            "metadata": body.metadata,
            "auth": body.auth.told(),
            "secret": self._seal(body.auth.secrets()),
        }
        async with self._database.write() as connection:
            await _vault(connection, vault_id, project, lock=True)
            await _check_free(connection, row)
            made = insert(credentials).values(row).returning(*credentials.c)
            return credential_object((await connection.execute(made)).one())

    async def credential(self, vault_id: str, credential_id: str, project: str) -> Credential:
        """Return what is told of a credential. Raises `NotFound`."""
        async with self._database.read() as connection:
            return credential_object(await _credential(connection, vault_id, credential_id, project))

    async def list_credentials(
        self, vault_id: str, project: str, query: VaultListQuery
    ) -> tuple[list[Credential], bool]:
        """List a vault's credentials, and say whether there are more. Raises `NotFound`."""
        async with self._database.read() as connection:
            await _vault(connection, vault_id, project)
            inside = credentials.c.vault_id == vault_id
            rows, more = await page(connection, credentials, query, inside, *_matching(credentials, query))
        return [credential_object(row) for row in rows], more

    async def update_credential(
        self, vault_id: str, credential_id: str, project: str, body: CredentialUpdate
    ) -> Credential:
        """Put new secrets in the place of old ones, and change what else is given. Raises what `rotated` raises."""
        changes: dict[str, Any] = {}
        if body.metadata is not None:
            changes["metadata"] = body.metadata
        async with self._database.write() as connection:
            row = await _credential(connection, vault_id, credential_id, project, lock=True)
            if body.auth is not None:
                told, secrets = rotated(row.auth, self._open(row.secret), body.auth)
                changes |= {"auth": told, "secret": self._seal(secrets)}
            if changes:
                changes["updated_at"] = int(time.time())
                await connection.execute(update(credentials).where(credentials.c.id == row.id).values(changes))
            return credential_object(await _credential(connection, vault_id, credential_id, project))

    async def delete_credential(self, vault_id: str, credential_id: str, project: str) -> None:
        """Remove a credential. Raises `NotFound`."""
        async with self._database.write() as connection:
            row = await _credential(connection, vault_id, credential_id, project)
            await connection.execute(delete(credentials).where(credentials.c.id == row.id))

    async def fitting(self, vault_ids: Sequence[str], project: str, tool: dict[str, Any]) -> StoredCredential | None:
        """Return the credential for an MCP server that an agent's tool names, of some vaults; None where there is none.

        That is the credential that the tool says, or the only one for the server's address. Raises `InvalidRequest`
        for a credential that is not there, and where two would do.
        """
        url, wanted = tool["transport"].get("server_url"), tool["credential_id"]
        inside = credentials.c.vault_id.in_(
            select(table.c.id).where(table.c.project == project, table.c.id.in_(vault_ids))
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(select(credentials).where(inside))).all()
        fitting = [row for row in rows if row.auth.get("mcp_server_url") == url and wanted in (None, row.id)]
        label = tool["server_label"]
        if wanted is not None and not fitting:
            raise InvalidRequest(f"No vault of the session has the credential {wanted!r} for the server {label!r}.")
        if len(fitting) > 1:
            raise InvalidRequest(
                f"Several credentials fit the server {label!r}; say which by the tool's `credential_id`."
            )
        if not fitting:
            return None
        return StoredCredential(fitting[0].id, fitting[0].auth, self._open(fitting[0].secret))

    async def renew(self, credential_id: str, auth: dict[str, Any], secrets: dict[str, str]) -> None:
        """Put what an authorization server gave in the place of what a credential had."""
        changes = {"auth": auth, "secret": self._seal(secrets), "updated_at": int(time.time())}
        async with self._database.write() as connection:
            await connection.execute(update(credentials).where(credentials.c.id == credential_id).values(changes))

    async def variables(self, vault_ids: Sequence[str], project: str) -> list[tuple[dict[str, Any], str]]:
        """Return the credentials of some vaults that are variables of an environment: what is told, and the secret."""
        inside = credentials.c.vault_id.in_(
            select(table.c.id).where(table.c.project == project, table.c.id.in_(vault_ids))
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(select(credentials).where(inside).order_by(credentials.c.id))).all()
        found = [row for row in rows if row.auth["type"] == "environment_variable"]
        return [(row.auth, self._open(row.secret)["secret_value"]) for row in found]

    def _seal(self, secrets: dict[str, str]) -> str:
        return SecretCipher.open(self._settings).encrypt(orjson.dumps(secrets).decode())

    def _open(self, sealed: str) -> dict[str, str]:
        return orjson.loads(SecretCipher.open(self._settings).decrypt(sealed))


def vault_not_found(vault_id: str) -> NotFound:
    """The error for an id that is unknown, removed, or another project's."""
    return NotFound(f"No vault with id {vault_id[:100]!r} was found.", param="vault_id")


async def _vault(connection: Connection, vault_id: str, project: str, *, lock: bool = False) -> Row[Any]:
    mine = select(table).where(table.c.id == vault_id, table.c.project == project)
    found = (await connection.execute(mine.with_for_update() if lock else mine)).one_or_none()
    if found is None:
        raise vault_not_found(vault_id)
    return found


async def _credential(
    connection: Connection, vault_id: str, credential_id: str, project: str, *, lock: bool = False
) -> Row[Any]:
    await _vault(connection, vault_id, project)
    mine = select(credentials).where(credentials.c.id == credential_id, credentials.c.vault_id == vault_id)
    found = (await connection.execute(mine.with_for_update() if lock else mine)).one_or_none()
    if found is None:
        raise NotFound(f"No credential with id {credential_id[:100]!r} was found.", param="credential_id")
    return found


async def _check_free(connection: Connection, row: dict[str, Any]) -> None:
    """Raise for one credential too many, and for a second one that sets the same variable."""
    inside = credentials.c.vault_id == row["vault_id"]
    if (await connection.execute(select(func.count()).where(inside))).scalar_one() >= MOST_CREDENTIALS:
        raise InvalidRequest(f"A vault has {MOST_CREDENTIALS} credentials at most. Make another vault.")
    name = row["auth"].get("secret_name")
    if name is None:
        return
    taken = select(func.count()).where(inside, credentials.c.auth["secret_name"].as_string() == name)
    if (await connection.execute(taken)).scalar_one():
        raise Conflict(
            f"The vault has a credential for the variable {name!r} already. Give that one a new secret, or remove it.",
            param="auth.secret_name",
        )


def _matching(rows: Table, query: VaultListQuery) -> list[ColumnElement[bool]]:
    """Return the conditions of a query: pairs of metadata, and that something is in use, as all that is here is."""
    pairs = [rows.c.metadata[key].as_string() == value for key, value in query.metadata.items()]
    return pairs if "active" in query.status else [*pairs, false()]
