"""Identifiers: a prefix that names the kind of object, then 128 random bits that sort by time of making."""

from __future__ import annotations

import secrets
import time

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_id(prefix: str) -> str:
    """Return a new id such as `resp_0k3n6f...`: 9 characters of milliseconds, then 16 random ones.

    Ids of one kind sort by creation time to the millisecond, so lists page by id alone.
    """
    millis = time.time_ns() // 1_000_000
    stamp = ""
    for _ in range(9):
        millis, digit = divmod(millis, 36)
        stamp = _DIGITS[digit] + stamp
    return f"{prefix}_{stamp}{''.join(secrets.choice(_DIGITS) for _ in range(16))}"
