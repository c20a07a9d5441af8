"""What the checks of `earthshine doctor` find."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    what: str
    state: Literal["ok", "warning", "broken"]
    detail: str
    mend: str = ""
    """What to do; empty when nothing is wrong."""

    def facts(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)
