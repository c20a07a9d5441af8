"""Reading responses, whoever writes them: this process, another one, or nobody any more."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import cast

from earthshine.responses.objects import Response
from earthshine.responses.reply.events import fold
from earthshine.responses.run.response_run import ResponseRun
from earthshine.responses.store import UNFINISHED, ResponseStore
from earthshine.runs import Runs


class ResponseReaders:
    """What readers of this process see; only ever what is stored."""

    def __init__(self, store: ResponseStore, runs: Runs) -> None:
        self._store = store
        self._runs = runs

    async def now(self, response_id: str, project: str) -> Response:
        """Return a response that is not being written here, as it is now. Raises `NotFound`."""
        row = await self._store.get(response_id, project)
        if row.status not in UNFINISHED:
            return cast("Response", row.response)
        stored, _ = await self._runs.journal.load(response_id)
        return cast("Response", fold(stored) or row.response)

    async def events(self, response_id: str, project: str, after: int) -> AsyncGenerator[Sequence[bytes]]:
        """Return the events above `after` of a response that is not being written here. Raises `NotFound`."""
        await self._store.get(response_id, project)
        return await self._runs.readers.events(response_id, after)

    def follow(self, response: ResponseRun, after: int = -1) -> AsyncGenerator[Sequence[bytes]]:
        """Return the events above `after` of a response of this process; also those of whoever takes it over."""
        return self._runs.readers.follow(response.run, after)
