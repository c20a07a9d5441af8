"""What happens to vector stores beside requests: they expire, are charged for, and are embedded by another model."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import delete, func, literal, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.tables import projects
from earthshine.catalog import DEFAULT_EMBEDDING
from earthshine.database import Database
from earthshine.errors import ModelNotFound
from earthshine.harness.embedder import Embedder
from earthshine.metering.ledger.charges import charged_for
from earthshine.metering.meter import Meter
from earthshine.metering.units import Amount, charge_id
from earthshine.periodic import Periodic
from earthshine.routing.router import Router
from earthshine.runs.records import UNFINISHED, now_ms
from earthshine.runs.store import remove_ended
from earthshine.runs.tables import runs
from earthshine.vector_stores.store import change_some, expire_store
from earthshine.vector_stores.store_files import KIND, Ingestions
from earthshine.vector_stores.tables import removed_passages, vector_store_files, vector_stores

_LOOK_SECONDS = 60.0
_PAGE = 200
"""Files, or stores, that are looked at together."""
_RUNS_KEPT_MS = 3_600_000
"""For so long one can look up how an ingestion or a reading went."""
_DAY = 86_400
_UNIT: Final = "gigabyte_days"
_FEW_REMOVALS = 10_000
"""Removed passages of one store that it is not worth while to forget."""


class Upkeep:
    """Looks after all vector stores of one installation, every so often."""

    def __init__(
        self, database: Database, ingestions: Ingestions, embedder: Embedder, router: Router, meter: Meter
    ) -> None:
        self._database, self._ingestions = database, ingestions
        self._embedder, self._router, self._meter = embedder, router, meter
        self._day = 0
        """The last one that is done with, since 1970 in UTC."""
        self._sweeping = Periodic("looking after vector stores", self.sweep, _LOOK_SECONDS, first=1)

    def start(self) -> None:
        """Begin."""
        self._sweeping.start()

    async def close(self) -> None:
        """Leave what is not done to the next start."""
        await self._sweeping.close()

    async def sweep(self) -> None:
        """Do what is due."""
        now = int(time.time())
        while await change_some(
            self._database, (vector_stores.c.expires_at <= now) & ~vector_stores.c.expired, expire_store
        ):
            pass
        await remove_ended(self._database, (KIND, "reading"), now_ms() - _RUNS_KEPT_MS)
        if self._day != now // _DAY:
            await self._charge(now // _DAY)
            await self._forget_removals()
            self._day = now // _DAY
        await self._embed_again()

    async def _charge(self, day: int) -> None:
        """Charge each store for a day, as large as it is now; those that are charged for it already are left out."""
        stores, files, after = vector_stores, vector_store_files, ""
        size = func.sum(files.c.bytes)
        columns = (stores.c.id, stores.c.project, stores.c.user, projects.c.organization)
        query = (
            select(*columns, size.label("size"))
            .join(files, files.c.vector_store_id == stores.c.id)
            .join(projects, projects.c.id == stores.c.project)
            .where(~charged_for(stores.c.id + literal(charge_id("", day, _UNIT))))
            .group_by(*columns)
            .having(size > 0)
            .order_by(stores.c.id)
            .limit(_PAGE)
        )
        while True:
            async with self._database.read() as connection:
                rows = (await connection.execute(query.where(stores.c.id > after))).all()
            for row in rows:
                who = Caller("", row.project, row.organization, row.user)
                amount = Amount("vector_stores", _UNIT, int(row.size))
                await self._meter.charge(who, amount, charge_id(row.id, day, _UNIT))
            if len(rows) < _PAGE:
                return
            after = rows[-1].id

    async def _forget_removals(self) -> None:
        """Forget what was removed from a store, where that is more than it has: an index that is behind begins anew."""
        gone, files = removed_passages, vector_store_files
        many = (
            select(gone.c.vector_store_id, func.count().label("count"))
            .group_by(gone.c.vector_store_id)
            .having(func.count() > _FEW_REMOVALS)
            .subquery()
        )
        there = select(func.coalesce(func.sum(files.c.passages), 0)).where(
            files.c.vector_store_id == many.c.vector_store_id
        )
        async with self._database.read() as connection:
            query = select(many.c.vector_store_id).where(many.c.count > there.scalar_subquery())
            ids = list(await connection.scalars(query))
        for store_id in ids:
            async with self._database.write() as connection:
                this = vector_stores.c.id == store_id
                forgotten = update(vector_stores).where(this).values(forgotten=vector_stores.c.change)
                change = await connection.scalar(forgotten.returning(vector_stores.c.change))
                which = (gone.c.vector_store_id == store_id) & (gone.c.change <= change)
                await connection.execute(delete(gone).where(which))

    async def _embed_again(self) -> None:
        """Have the files embedded whose vectors another model made, or that no model was there for."""
        try:
            model = self._router.served(DEFAULT_EMBEDDING).model
        except ModelNotFound:
            return
        files = vector_store_files
        at_work = select(runs.c.id).where(runs.c.id == files.c.run_id, runs.c.status.in_(UNFINISHED)).exists()
        # One that failed once would fail again; its error is shown.
        other = (files.c.status == "completed") & (files.c.embedding != model) & files.c.error.is_(None) & ~at_work
        alive = select(vector_stores.c.id).where(~vector_stores.c.expired)
        query = select(files).where(other, files.c.vector_store_id.in_(alive)).limit(_PAGE)
        async with self._database.read() as connection:
            some = (await connection.execute(query.limit(1))).one_or_none()
        if some is None:
            return
        # A name may be there without a model that can be used now.
        if not await self._embedder.answers(model):
            return
        async with self._database.write() as connection:
            for row in (await connection.execute(query.with_for_update())).all():
                await self._ingestions.refresh(connection, row)
