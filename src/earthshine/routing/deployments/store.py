"""Stored deployments: rows with everything that was asked for, and their keys, encrypted.

Deployments that were made together share one key: a new one that is given to any of them holds for all.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, delete, func, insert, select, update

from earthshine.accounts.audit import trail
from earthshine.database import Connection, Database
from earthshine.errors import EarthshineError, NotFound
from earthshine.ids import new_id
from earthshine.metering.prices.price import Price
from earthshine.outbound import check_url
from earthshine.routing.deployment import Deployment, key_prefix
from earthshine.routing.deployments.private_addresses import PrivateAddresses, read_switch, switch
from earthshine.routing.deployments.schemas import CreateDeployment, UpdateDeployment
from earthshine.routing.deployments.tables import deployment_keys, deployments, switches
from earthshine.sealing import Rekeyed, SecretCipher, rekey

if TYPE_CHECKING:
    from earthshine.accounts.authorization.caller import Caller
    from earthshine.settings import Settings


_WITH_KEYS = select(deployments, deployment_keys.c.secret, deployment_keys.c.secret_prefix).select_from(
    deployments.outerjoin(deployment_keys, deployments.c.key_id == deployment_keys.c.id)
)
_UNUSED_KEYS = delete(deployment_keys).where(
    deployment_keys.c.id.not_in(select(deployments.c.key_id).where(deployments.c.key_id.is_not(None)))
)


class Deployments:
    """The deployments of one installation that the API or the command line made."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    async def load(self) -> list[Deployment]:
        """Return all. One whose key cannot be decrypted is there too, with its `fault`."""
        async with self._database.read() as connection:
            rows = (await connection.execute(_WITH_KEYS.order_by(deployments.c.created_at, deployments.c.id))).all()
            private = await read_switch(connection, self._settings)
        return [self._deployment(row, private) for row in rows]

    async def version(self) -> tuple[int, int, int]:
        """Return something that differs after each change."""
        query = select(func.count(deployments.c.id), func.coalesce(func.max(deployments.c.updated_at), 0))
        async with self._database.read() as connection:
            count, last = (await connection.execute(query)).one()
            switched = await connection.scalar(select(func.coalesce(func.max(switches.c.updated_at), 0)))
        return int(count), int(last), int(switched or 0)

    async def get(self, deployment_id: str) -> Deployment:
        """Return one. Raises `NotFound`."""
        async with self._database.read() as connection:
            row = (await connection.execute(_WITH_KEYS.where(deployments.c.id == deployment_id))).first()
            private = await read_switch(connection, self._settings)
        if row is None:
            raise NotFound(f"There is no stored deployment {deployment_id[:80]!r}.", param="deployment_id")
        return self._deployment(row, private)

    async def private(self) -> PrivateAddresses:
        """Return whether they may be at addresses of this machine and its network."""
        async with self._database.read() as connection:
            return await read_switch(connection, self._settings)

    async def switch_private(self, caller: Caller, *, allowed: bool) -> None:
        """Allow or forbid such addresses. Raises a 409 where the settings decide."""
        async with self._database.write() as connection:
            await switch(connection, self._settings, caller, allowed=allowed)

    async def add(self, caller: Caller, wanted: CreateDeployment) -> Deployment:
        """Store a new one. Raises a 400 for an address or price that cannot be."""
        return (await self.add_all(caller, [wanted], wanted.api_key or ""))[0]

    async def add_all(self, caller: Caller, wanted: Sequence[CreateDeployment], key: str) -> list[Deployment]:
        """Store several that share one key, all or none. Raises a 400 as `add` does."""
        now, key_id = time.time(), new_id("dkey") if key else None
        rows: list[dict[str, Any]] = [
            {
                "id": new_id("dep"),
                "model": each.model,
                "spec": each.spec(),
                "key_id": key_id,
                "created_at": int(now),
                "updated_at": int(now * 1e6),
            }
            for each in wanted
        ]
        async with self._database.write() as connection:
            for row in rows:
                await self._check(connection, row["spec"])
            if key_id is not None:
                await connection.execute(insert(deployment_keys).values(self._sealed(key) | {"id": key_id}))
            await connection.execute(insert(deployments), rows)
            for row in rows:
                await _audit(connection, caller, "deployment.created", row["id"], {"data": _shown(row["spec"])})
        return [await self.get(row["id"]) for row in rows]

    async def change(self, caller: Caller, deployment_id: str, wanted: UpdateDeployment) -> Deployment:
        """Change what is given. Raises `NotFound`, and a 400 as `add` does."""
        given = wanted.spec()
        given.pop("remove", None)
        async with self._database.write() as connection:
            row = (await connection.execute(select(deployments).where(deployments.c.id == deployment_id))).first()
            if row is None:
                raise NotFound(f"There is no stored deployment {deployment_id[:80]!r}.", param="deployment_id")
            spec = {name: value for name, value in {**row.spec, **given}.items() if name not in wanted.remove}
            await self._check(connection, spec)
            now = max(int(time.time() * 1e6), row.updated_at + 1)
            moved = "base_url" in given and given["base_url"] != row.spec.get("base_url")
            key = "" if "api_key" in wanted.remove else wanted.api_key
            # The old key must not be sent to a new address by somebody who was never shown it.
            key_id = None if moved or key == "" else row.key_id
            if key:
                key_id = await self._put_key(connection, key_id, key, now)
            values = {"spec": spec, "updated_at": now, "key_id": key_id}
            await connection.execute(update(deployments).where(deployments.c.id == deployment_id).values(values))
            await connection.execute(_UNUSED_KEYS)
            new_key = {"api_key": "changed"} if key or key_id != row.key_id else {}
            await _audit(
                connection, caller, "deployment.updated", deployment_id, {"changes_requested": _shown(given) | new_key}
            )
        return await self.get(deployment_id)

    async def _put_key(self, connection: Connection, key_id: str | None, key: str, now: int) -> str:
        """Store a key anew, or in the place of one, for all that have that one; return its id."""
        if key_id is None:
            key_id = new_id("dkey")
            await connection.execute(insert(deployment_keys).values(self._sealed(key) | {"id": key_id}))
            return key_id
        sealed = update(deployment_keys).where(deployment_keys.c.id == key_id).values(self._sealed(key))
        await connection.execute(sealed)
        await connection.execute(update(deployments).where(deployments.c.key_id == key_id).values(updated_at=now))
        return key_id

    async def remove(self, caller: Caller, deployment_id: str) -> None:
        """Remove one, and its key if no other has it. Raises `NotFound`."""
        async with self._database.write() as connection:
            result = await connection.execute(delete(deployments).where(deployments.c.id == deployment_id))
            if not result.rowcount:
                raise NotFound(f"There is no stored deployment {deployment_id[:80]!r}.", param="deployment_id")
            await connection.execute(_UNUSED_KEYS)
            await _audit(connection, caller, "deployment.deleted", deployment_id, {})

    async def rekey(self, caller: Caller) -> Rekeyed:
        """Encrypt all secrets of the installation anew, not only ours. Raises what `sealing.rekey` raises."""
        told = await rekey(self._database, self._settings)
        async with self._database.write() as connection:
            touched = update(deployments).where(deployments.c.key_id.is_not(None))
            await connection.execute(touched.values(updated_at=deployments.c.updated_at + 1))
            await _audit(connection, caller, "deployment.rekeyed", "", {"count": told.renewed})
        return told

    def _sealed(self, key: str) -> dict[str, str]:
        return {"secret": SecretCipher.open(self._settings).encrypt(key), "secret_prefix": key_prefix(key)}

    async def _check(self, connection: Connection, spec: dict[str, Any]) -> None:
        if spec.get("kind") == "upstream":
            private = await read_switch(connection, self._settings)
            check_url(spec["base_url"], private=private.allowed, param="base_url")
        Price.parse(spec.get("price") or {})

    def _deployment(self, row: Row[Any], private: PrivateAddresses) -> Deployment:
        spec: dict[str, Any] = dict(row.spec)
        key, fault = "", ""
        try:
            key = SecretCipher.open(self._settings).decrypt(row.secret) if row.secret else ""
        except EarthshineError as error:
            fault = error.message
        spec["price"] = Price.parse(spec.get("price") or {})
        spec["abilities"] = tuple(spec.get("abilities") or ())
        fields: dict[str, Any] = {"target": row.model, "kind": "upstream", **spec, "model": row.model}
        return Deployment(
            **fields,
            id=row.id,
            api_key=key,
            key_prefix=row.secret_prefix or "",
            trusted=private.allowed,
            created_at=row.created_at,
            fault=fault,
        )


def _shown(spec: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in spec.items() if name != "api_key"}


async def _audit(connection: Connection, caller: Caller, event: str, subject: str, details: dict[str, Any]) -> None:
    await trail.record(connection, caller, event, {"id": subject, **details})
