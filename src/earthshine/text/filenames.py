"""Names of files that strangers gave, made fit to be stored, listed and offered for saving; and of places in them."""

from __future__ import annotations

import unicodedata

MOST_BYTES = 255
"""Bytes of a name in UTF-8 that every usual file system takes."""
_MOST_EXTENSION = 32
_JOINERS = "\u200c\u200d"
"""Invisible, and part of how Persian, Indic scripts and emoji are written."""
_SEPARATORS = {"Zl", "Zp"}


def safe_filename(given: str, fallback: str = "file") -> str:
    """Return the last step of a path, without what is invisible, controls or turns text round; letters stay.

    Of a name that is too long the end of its stem goes, and its extension stays. Never empty, `.` or `..`.
    """
    # What comes last is all that counts, and work on a stranger's text is bounded.
    name = given[-4096:].replace("\\", "/").rpartition("/")[2]
    name = "".join(_fit(char) for char in unicodedata.normalize("NFC", name))
    name = _shortened(name.strip(" ."))
    return name or fallback


def place_in(filename: str, label: str) -> str:
    """Return a file and what people call a part of it; a text's pieces are only numbered, and have no name."""
    if label.isdecimal():
        called = {"pdf": "page", "pptx": "slide", "odp": "slide"}.get(filename.lower().rpartition(".")[2])
        label = f"{called} {label}" if called else ""
    return f"{filename}, {label}" if label else filename


def _fit(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in _SEPARATORS:
        return " "
    # Cc: controls. Cf: formats, among them those that turn the direction of text. Cs: halves of surrogate pairs.
    return "" if kind in ("Cc", "Cf", "Cs") and char not in _JOINERS else char


def _shortened(name: str) -> str:
    if len(name.encode()) <= MOST_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > _MOST_EXTENSION:
        stem, dot, extension = name, "", ""
    room = MOST_BYTES - len((dot + extension).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + extension
