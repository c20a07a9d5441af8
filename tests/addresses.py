"""Where a resource of the API is: OpenAI's under `/v1`, ours under `/earthshine/v1`."""

from __future__ import annotations

OURS = frozenset(
    {
        *(
            "assistants",
            "browsers",
            "catalog",
            "chats",
            "connectors",
            "deployments",
            "devices",
            "engines",
            "machine",
            "memories",
            "organizations",
        ),
        *(
            "preferences",
            "prompts",
            "ratings",
            "research",
            "servers",
            "sessions",
            "settings",
            "setup",
            "shares",
            "spaces",
            "tools",
        ),
        *("egress", "research", "living_containers", "tool_rules", "notifications"),
    }
)
"""First steps of addresses that OpenAI's API does not have, or has for something else."""


def address(path: str, method: str = "") -> str:
    """Return the whole address of `/chats/...` or `/responses/...`; with `GET`, of all responses, that of the log."""
    place = path.partition("?")[0]
    first = place.strip("/").partition("/")[0]
    log = "/calls/" in place or place.endswith("/journal") or (method == "GET" and place == "/responses")
    link = first == "agents" and place.endswith("/shares")
    ours = first in OURS or "/deliveries" in place or (first == "responses" and log) or link
    return f"/earthshine/v1{path}" if ours else f"/v1{path}"
