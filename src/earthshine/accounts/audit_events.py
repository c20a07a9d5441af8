"""Names of what is written to the audit trail.

OpenAI's clients know a fixed list. An act that has no name there is shown under the nearest one, and its own name
stands beside it as `event`, so that a strict client reads every row and nothing is left out.
"""

from __future__ import annotations

from typing import Final

OPENAI: Final[frozenset[str]] = frozenset(
    {
        *(f"api_key.{verb}" for verb in ("created", "updated", "deleted")),
        *(f"group.{verb}" for verb in ("created", "updated", "deleted")),
        *(f"invite.{verb}" for verb in ("sent", "accepted", "deleted")),
        *(f"{what}.{how}" for what in ("login", "logout") for how in ("succeeded", "failed")),
        "organization.updated",
        *(f"project.{verb}" for verb in ("created", "updated", "archived", "deleted")),
        *(f"rate_limit.{verb}" for verb in ("updated", "deleted")),
        "resource.deleted",
        *(f"role.{verb}" for verb in ("created", "updated", "deleted")),
        *(f"role.assignment.{verb}" for verb in ("created", "deleted")),
        *(f"service_account.{verb}" for verb in ("created", "updated", "deleted")),
        *(f"user.{verb}" for verb in ("added", "updated", "deleted")),
    }
)
"""Those of OpenAI's names that something here can have."""

NEAREST: Final = "organization.updated"
"""What an act without a name of OpenAI's is shown as."""


def shown_as(event: str) -> str:
    """Return the name that OpenAI's clients know."""
    return event if event in OPENAI else NEAREST
