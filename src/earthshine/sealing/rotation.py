"""A new secret key: all that was encrypted with an older one is encrypted anew, while servers run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Text, cast, select, tuple_, update

from earthshine.database import Database, metadata
from earthshine.errors import ModelBroken
from earthshine.sealing.cipher import SecretCipher, drop_old_keys, put_new_key_first
from earthshine.sealing.columns import SEALED_KEY, renewed, sealed_columns
from earthshine.settings import Settings

_AT_ONCE = 500
_WAIT = 1.0
"""Seconds for a server that encrypted with the old key and has not stored it yet."""


@dataclass
class Rekeyed:
    """What became of the secrets."""

    renewed: int = 0
    """Encrypted with the first key now, and not before."""
    current: int = 0
    """Encrypted with the first key before."""
    lost: int = 0
    """No key here fits; they are left as they were."""


async def rekey(database: Database, settings: Settings) -> Rekeyed:
    """Encrypt all secrets with a new secret key, or with the first one of the setting.

    It may be cut and begun again: the old keys go last, when nothing is left that needs them. Raises `ModelBroken`
    when none of the secrets can be read, as happens with another installation's key; then all keys stay.
    """
    if not settings.secret_key:
        put_new_key_first(settings)
    cipher, told = SecretCipher.open(settings), Rekeyed()
    while True:
        once = Rekeyed()
        for column in sealed_columns(metadata):
            await _renew(database, column, cipher, once)
        told = Rekeyed(told.renewed + once.renewed, once.current, once.lost)
        if told.lost and not told.renewed and not told.current:
            raise ModelBroken(
                f"None of the {told.lost} stored secrets was encrypted with a secret key that is here. Give the "
                "server the `secret_key` of before, behind the new one and a comma."
            )
        if not once.renewed:
            break
        await asyncio.sleep(_WAIT)
    if not settings.secret_key:
        drop_old_keys(settings)
    return told


async def _renew(database: Database, column: Column[Any], cipher: SecretCipher, told: Rekeyed) -> None:
    """Go through a column, some rows at a time."""
    keys = list(column.table.primary_key.columns)
    order = tuple_(*keys)
    rows = select(*keys, column).where(column.is_not(None)).order_by(*keys).limit(_AT_ONCE).with_for_update()
    if not isinstance(column.type, Text):
        rows = rows.where(cast(column, Text).like(f'%"{SEALED_KEY}":%'))
    last: tuple[Any, ...] | None = None
    while True:
        async with database.write() as connection:
            found = (await connection.execute(rows if last is None else rows.where(order > last))).all()
            for row in found:
                value = _renewed(row[-1], cipher, told)
                if value != row[-1]:
                    here = [key == each for key, each in zip(keys, row, strict=False)]
                    await connection.execute(update(column.table).where(*here).values({column: value}))
        if len(found) < _AT_ONCE:
            return
        last = tuple(found[-1][:-1])


def _renewed(value: Any, cipher: SecretCipher, told: Rekeyed) -> Any:
    def renew(token: str) -> str:
        try:
            made = cipher.renew(token)
        except ModelBroken:
            told.lost += 1
            return token
        if made is None:
            told.current += 1
            return token
        told.renewed += 1
        return made

    return renewed(value, renew)
