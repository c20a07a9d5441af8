"""The samples of `samples.json`; the web app's own tests read the same file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sample:
    """One hostile text."""

    name: str
    text: str

    @property
    def is_bomb(self) -> bool:
        """Whether it is meant to be too much rather than to get out."""
        return self.name.startswith("bomb:") or len(self.text) > 20_000


def read_samples() -> list[Sample]:
    """Return all of them; those made of one piece many times over are written out."""
    raw = json.loads(Path(__file__).with_name("samples.json").read_text())
    return [
        Sample(
            each["name"],
            each["text"] if "text" in each else each["before"] + each["unit"] * each["times"] + each["after"],
        )
        for each in raw
    ]
