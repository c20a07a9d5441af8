"""The text of pages made fit to be shown: its controls, its direction, its digits, its addresses.

Pages are written by strangers, and so is what is quoted from them. `clean` comes before every form; what a form has for
markup, it escapes itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote, urlsplit

from earthshine.text.bidi import is_right_to_left, kind_of

Direction = Literal["ltr", "rtl"]

_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he ku ps sd syr ug ur yi".split())  # noqa: SIM905 - readable
_SPACES = re.compile(r"\s+")
_TURNING = r"\u202a-\u202e\u2066-\u2069"
"""They turn the direction of all that follows; a right-to-left mark and its like stay."""
_UNFIT = re.compile(rf"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff{_TURNING}]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_ISOLATES = {"ltr": "\u2066", "rtl": "\u2067"}
_ARABIC_ZEROS = "\u0660\u06f0"


def clean(text: str) -> str:
    """Return a text in one line, without what is no character, controls something or turns the direction of others.

    What only private fonts can show becomes the character for an unknown one.
    """
    return _PRIVATE.sub("\ufffd", _SPACES.sub(" ", _UNFIT.sub("", _SPACES.sub(" ", text)))).strip()


def direction_of(language: str, text: str = "") -> Direction:
    """Return the direction of a language, or, where it is not known, of the first letter of a text."""
    if not language:
        kinds = (kind_of(character) for character in text[:1000])
        return "rtl" if is_right_to_left(next((kind for kind in kinds if kind in "RAL"), "L")) else "ltr"
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def isolated(text: str, direction: Direction) -> str:
    """Return a text between the characters that keep its direction apart from what stands around it."""
    return f"{_ISOLATES[direction]}{text}\u2069"


def digits_of(language: str, texts: Iterable[str]) -> str:
    """Return the ten digits that most figures of some texts are written in; in Arabic without figures, Arabic ones."""
    zeros = Counter(
        chr(ord(character) - unicodedata.decimal(character)) for text in texts for character in re.findall(r"\d", text)
    )
    zero = max(zeros, key=zeros.__getitem__) if zeros else _ARABIC_ZEROS[0] if language == "ar" else "0"
    return "".join(chr(ord(zero) + step) for step in range(10))


def number(value: float, digits: str, point: str = ".") -> str:
    """Return a number in these digits, its thousands parted by narrow spaces, or as Arabic digits have them parted."""
    told = f"{value:,.1f}" if value % 1 else f"{int(value):,}"
    parted, point = ("\u066c", "\u066b") if digits[0] in _ARABIC_ZEROS else ("\u202f", point)
    return told.translate(str.maketrans({",": parted, ".": point} | dict(zip("0123456789", digits, strict=True))))


def day(seconds: float) -> str:
    """Return a day as `2026-11-30`, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def tag(language: str) -> str:
    """Return the code of a language as an attribute may hold it."""
    return re.sub(r"[^A-Za-z0-9-]", "", language)


def link(url: str) -> str:
    """Return an address of the web with all that could end it encoded; empty for one that leads elsewhere."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - one that is no number is found when it is asked for
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return quote(_UNFIT.sub("", url), safe="%/:=&?~#+!$,;@-._")


def host(url: str) -> str:
    """Return the host of an address, for people to see; empty where there is none."""
    return clean(urlsplit(url).hostname or "") if link(url) else ""
