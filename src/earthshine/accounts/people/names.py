"""Names and e-mail addresses in any script: kept as typed; addresses are compared by a key."""

from __future__ import annotations

import unicodedata

from earthshine.errors import InvalidRequest

LONGEST_NAME = 256


def check_name(name: str) -> str:
    """Return a name as typed, in Unicode's composed form. Raises `InvalidRequest` for one that would not print."""
    # Cut first: to sort many marks on one letter takes the square of their number.
    text = unicodedata.normalize("NFC", name[: 8 * LONGEST_NAME]).strip()
    if len(name) > 8 * LONGEST_NAME or len(text) > LONGEST_NAME or any(map(_is_control, text)):
        raise InvalidRequest(f"A name has at most {LONGEST_NAME} characters, and no control characters.")
    return text


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")


LONGEST_EMAIL = 254
"""Source: RFC 5321, 4.5.3.1.3, less the angle brackets."""

_MOST = 8 * LONGEST_EMAIL
"""Characters that are looked at; to sort many marks on one letter takes the square of their number."""

# The only letters that composing turns into ASCII: Greek question mark and varia, Kelvin. They are kept apart.
_NOT_ASCII = {0x037E: "\ue000", 0x1FEF: "\ue001", 0x212A: "\ue002"}


def check_email(email: str, *, param: str | None = "email") -> str:
    """Return an address as typed, in Unicode's composed form. Raises `InvalidRequest` when it can be none."""
    text = unicodedata.normalize("NFC", email[:_MOST].translate(_NOT_ASCII)).strip()
    local, at, domain = text.rpartition("@")
    odd = any(unicodedata.category(letter) in ("Cc", "Cs", "Co", "Zs", "Zl", "Zp") for letter in text)
    if odd or len(email) > _MOST or not (local and at and domain) or "@" in local or len(text.encode()) > LONGEST_EMAIL:
        raise InvalidRequest(f"{email[:100]!r} is no e-mail address.", param=param)
    return text


def email_key(email: str) -> str:
    """Return what two spellings of one address have in common: composed form, letter case folded."""
    folded = unicodedata.normalize("NFC", email.strip()[:_MOST]).casefold()
    return unicodedata.normalize("NFC", folded)


def same_mailbox(one: str, other: str) -> bool:
    """Say whether two addresses are surely one mailbox.

    Stricter than `email_key`: folding also joins letters that mail servers keep apart (the Kelvin sign and k, ß and
    ss), and an address that somebody else vouches for must not open an account by such a likeness.
    """
    return _plain(one) == _plain(other)


def domain_of(email: str) -> str:
    """Return the domain, in lower case."""
    return _plain(email).rpartition("@")[2]


def _plain(email: str) -> str:
    text = unicodedata.normalize("NFC", email.strip()[:_MOST].translate(_NOT_ASCII))
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)
