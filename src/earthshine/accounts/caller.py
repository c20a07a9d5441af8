"""Who sends a request: what the gate learns from a key or a session, and every room below may ask."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """One key or session, and what it acts for."""

    key_id: str
    project: str
    """The project whose objects it sees and that is billed."""
    organization: str = "default"
    user: str = ""
    """The person or service account behind the key; empty for the key of the first start."""
