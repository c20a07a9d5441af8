"""The contract of tools whose functions somebody else lists: they are not known before that somebody was asked.

The list is an item of the context, as in OpenAI's API: as long as it is there, nobody is asked again.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from earthshine.tools.approvals import Decision, Touches
from earthshine.tools.base import Json, Tool, ToolContext


@dataclass(frozen=True, slots=True)
class ListedFunction:
    """A function of a list, as a request may use it."""

    name: str
    """What whoever lists it calls it."""
    chat: Json
    """In the chat shape, under the name that the model knows."""
    touches: Touches = field(default_factory=Touches)
    decision: Decision = "allow"
    """What the request itself says of calling it."""

    @property
    def called(self) -> str:
        """The name that the model knows."""
        return self.chat["function"]["name"]


class ListedTool(Tool):
    """A tool of which a request may name several, each with a label of its own."""

    def functions(self, settings: Any, offered: Sequence[object]) -> list[Json]:
        """Return nothing: what can be called is in the list."""
        return []

    @abstractmethod
    def label(self, settings: Any) -> str:
        """Return what tells this tool from others of its type in one request."""

    def deferred(self, settings: Any) -> str | None:
        """Return what its functions are for, when they are shown only after a tool search found them; else None."""
        return None

    @abstractmethod
    def empty_list(self, settings: Any) -> Json:
        """Return the item that a list begins as, without its id."""

    @abstractmethod
    async def list(self, settings: Any, context: ToolContext) -> Json:
        """Ask what can be called; returns the item's fields. An `EarthshineError` that it raises ends the response."""

    @abstractmethod
    def listed(self, settings: Any, item: Json) -> list[ListedFunction]:
        """Return the functions of a list that this request may use. A client may have sent the list."""

    @abstractmethod
    def is_list(self, settings: Any, item: Json) -> bool:
        """Tell whether an item is a list of this tool's."""

    @abstractmethod
    def begin_call(self, settings: Any, name: str) -> Json:
        """Return the item that a call of a function begins as, without id, call id and status; by its own name."""

    @abstractmethod
    def made(self, settings: Any, item: Json) -> bool:
        """Tell whether an item is a call of this tool's."""
