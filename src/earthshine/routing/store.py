"""Stored deployments: rows with everything that was asked for, their keys encrypted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, delete, func, insert, select, update

from earthshine.accounts import audit
from earthshine.database import Connection, Database
from earthshine.errors import EarthshineError, NotFound
from earthshine.ids import new_id
from earthshine.metering.prices import Price
from earthshine.outbound import check_url
from earthshine.routing.deployment import Deployment, key_prefix
from earthshine.routing.schemas import CreateDeployment, UpdateDeployment
from earthshine.routing.tables import deployments
from earthshine.routing.vault import Vault, drop_old_keys, put_new_key_first

if TYPE_CHECKING:
    from earthshine.accounts.caller import Caller
    from earthshine.settings import Settings


class Deployments:
    """The deployments of one installation that the API or the command line made."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._opened: Vault | None = None

    async def load(self) -> list[Deployment]:
        """Return all. One whose key cannot be decrypted is there too, with its `fault`."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(deployments).order_by(deployments.c.created_at))).all()
        return [self._deployment(row) for row in rows]

    async def version(self) -> tuple[int, int]:
        """Return something that differs after each change."""
        query = select(func.count(deployments.c.id), func.coalesce(func.max(deployments.c.updated_at), 0))
        async with self._database.read() as connection:
            count, last = (await connection.execute(query)).one()
        return int(count), int(last)

    async def get(self, deployment_id: str) -> Deployment:
        """Return one. Raises `NotFound`."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(deployments).where(deployments.c.id == deployment_id))).first()
        if row is None:
            raise NotFound(f"There is no stored deployment {deployment_id[:80]!r}.", param="deployment_id")
        return self._deployment(row)

    async def add(self, caller: Caller, wanted: CreateDeployment) -> Deployment:
        """Store a new one. Raises a 400 for an address or price that cannot be."""
        spec = wanted.spec()
        self._check(spec)
        now, key = time.time(), wanted.api_key or ""
        deployment_id = new_id("dep")
        row = {
            "id": deployment_id,
            "model": wanted.model,
            "spec": spec,
            "secret": self._vault.close(key) if key else "",
            "secret_prefix": key_prefix(key),
            "created_at": int(now),
            "updated_at": int(now * 1e6),
        }
        async with self._database.write() as connection:
            await connection.execute(insert(deployments).values(row))
            await _audit(connection, caller, "deployment.created", deployment_id, {"data": _shown(spec)})
        return await self.get(deployment_id)

    async def change(self, caller: Caller, deployment_id: str, wanted: UpdateDeployment) -> Deployment:
        """Change what is given. Raises `NotFound`, and a 400 as `add` does."""
        given = wanted.spec()
        given.pop("remove", None)
        changed: dict[str, Any] = {}
        if wanted.api_key is not None or "api_key" in wanted.remove:
            key = "" if "api_key" in wanted.remove else wanted.api_key or ""
            changed = {"secret": self._vault.close(key) if key else "", "secret_prefix": key_prefix(key)}
        async with self._database.write() as connection:
            row = (await connection.execute(select(deployments).where(deployments.c.id == deployment_id))).first()
            if row is None:
                raise NotFound(f"There is no stored deployment {deployment_id[:80]!r}.", param="deployment_id")
            spec = {name: value for name, value in {**row.spec, **given}.items() if name not in wanted.remove}
            self._check(spec)
            if "base_url" in given and given["base_url"] != row.spec.get("base_url") and row.secret and not changed:
                # The old key must not be sent to a new address by somebody who was never shown it.
                changed = {"secret": "", "secret_prefix": ""}
            values = {"spec": spec, "updated_at": max(int(time.time() * 1e6), row.updated_at + 1), **changed}
            await connection.execute(update(deployments).where(deployments.c.id == deployment_id).values(values))
            details = {"changes_requested": _shown(given) | ({"api_key": "changed"} if changed else {})}
            await _audit(connection, caller, "deployment.updated", deployment_id, details)
        return await self.get(deployment_id)

    async def remove(self, caller: Caller, deployment_id: str) -> None:
        """Remove one. Raises `NotFound`."""
        async with self._database.write() as connection:
            result = await connection.execute(delete(deployments).where(deployments.c.id == deployment_id))
            if not result.rowcount:
                raise NotFound(f"There is no stored deployment {deployment_id[:80]!r}.", param="deployment_id")
            await _audit(connection, caller, "deployment.deleted", deployment_id, {})

    async def rekey(self, caller: Caller) -> int:
        """Encrypt all keys with a new secret key (or the first of the setting); returns how many.

        Raises `ModelBroken` when one cannot be decrypted; then nothing has changed.
        """
        if not self._settings.secret_key:
            put_new_key_first(self._settings)
        self._opened = None
        vault = self._vault
        async with self._database.write() as connection:
            rows = (await connection.execute(select(deployments).where(deployments.c.secret != ""))).all()
            for row in rows:
                sealed = vault.close(vault.reveal(row.secret))
                values = {"secret": sealed, "updated_at": row.updated_at + 1}
                await connection.execute(update(deployments).where(deployments.c.id == row.id).values(values))
            await _audit(connection, caller, "deployment.rekeyed", "", {"count": len(rows)})
        if not self._settings.secret_key:
            drop_old_keys(self._settings)
            self._opened = None
        return len(rows)

    @property
    def _vault(self) -> Vault:
        if self._opened is None:
            self._opened = Vault.open(self._settings)
        return self._opened

    def _check(self, spec: dict[str, Any]) -> None:
        if spec.get("kind") == "upstream":
            check_url(spec["base_url"], private=self._settings.allow_private_upstreams, param="base_url")
        Price.parse(spec.get("price") or {})

    def _deployment(self, row: Row[Any]) -> Deployment:
        spec: dict[str, Any] = dict(row.spec)
        key, fault = "", ""
        try:
            key = self._reveal(row.secret) if row.secret else ""
        except EarthshineError as error:
            fault = error.message
        spec["price"] = Price.parse(spec.get("price") or {})
        spec["abilities"] = tuple(spec.get("abilities") or ())
        fields: dict[str, Any] = {"target": row.model, "kind": "upstream", **spec, "model": row.model}
        return Deployment(
            **fields,
            id=row.id,
            api_key=key,
            key_prefix=row.secret_prefix,
            created_at=row.created_at,
            fault=fault,
        )

    def _reveal(self, secret: str) -> str:
        try:
            return self._vault.reveal(secret)
        except EarthshineError:
            # Another process may have put a new key into the file meanwhile.
            self._opened = None
            return self._vault.reveal(secret)


def _shown(spec: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in spec.items() if name != "api_key"}


async def _audit(connection: Connection, caller: Caller, event: str, subject: str, details: dict[str, Any]) -> None:
    await audit.record(connection, caller, event, {"id": subject, **details})
