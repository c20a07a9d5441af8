"""Which turns are guided by the program: those of small models that have something to work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import Row

from earthshine.agents.program.rules import Rules
from earthshine.agents.program.small import NAME
from earthshine.catalog import Catalog
from earthshine.errors import EarthshineError
from earthshine.settings import Settings

Json = dict[str, Any]

SMALL = 4_000_000_000
"""Weights of a model up to which it is guided, where the operator says nothing."""


class ProgramChoice:
    """Chooses by the model's card, what the operator says of it, and what the session asks for."""

    def __init__(
        self, catalog: Catalog, settings: Settings, last_report: Callable[[str], Awaitable[str | None]]
    ) -> None:
        """`last_report` returns that of the automation that began a session, by the session's id."""
        self._catalog, self._settings = catalog, settings
        self.last_report = last_report

    def of(self, session: Row[Any], turn_id: str, steps: Sequence[Json], tools: Sequence[Json]) -> Json | None:
        """Return the program of a turn's next response, with what that is to know; None for the plain loop.

        `steps`: the responses of the turn, with what is given to each.
        """
        own: Json = session.earthshine or {}
        rules = Rules.model_validate(own.get("rules") or {})
        said = [item for step in steps for item in step["input"] if item.get("role") == "user"]
        wanted = self.guides(session.agent["model"]) if rules.program is None else rules.program
        if not wanted or not tools or not said or not all(map(_is_text, said)) or self.is_named(session.agent["model"]):
            return None
        return {"name": NAME, "rules": rules.model_dump(), "turn_id": turn_id, "words": len(said)}

    def is_named(self, model: str) -> bool:
        """Tell whether the model's name says which program writes, as at `X-deep-research`."""
        try:
            return self._catalog.variant(model) is not None
        except EarthshineError:
            return False

    def guides(self, model: str) -> bool:
        """Tell whether a model is guided where the session does not say."""
        try:
            card = self._catalog.resolve(model)
        except EarthshineError:
            # Whoever begins the response says what is wrong with it.
            return False
        said = self._settings.guided_models
        if (known := said.get(card.name, said.get(model))) is not None:
            return known
        return card.kind == "weights" and 0 < card.parameters <= SMALL


def _is_text(message: Json) -> bool:
    """Tell whether the program can read a message: the state that it keeps is text."""
    content: Any = message["content"]
    return isinstance(content, str) or all(part["type"] == "input_text" for part in content)
