"""Rows of keys: made, listed, changed, rotated, revoked. Each takes a connection of `KeyRegistry.changing()`."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.keys.records import Kind
from earthshine.accounts.tables import directory, keys
from earthshine.database import Connection
from earthshine.errors import Conflict, NotFound
from earthshine.ids import new_id

CURRENT = select(directory.c.version).scalar_subquery()
"""The number of the change under way."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a key is made of."""

    kind: Kind
    organization: str
    project: str
    name: str
    owner: str = ""
    role: str | None = None
    scopes: Sequence[str] = ()
    models: Sequence[str] = ()
    addresses: Sequence[str] = ()
    expires_in_seconds: int | None = None
    made_by: str = ""
    """The person who sees it now; empty for none, also for who acts by a key of somebody else's making."""
    rotated_from: str | None = None
    family: str = ""
    """That of the key before it; empty begins a new one."""


def maker(who: Caller) -> str:
    """Return the person who is there when this caller makes a key; empty for none."""
    return who.user if who.user.startswith("user_") and not who.borrowed else ""


def now() -> int:
    """Return the time in Unix seconds."""
    return int(time.time())


def generate(kind: Kind) -> str:
    """Return a new key: 192 random bits behind a prefix that secret scanners can look for."""
    return ("sk-es-admin-" if kind == "admin" else "sk-es-") + secrets.token_urlsafe(24)


def hashed(key: str) -> str:
    """Return what is stored of a key. It has so many random bits that one fast hash protects it as a slow one would."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


async def add(connection: Connection, new: NewKey, key: str | None = None) -> tuple[Row[Any], str]:
    """Store a key; return its row, and the key itself for the only time."""
    key = key or generate(new.kind)
    made_at = now()
    key_id = new_id("key")
    await connection.execute(
        insert(keys).values(
            id=key_id,
            hash=hashed(key),
            prefix=key[: min(16 if new.kind == "admin" else 10, len(key) // 2)],
            project=new.project,
            name=new.name,
            created_at=made_at,
            kind=new.kind,
            organization=new.organization,
            owner=new.owner or None,
            role=new.role,
            scopes=list(new.scopes) or None,
            models=list(new.models) or None,
            addresses=list(new.addresses) or None,
            expires_at=None if new.expires_in_seconds is None else made_at + new.expires_in_seconds,
            rotated_from=new.rotated_from,
            family=new.family or key_id,
            made_by=new.made_by or None,
            version=CURRENT,
        )
    )
    return await find(connection, key_id, keys.c.id == key_id), key


async def find(connection: Connection, key_id: str, *where: ColumnElement[bool]) -> Row[Any]:
    """Return a key that is not revoked. Raises `NotFound`."""
    row = (await connection.execute(select(keys).where(keys.c.id == key_id, *live(), *where))).first()
    if row is None:
        raise NotFound(f"No API key with id '{key_id[:100]}' was found.", param="key_id")
    return row


async def newest(connection: Connection, key_id: str) -> Row[Any] | None:
    """Return the key that stands for this one and those that followed it; None when none of them is good any more."""
    of = select(func.coalesce(keys.c.family, keys.c.id)).where(keys.c.id == key_id).scalar_subquery()
    lasting = or_(keys.c.expires_at.is_(None), keys.c.expires_at > now())
    chosen = select(keys).where(func.coalesce(keys.c.family, keys.c.id) == of, lasting, *live())
    return (await connection.execute(chosen.order_by(keys.c.created_at.desc(), keys.c.id.desc()).limit(1))).first()


def live() -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a key is not revoked. Expired keys are still shown, until somebody removes them."""
    return (keys.c.revoked_at.is_(None),)


async def change(connection: Connection, row: Row[Any], **values: Any) -> Row[Any]:
    """Change columns of a key. Raises `Conflict` for one that has expired."""
    if row.expires_at is not None and row.expires_at <= now():
        raise Conflict(f"The API key '{row.id}' has expired and cannot be changed. Make a new one.")
    if values:
        await connection.execute(update(keys).where(keys.c.id == row.id).values(**values, version=CURRENT))
    return await find(connection, row.id)


async def rotate(
    connection: Connection, row: Row[Any], *, overlap_seconds: int, expires_in_seconds: int | None, made_by: str = ""
) -> tuple[Row[Any], str, int]:
    """Make a successor with the same rights; the old key ends after the overlap.

    Returns the new row, the key itself, and when the old one ends. Raises `Conflict` for one that has expired.
    """
    ends = now() + overlap_seconds
    if row.expires_at is not None:
        ends = min(ends, row.expires_at)
    await change(connection, row, expires_at=ends)
    new = NewKey(
        kind=row.kind or "installation",
        organization=row.organization or "default",
        project=row.project,
        name=row.name,
        owner=row.owner or "",
        role=row.role,
        scopes=row.scopes or (),
        models=row.models or (),
        addresses=row.addresses or (),
        expires_in_seconds=expires_in_seconds,
        made_by=made_by,
        rotated_from=row.id,
        family=row.family or row.id,
    )
    made, key = await add(connection, new)
    return made, key, ends


async def revoke(connection: Connection, *where: ColumnElement[bool]) -> None:
    """Revoke keys for good."""
    values = {"revoked_at": now(), "version": CURRENT}
    await connection.execute(update(keys).where(*where, *live()).values(values))
