"""Who of this process waits for something to change in a session."""

from __future__ import annotations

import asyncio


class SessionNews:
    """Wakes those who listen; what other processes change they look for by themselves."""

    def __init__(self) -> None:
        self._listening: dict[str, set[asyncio.Event]] = {}

    def listen(self, session_id: str) -> asyncio.Event:
        """Return what is set whenever something about a session changes here; give it back by `unlisten`."""
        news = asyncio.Event()
        self._listening.setdefault(session_id, set()).add(news)
        return news

    def unlisten(self, session_id: str, news: asyncio.Event) -> None:
        """Stop hearing of a session."""
        listening = self._listening.get(session_id, set())
        listening.discard(news)
        if not listening:
            self._listening.pop(session_id, None)

    def tell(self, session_id: str) -> None:
        """Wake whoever listens to a session."""
        for news in self._listening.get(session_id, ()):
            news.set()
