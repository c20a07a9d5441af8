"""What a search engine is here. An entry point of the group `earthshine.web_searches` names what makes one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

GROUP = "earthshine.web_searches"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is looked for."""

    text: str
    limit: int = 8
    """Results that are wanted."""
    domains: Sequence[str] = ()
    """Those that results must be of, where there are some; each with all that is below it."""
    country: str = ""
    """Where the user is: two letters of ISO 3166-1; empty where nobody said."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A page that was found."""

    url: str
    title: str
    snippet: str
    """What the engine says of it; nobody has checked that the page says so."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What the operator set."""

    url: str
    """Where the engine is; empty for its usual address."""
    key: str


class WebSearchEngine(ABC):
    """A search engine. Its entry point names a function that takes `EngineOptions` and returns it.

    That function raises `InvalidRequest`, which stops the start, where the options lack something.
    """

    @abstractmethod
    async def search(self, query: SearchQuery) -> list[SearchHit]:
        """Return the best pages first. Raises `UpstreamFailed` where the engine does not answer as it should."""
