"""The pages of this repository, and the samples in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

SAMPLE = re.compile(
    r"(?:^<!-- (?P<mark>run|not run: [^>]+) -->\n)?^```(?P<language>python|sh|bash|console)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def pages() -> list[Path]:
    """Return every Markdown page that people read."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@dataclass(frozen=True)
class Sample:
    """One fenced piece of code."""

    page: Path
    line: int
    language: str
    mark: str
    """`run`, `not run: REASON`, or empty."""
    code: str

    @property
    def name(self) -> str:
        """Where it stands."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def runs(self) -> bool:
        """Python always runs; a shell sample runs when it says so."""
        return not self.mark.startswith("not run") and (self.language == "python" or self.mark == "run")


def samples() -> Iterator[Sample]:
    """Yield every sample of every page."""
    for page in pages():
        text = page.read_text()
        for match in SAMPLE.finditer(text):
            line = text.count("\n", 0, match.start("code"))
            yield Sample(page, line, match["language"], match["mark"] or "", match["code"])
