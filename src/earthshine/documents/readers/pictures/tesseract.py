"""The system's Tesseract. It runs as a child of the reading child, under the same limits, and is given no file.

It reads Arabic when its `ara` data is installed (Debian: tesseract-ocr and tesseract-ocr-ara).
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from itertools import groupby

from earthshine.documents.document import Box
from earthshine.documents.readers.pictures.seen import DPI, Seen, SeenLine

_LANGUAGES = ("eng", "fra", "ara", "chi_sim")
"""Which of them are used, where they are installed; each costs time."""
_PATIENCE = 100.0
"""Seconds for one page: less than the reading is given, so that a page that takes longer is left as a scan."""


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


class Tesseract:
    """Reads a picture in some languages."""

    def __init__(self, spoken: Sequence[str]) -> None:
        """`spoken`: some of `languages`."""
        self._spoken = "+".join(spoken)

    def recognize(self, picture: bytes) -> Seen | None:
        """Return what is written in a picture; None where it cannot be read in time."""
        command = ["tesseract", "stdin", "stdout", "--dpi", str(DPI), "-l", self._spoken, "tsv"]
        alone = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # its threads mostly wait for each other
        try:
            done = subprocess.run(  # noqa: S603
                command, input=picture, env=alone, capture_output=True, timeout=_PATIENCE, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return read_table(done.stdout.decode("utf-8", "replace"))


def read_table(table: str) -> Seen | None:
    """Return the lines of Tesseract's table of words (TSV)."""
    rows = list(csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE))
    page = next((_box([row]) for row in rows if row["level"] == "1"), None)
    if page is None:
        return None
    lines: list[SeenLine] = []
    words = [row for row in rows if row["level"] == "5" and (row["text"] or "").strip()]
    for _, line in groupby(words, lambda row: (row["block_num"], row["par_num"], row["line_num"])):
        said = list(line)
        score = sum(float(word["conf"]) for word in said) / len(said) / 100
        lines.append(SeenLine(" ".join(word["text"].strip() for word in said), _box(said), score))
    return Seen(int(page[2]), int(page[3]), lines)


def _box(words: list[dict[str, str]]) -> Box:
    left, top = min(int(word["left"]) for word in words), min(int(word["top"]) for word in words)
    right = max(int(word["left"]) + int(word["width"]) for word in words)
    return left, top, right, max(int(word["top"]) + int(word["height"]) for word in words)
