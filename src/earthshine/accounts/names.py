"""Names of people and roles: kept as typed."""

from __future__ import annotations

import unicodedata

from earthshine.errors import InvalidRequest

LONGEST = 256


def check_name(name: str) -> str:
    """Return a name as typed, in Unicode's composed form. Raises `InvalidRequest` for one that would not print."""
    text = unicodedata.normalize("NFC", name).strip()
    if len(text) > LONGEST or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        raise InvalidRequest(f"A name has at most {LONGEST} characters, and no control characters.")
    return text
