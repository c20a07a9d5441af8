"""Identifiers: a prefix that names the kind of object, sortable by the time of making, with 129 random bits."""

from __future__ import annotations

import os
import time

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]


def new_id(prefix: str) -> str:
    """Return a new id such as `resp_0k3n6f...`: 9 characters of milliseconds, then 25 random ones (129 bits).

    Ids of one kind sort by creation time to the millisecond, so lists page by id alone.
    """
    return f"{prefix}_{_base36(time.time_ns() // 1_000_000, 9)}{_base36(_random(), 25)}"


def _random() -> int:
    """Return 129 bits of the operating system's randomness, which is asked for many at once."""
    while True:
        try:
            # One step, so that no two threads get the same.
            return _pool.pop() >> 7
        except IndexError:
            fresh = os.urandom(_AT_ONCE * 17)
            _pool.extend(int.from_bytes(fresh[start : start + 17]) for start in range(0, len(fresh), 17))


_AT_ONCE = 64
_pool: list[int] = []
# A copy of this process must not make the same ids.
os.register_at_fork(after_in_child=_pool.clear)


def made_at(made: str) -> int | None:
    """Return the Unix milliseconds at which `new_id` made an id; None for any other text."""
    moment = made.rpartition("_")[2]
    if len(moment) != 34 or not set(moment) <= set(_DIGITS):
        return None
    return int(moment[:9], 36)


def _base36(number: int, width: int) -> str:
    digits = ""
    # Two at a time, for every request makes several ids.
    for _ in range((width + 1) // 2):
        number, pair = divmod(number, 1296)
        digits = _PAIRS[pair] + digits
    return digits[-width:]
