"""A task of the suite: a goal in a user's words, the files that come with it, and a checker of what came out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

Split = Literal["dev", "held"]
Files = Mapping[str, bytes]
"""By their paths below the working folder."""

_MOST_FILES, _MOST_BYTES = 2000, 8 * 2**20


@dataclass(frozen=True)
class Outcome:
    """What an agent leaves behind: the text of its last answer, and every file of its working folder."""

    answer: str = ""
    files: Files = field(default_factory=dict[str, bytes])

    def text(self, name: str) -> str | None:
        """Return a file's text; None where there is none, or it is no text."""
        try:
            return self.files[name].decode("utf-8-sig")
        except (KeyError, UnicodeDecodeError):
            return None


Check = Callable[[Outcome], str]
"""Returns why an outcome is wrong; nothing when it is right. What an agent left is never trusted: a checker may not
raise, whatever is in the files."""


@dataclass(frozen=True)
class Function:
    """A function that a task brings, for every agent the same. `call` raises `ValueError` for arguments it refuses."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON schema of an object."""
    call: Callable[..., str]


class World(Protocol):
    """What a task's functions work on; made anew for each try, and looked at when the agent has ended."""

    functions: list[Function]
    words: Mapping[str, str]
    """What stands in the goal for `{name}`, such as the address of a site."""

    def ended_turn(self) -> None:
        """Take note that the agent has ended a turn."""
        ...

    def problem(self, outcome: Outcome) -> str:
        """Return why it is not as it should be; nothing when it is."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


@dataclass(frozen=True)
class Task:
    """One task. `right` and `wrong` prove its checker; tasks of packages have no `wrong` but the empty outcome."""

    name: str
    """`family/name`; the split goes by its hash, so it never changes."""
    goal: str
    check: Check
    files: Files = field(default_factory=dict[str, bytes])
    language: str = "en"
    more: tuple[str, ...] = ()
    """What the user says next, one turn after the other."""
    world: Callable[[], World] | None = None
    right: Outcome | None = None
    wrong: Outcome | None = None

    @property
    def family(self) -> str:
        """The first part of its name."""
        return self.name.split("/")[0]

    @property
    def split(self) -> Split:
        """`held` for half of the tasks, by the first byte of the SHA-256 of the name: nobody tunes to those."""
        return "held" if hashlib.sha256(self.name.encode()).digest()[0] < 128 else "dev"


def lay(folder: Path, files: Files) -> None:
    """Write a task's files."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def gathered(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, without links, what is too large, and what Python keeps beside its sources."""
    found, size = dict[str, bytes](), 0
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or "__pycache__" in path.parts:
            continue
        size += path.stat().st_size
        if size > _MOST_BYTES or len(found) >= _MOST_FILES:
            break
        found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found
