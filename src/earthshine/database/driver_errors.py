"""What the drivers raise, in our own words: once, at the edge of the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from earthshine.errors import EarthshineError, InvalidRequest, StorageFull, Unavailable

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_FULL = {"53100", "58030"}  # disk_full, io_error
_HELD = {"40001", "40P01", "55P03"}  # serialization_failure, deadlock_detected, lock_not_available
_UNFIT_TEXT = {"22021", "22P05"}  # character_not_in_repertoire, untranslatable_character
_TOO_LONG = "22001"  # string_data_right_truncation
# Classes: connection exceptions, insufficient resources, operator intervention (a restart), sessions timed out.
_GONE = ("08", "53", "57", "25P03", "25P04")
_REFUSED = ("28", "3D")  # invalid authorization, no such database


class translated:  # noqa: N801 - reads as a statement at its uses
    """Turns a driver's error that leaves the block into ours, where we have one for it.

    `connecting`: the block does nothing else, so that any failure of the network is the database's.
    """

    def __init__(self, *, connecting: bool = False) -> None:
        self._network = OSError if connecting else ConnectionError

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: Any, error: BaseException | None, _trace: Any) -> None:
        if error is None or isinstance(error, EarthshineError):
            return
        ours = translate(error)
        if ours is None and isinstance(error, (self._network, TimeoutError)):
            ours = _unreachable()
        if ours is not None:
            raise ours from error


def translate(error: BaseException) -> EarthshineError | None:
    """Return our error for a driver's, or None for one that we do not expect."""
    if isinstance(error, PoolTimeout):
        return Unavailable(
            "All connections to the database are in use. Try again in a moment.", code="database_busy", retry_after=1
        )
    causes = list(_causes(error))
    if isinstance(error, DBAPIError) and any(isinstance(cause, UnicodeEncodeError) for cause in causes):
        return _unfit_text()
    for cause in causes:
        if isinstance(cause, sqlite3.DatabaseError):
            return _of_sqlite(cause)
        state: str | None = getattr(cause, "sqlstate", None)
        if state is not None:
            return _of_postgresql(state, cause)
    return _unreachable() if isinstance(error, DBAPIError) and error.connection_invalidated else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the driver's error that SQLAlchemy wrapped, and what led to it."""
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _of_sqlite(error: sqlite3.DatabaseError) -> EarthshineError | None:
    # sqlite_errorcode is the extended code; its low byte is the primary one.
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return _full()
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _held("Another process is holding the database.")
    return None


def _of_postgresql(state: str, error: BaseException) -> EarthshineError | None:
    if state in _FULL:
        return _full()
    if state in _HELD:
        return _held("Another request is holding these rows.")
    if state in _UNFIT_TEXT:
        return _unfit_text()
    if state == _TOO_LONG:
        return InvalidRequest("A name or an id in the request is longer than the database takes.")
    if state.startswith(_GONE):
        return _unreachable()
    if state.startswith(_REFUSED):
        return Unavailable(f"The database refuses us: {error}. Check the database URL.", code="database_refused")
    return None


def _full() -> StorageFull:
    return StorageFull(
        "The disk that holds the database is full. Free some space; nothing that was stored is lost.", retry_after=5
    )


def _held(what: str) -> Unavailable:
    return Unavailable(f"{what} Try again in a moment.", code="database_locked", retry_after=1)


def _unreachable() -> Unavailable:
    return Unavailable(
        "The database does not answer. Try again in a moment.", code="database_unreachable", retry_after=2
    )


def _unfit_text() -> InvalidRequest:
    return InvalidRequest(
        "A name or an id in the request has a character that cannot be stored (U+0000 or half of a surrogate pair)."
    )
