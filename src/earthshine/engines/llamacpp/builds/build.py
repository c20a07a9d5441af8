"""One build of llama.cpp: what it is, and what is kept of it beside its program."""

from __future__ import annotations

import json
import platform
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earthshine.engines.llamacpp.builds.program import Program

WHEEL = "wheel"
"""The name of the build that comes with Earthshine, in the package `xllamacpp`."""
RECORD = "build.json"


@dataclass(frozen=True, slots=True)
class Build:
    """One build."""

    name: str
    made_for: str
    """What it computes with: `any processor`, `this processor`, `cuda`, `rocm`, `vulkan`, `metal`, or `unknown`."""
    version: str = ""
    program: Program | None = None
    """None for the wheel, which runs in a child of our own, and for one that does not run."""
    fault: str = ""
    """Why it cannot be used; empty for one that can."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept beside a program that was made here."""

    made_for: str
    version: str
    processor: str
    """Its name where it was made: one with other instructions may end such a program at once."""

    @classmethod
    def read(cls, folder: Path) -> Record | None:
        """Return the record of a folder; None where there is none, or it cannot be read."""
        try:
            kept: Any = json.loads((folder / RECORD).read_text("utf-8"))
            return cls(str(kept["made_for"]), str(kept["version"]), str(kept["processor"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        """Write it beside the program."""
        said = {"made_for": self.made_for, "version": self.version, "processor": self.processor}
        (folder / RECORD).write_text(json.dumps(said, indent=1), "utf-8")


def processor() -> str:
    """Return the name of this machine's processor."""
    try:
        said = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        said = ""
    found = re.search(r"^model name\s*:\s*(.+)$", said, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()
