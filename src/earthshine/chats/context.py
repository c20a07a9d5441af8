"""What a chat takes from its person's own things: instructions of an assistant and a space, memories, preferences.

The room of those things is asked through these two functions, so that it can be another one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from earthshine.chats.owner import Owner

InstructionsFor = Callable[[Owner, str | None, str | None], Awaitable[list[str]]]
"""Return the instructions of an assistant and of a space, and the memories that are switched on."""

WantsModelTitles = Callable[[Owner], Awaitable[bool]]
"""Whether a model may make titles for this person's chats."""


@dataclass(frozen=True, slots=True)
class Personal:
    """What is asked of the person's own things."""

    instructions_for: InstructionsFor
    wants_model_titles: WantsModelTitles


async def compose(
    personal: Personal, owner: Owner, assistant_id: str | None, space_id: str | None, own: str | None
) -> str | None:
    """Return the instructions of a turn: the assistant's, the space's, memories, then the chat's; None for none."""
    texts = [*await personal.instructions_for(owner, assistant_id, space_id), own or ""]
    return "\n\n".join(text for text in texts if text.strip()) or None


async def _no_instructions(_owner: Owner, _assistant_id: str | None, _space_id: str | None) -> list[str]:
    return []


async def _model_titles(_owner: Owner) -> bool:
    return True


PLAIN = Personal(_no_instructions, _model_titles)
"""A person who has set up nothing."""
