"""Paths of an environment: clients say `/workspace/...`, and there is a folder of files behind it."""

from __future__ import annotations

from earthshine.errors import InvalidRequest
from earthshine.sandboxes.workspace import check_path

ROOT = "/workspace"
_RESERVED = (".codex", ".managed-agents", "outputs")
"""Below the workspace; kept by OpenAI's API for itself, or a folder."""


def below_workspace(path: str) -> str:
    """Return a path that is the workspace or below it. Raises `InvalidRequest`."""
    plain = path.rstrip("/") or path
    if plain != ROOT:
        if not plain.startswith(f"{ROOT}/"):
            raise InvalidRequest(f"{path[:200]!r} is not below {ROOT}. Give an absolute path there.")
        check_path(plain.removeprefix(f"{ROOT}/"))
    return plain


def relative(path: str) -> str:
    """Return a path below the workspace as sandboxes take it, in which the workspace has a name of its own."""
    return path.removeprefix(ROOT).removeprefix("/") or "."


def destination(path: str) -> str:
    """Return where a file may be written, below the workspace. Raises `InvalidRequest`."""
    below = relative(below_workspace(path))
    first = below.partition("/")[0]
    if below == "." or first.startswith(".managed-agents-") or first in _RESERVED[:2] or below in _RESERVED:
        raise InvalidRequest(f"Nothing can be written to {path[:200]!r}: give the file a name of its own.")
    return below
