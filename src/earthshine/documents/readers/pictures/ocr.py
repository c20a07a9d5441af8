"""Text out of pictures of pages, by the system's Tesseract where there is one.

It reads Arabic when its `ara` data is installed (Debian: tesseract-ocr and tesseract-ocr-ara). It runs as a child of
the reading child, under the same limits, with the picture on its standard input and no file of its own.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from functools import cache
from itertools import groupby

from earthshine.documents.document import Line, Part

_LANGUAGES = ("eng", "fra", "ara", "chi_sim")
"""Which of them are used, where they are installed; each costs time."""
_PATIENCE = 100.0
"""Seconds for one page: less than the reading is given, so that a page that takes longer is left as a scan."""
DPI = 200


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that Tesseract reads here; none where it is not installed."""
    program = shutil.which("tesseract")
    if program is None:
        return ()
    try:
        listed = subprocess.run(  # noqa: S603 - fixed words
            [program, "--list-langs"], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    installed = set(listed.stdout.split())
    return tuple(language for language in _LANGUAGES if language in installed)


def recognise(picture: bytes, scan: Part) -> Part:
    """Return the page with the text of its picture, and the doubt `recognised`; the scan itself where none is found.

    Args:
        picture: the page at `DPI`, in a format that Tesseract reads.
        scan: the page as it is known without OCR.
    """
    spoken = languages()
    if not spoken:
        return scan
    command = ["tesseract", "stdin", "stdout", "--dpi", str(DPI), "-l", "+".join(spoken), "tsv"]
    try:
        done = subprocess.run(command, input=picture, capture_output=True, timeout=_PATIENCE, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return scan
    text, lines = read_table(done.stdout.decode("utf-8", "replace"))
    if not text:
        return scan
    return Part("page", scan.label, text, scan.width, scan.height, lines, doubts=("recognised",))


def read_table(table: str) -> tuple[str, tuple[Line, ...]]:
    """Return text and lines out of Tesseract's table of words (TSV), whose places count pixels at `DPI`."""
    rows = [row for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE) if _is_word(row)]
    text, lines = "", list[Line]()
    for _, paragraph in groupby(rows, lambda row: (row["block_num"], row["par_num"])):
        text += "\n\n" if text else ""
        for at, (_, line) in enumerate(groupby(paragraph, lambda row: row["line_num"])):
            words = list(line)
            text += "\n" if at else ""
            start = len(text)
            text += " ".join(word["text"].strip() for word in words)
            lines.append(Line(start, len(text), _box(words)))
    return text, tuple(lines)


def _is_word(row: dict[str, str]) -> bool:
    return row.get("level") == "5" and bool((row.get("text") or "").strip())


def _box(words: list[dict[str, str]]) -> tuple[float, float, float, float]:
    left = min(int(word["left"]) for word in words)
    top = min(int(word["top"]) for word in words)
    right = max(int(word["left"]) + int(word["width"]) for word in words)
    bottom = max(int(word["top"]) + int(word["height"]) for word in words)
    points = 72 / DPI
    return round(left * points, 2), round(top * points, 2), round(right * points, 2), round(bottom * points, 2)
