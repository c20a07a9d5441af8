"""Parts of a content that a client asks for with `Range` (RFC 9110, 14)."""

from __future__ import annotations

import re

from earthshine.errors import RangeNotSatisfiable

_ONE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


def asked_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one after the last that a `Range` names; None when the whole is to be sent.

    Several ranges at once, and what is no range of bytes, are answered with the whole, as the standard allows. Raises
    `RangeNotSatisfiable` when no byte of it is there.
    """
    found = _ONE.fullmatch(header or "")
    if found is None or found[1] == found[2] == "":
        return None
    if found[1]:
        start = int(found[1])
        end = min(int(found[2]) + 1, size) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    else:
        start, end = max(0, size - int(found[2])), size
    if start >= end:
        raise RangeNotSatisfiable(f"The content has {size} bytes, so it has nothing of {header!r}.")
    return start, end
