"""In which encoding a text is, where nothing says so.

The rule, in order: a byte order mark; valid UTF-8; UTF-16 by where its zeros, or its equal bytes, stand; then the old
encodings. GB18030 writes a character in two bytes, so its runs of high bytes are even, and most of its characters are
of the 3,755 common ones. Windows-1256 (Arabic) and windows-1251 (Cyrillic) write whole words in high bytes, which are
letters there. What is left is Western, windows-1252: single high bytes among ASCII letters.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_SAMPLE = 65_536
"""Bytes that decide."""
_FEW = 20
"""High bytes below which an old encoding is a guess."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = frozenset(range(32)) - set(b"\t\n\r\f\x1b\x08\x1a\x0b\x1c\x1d\x1e\x1f") | {127}
_HIGH = re.compile(rb"[\x80-\xff]+")
_COMMON_HANZI = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]|[\xa1-\xa3][\xa1-\xfe]")
_ARABIC = frozenset(range(0xC0, 0x100)) - set(b"\xd7\xe0\xe2\xe7\xe8\xe9\xea\xeb\xee\xef\xf4\xf9\xfb\xfc") | set(
    b"\xa1\xba\xbf\x81\x8d\x8e\x90"
)
_CYRILLIC = frozenset(range(0xC0, 0x100)) | set(b"\xa8\xb8\xb2\xb3\xaf\xbf\xaa\xba")


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a text is written in."""

    name: str
    sure: bool
    """False for a guess that a person should look at."""


def looks_like_text(sample: bytes) -> bool:
    """Whether bytes are text in some encoding, and no binary file."""
    if sample.startswith(tuple(mark for mark, _ in _BOMS)) or _utf16(sample) is not None:
        return True
    controls = sum(sample.count(code) for code in _CONTROLS)
    return controls <= len(sample) // 100


def encoding_of(data: bytes, said: str = "") -> Encoding:
    """Return the encoding of a text, by its first bytes. `said`: what it says of itself; believed where it can be."""
    sample = data[:_SAMPLE]
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return Encoding(name, sure=True)
    if said and (believed := _believed(sample, said)):
        return Encoding(believed, sure=True)
    if _decodes(sample, "utf-8") and b"\0" not in sample:
        return Encoding("utf-8", sure=True)
    if wide := _utf16(sample):
        return Encoding(wide, sure=True)
    return _old(sample)


def _believed(sample: bytes, said: str) -> str:
    try:
        name = codecs.lookup(said.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return ""
    # What browsers do: these names are used for the larger encodings that hold them.
    name = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}.get(name, name)
    try:
        "".encode(name)
    except LookupError:  # not an encoding of text, such as base64
        return ""
    if name == "cp1252" and _decodes(sample, "utf-8"):
        return "utf-8"
    return name if _decodes(sample, name) else ""


def _decodes(sample: bytes, name: str) -> bool:
    whole = len(sample) < _SAMPLE  # else a character may be cut at its end
    try:
        codecs.getincrementaldecoder(name)().decode(sample, final=whole)
    except (UnicodeError, ValueError):
        return False
    return True


def _utf16(sample: bytes) -> str | None:
    """Return the byte order of UTF-16 without a mark; None when it is none."""
    even, odd = sample[0::2], sample[1::2]
    if len(odd) < 2:
        return None
    for high, low, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        # Spaces, digits and ends of lines have a zero in their high half in every script.
        zeros = high.count(0) / len(high)
        common = max(high.count(code) for code in set(high)) / len(high)
        one_script = low.count(0) < zeros * len(low) / 4 and (zeros > 0.4 or common > 0.4)
        if zeros > 0.02 and (one_script or _han(high)):
            return name if _is_wide(sample[: len(sample) // 2 * 2], name) else None
    return None


def _is_wide(sample: bytes, name: str) -> bool:
    text = sample.decode(name, "replace")
    strange = sum(char < "\t" or "\r" < char < " " or char == "\ufffd" for char in text)
    return strange <= len(text) // 100


def _han(high: bytes) -> bool:
    return sum(0x4E <= code <= 0x9F for code in high) > 0.5 * len(high)


def _old(sample: bytes) -> Encoding:
    runs: list[bytes] = _HIGH.findall(sample)
    high = b"".join(runs)
    if not high:
        return Encoding("cp1252", sure=False)
    enough = len(high) >= _FEW
    even = sum(len(run) % 2 == 0 for run in runs) / len(runs)
    if even > 0.8 and _decodes(sample, "gb18030"):
        common = sum(len(each) for run in runs for each in _COMMON_HANZI.findall(run)) / len(high)
        if common > 0.9:
            return Encoding("gb18030", sure=enough)
    # A word of letters, against single letters with accents within words of ASCII.
    if len(high) / len(runs) > 1.8:
        arabic = sum(code in _ARABIC for code in high) / len(high)
        cyrillic = sum(code in _CYRILLIC for code in high) / len(high)
        if arabic > 0.9 or cyrillic > 0.9:
            name, share, other = ("cp1256", arabic, cyrillic) if _is_arabic(high) else ("cp1251", cyrillic, arabic)
            return Encoding(name, sure=enough and share > 0.95 and (name == "cp1256" or share > other + 0.02))
    return Encoding("cp1252", sure=enough and len(high) / len(runs) < 1.3)


def _is_arabic(high: bytes) -> bool:
    """Whether alef and lam, the most frequent letters of Arabic, are more frequent than Cyrillic o, e and a."""
    arabic = high.count(0xC7) + high.count(0xE1)
    cyrillic = high.count(0xEE) + high.count(0xE5) + high.count(0xE0)
    return arabic > cyrillic
