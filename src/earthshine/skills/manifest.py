"""What a SKILL.md says of its skill: the lines of YAML at its head.

Source: the Agent Skills format, https://agentskills.io/specification
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from earthshine.errors import InvalidRequest

NAME = "SKILL.md"
MOST_NAME, MOST_DESCRIPTION = 64, 1024
"""Characters."""
_MOST_HEAD = 2**14
"""Characters of YAML that are read."""
_DEEPEST = 16
"""Lists and tables inside one another: what reads YAML takes quadratic time for them."""
_HEAD = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of a skill before it is opened."""

    name: str
    description: str
    """What it does and when to use it, in the author's language."""


def read_manifest(content: bytes) -> Manifest:
    """Read the head of a SKILL.md. Raises `InvalidRequest` that says what to write."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong("it is not UTF-8") from None
    found = _HEAD.match(text[: _MOST_HEAD + 8])
    if found is None:
        raise _wrong("it must begin with a line `---`, then `name:` and `description:`, then a line `---`")
    head = _yaml(found[1])
    name, description = head.get("name"), head.get("description")
    if not isinstance(name, str) or len(name) > MOST_NAME or not _NAME.fullmatch(name):
        raise _wrong(
            f"its `name` must have 1 to {MOST_NAME} small letters a to z and digits, with single hyphens between them, "
            f"not {str(name)[:80]!r}"
        )
    if not isinstance(description, str) or not description.strip():
        raise _wrong("its `description` must say what the skill does and when to use it")
    if len(description) > MOST_DESCRIPTION:
        raise _wrong(f"its `description` has {len(description)} characters, and may have {MOST_DESCRIPTION}")
    return Manifest(name, " ".join(description.split()))


def _yaml(head: str) -> dict[str, Any]:
    import yaml  # here: only who sends a skill needs it

    depth = 0
    try:
        events = cast("Iterator[object]", yaml.parse(head, yaml.SafeLoader))  # pyright: ignore[reportUnknownMemberType]
        for event in events:
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            # Aliases are how a few lines become gigabytes, and no head needs them.
            if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST:
                raise _wrong("its head must use no YAML aliases (`*name`) and no deep nesting")
        read = yaml.safe_load(head)
    except (yaml.YAMLError, ValueError) as error:
        raise _wrong(f"its head is no YAML: {' '.join(str(error).split())[:200]}") from None
    return cast("dict[str, Any]", read) if isinstance(read, dict) else {}


def _wrong(why: str) -> InvalidRequest:
    return InvalidRequest(f"The {NAME} of the skill cannot be used: {why}.", param="files")
