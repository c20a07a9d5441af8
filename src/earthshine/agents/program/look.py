"""What stands in the folder before anything is done: a small model guesses names and columns that it has not seen."""

from __future__ import annotations

import re

_FILES, _LINES, _WIDE = 24, 40, 160
"""Files, lines of each, and characters of a line that are looked at."""
_OTHERS = 4
"""Lines that are shown of a file that the goal does not name."""
_MOST = 2400
"""Characters that are shown of the whole folder."""

_INSTEAD = {"numpy": "math", "pandas": "csv", "requests": "urllib.request", "bs4": "html.parser", "openpyxl": "zipfile"}
"""What models like to import, whether it is there or not, and what of the standard library does it."""
_NOT_FOUND = re.compile(r"No module named '(\w+)")
_MISSING = "-- not installed: "
LOOK = (
    f"find . -maxdepth 2 -type f -not -path '*/.*' | sort | head -n {_FILES} | while read -r f; do "
    f'echo "== ${{f#./}} ($(wc -c < "$f") bytes, sum $(cksum < "$f" | cut -d" " -f1))"; '
    f'if grep -Iq . "$f"; then head -n {_LINES} "$f" | cut -c1-{_WIDE}; fi; done; '
    "python3 -c \"import importlib.util as u; print('-- not installed:', "
    f'*[m for m in {tuple(_INSTEAD)} if not u.find_spec(m)])"'
)
"""The commands of the look."""
_HEAD = re.compile(r"== (.+) \(\d+ bytes, sum (\d+)\)")


def sums(listing: str) -> dict[str, str]:
    """Return the files of a listing by name, each with the checksum of `cksum`."""
    return {found[1]: found[2] for line in listing.split("\n") if (found := _HEAD.fullmatch(line))}


def shown(listing: str, goal: str) -> str:
    """Return a listing as a model reads it: whole files that the goal names, the beginning of the others."""
    files = _files(listing)
    parts: list[str] = []
    left = _MOST
    for name, body in sorted(files, key=lambda file: file[0] not in goal):
        most = _LINES if name in goal or len(files) <= 2 else _OTHERS
        part = "\n".join([f"{name}:", *(f"  {line}" for line in body[:most])])
        if len(body) > most:
            part += "\n  ..."
        if len(part) > left:
            part = f"{name}"
        left -= len(part)
        if left < 0:
            break
        parts.append(part)
    return "\n".join(parts)


def missing(listing: str) -> str:
    """Return which packages are not there, and what to use instead, as a model reads it."""
    line = next((line for line in listing.split("\n") if line.startswith(_MISSING)), "")
    found = [name for name in line.removeprefix(_MISSING).split() if name in _INSTEAD]
    return ", ".join(f"{name} (use {_INSTEAD[name]})" for name in found)


def instead(error: str) -> str:
    """Return how corrected code is to begin after an error about a package that is not there; mostly nothing.

    Small models import the same again however plainly the error says that it is not there.
    """
    found = _NOT_FOUND.search(error)
    other = _INSTEAD.get(found[1]) if found is not None else None
    return f"import {other}\n" if other else ""


def _files(listing: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in listing.split("\n"):
        if (head := _HEAD.fullmatch(line)) is not None:
            found.append((head[1], []))
        elif found and not line.startswith(_MISSING):
            found[-1][1].append(line)
    return found
