"""What work is counted in besides a model's tokens: seconds, searches, sessions, storage, training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Unit = Literal["seconds", "searches", "sessions", "gigabyte_days", "training_tokens"]

PARTS: Final[Mapping[str, int]] = {"seconds": 1_000, "gigabyte_days": 10**9}
"""The smallest parts of a unit, in which it is counted: milliseconds, and bytes kept for a day. Others are whole."""


class Amount(NamedTuple):
    """So much of one unit, used by a tool or another part of the installation that has a price."""

    of: str
    """What used it, as prices and reports name it: `web_search`."""
    unit: Unit
    quantity: int
    """In the unit's smallest parts."""


def charge_id(work_id: str, number: int, unit: Unit | None = None) -> str:
    """Return the id of the charge of one step: the same each time, so that it is charged once.

    A step that uses several units is charged for each.
    """
    return f"{work_id}:{number}" if unit is None else f"{work_id}:{number}:{unit}"
