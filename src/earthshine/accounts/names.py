"""Names of people and roles: kept as typed."""

from __future__ import annotations

import unicodedata

from earthshine.errors import InvalidRequest

LONGEST = 256


def check_name(name: str) -> str:
    """Return a name as typed, in Unicode's composed form. Raises `InvalidRequest` for one that would not print."""
    # Cut first: to sort many marks on one letter takes the square of their number.
    text = unicodedata.normalize("NFC", name[: 8 * LONGEST]).strip()
    if len(name) > 8 * LONGEST or len(text) > LONGEST or any(map(_is_control, text)):
        raise InvalidRequest(f"A name has at most {LONGEST} characters, and no control characters.")
    return text


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")
