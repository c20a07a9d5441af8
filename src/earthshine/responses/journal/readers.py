"""Reading responses, whoever writes them: this process, another one, or nobody any more."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, Any

from earthshine.responses.events import fold
from earthshine.responses.journal.journal import Journal
from earthshine.responses.journal.remote_streams import RemoteStreams
from earthshine.responses.store import UNFINISHED, ResponseStore

if TYPE_CHECKING:
    from earthshine.responses.run.writer import Run

Json = dict[str, Any]

_AT_ONCE = 1000
"""Events of an ended response handed out in one piece."""


class ResponseReaders:
    """What readers of this process see; only ever what is stored."""

    def __init__(self, store: ResponseStore, journal: Journal, remote: RemoteStreams) -> None:
        self._store = store
        self._journal = journal
        self._remote = remote

    async def now(self, response_id: str, project: str) -> Json:
        """Return a response that is not being written here, as it is now. Raises `NotFound`."""
        row = await self._store.get(response_id, project)
        if row.status not in UNFINISHED:
            return row.response
        stored, _ = await self._journal.load(response_id)
        return fold(stored) or row.response

    async def events(self, response_id: str, project: str, after: int) -> AsyncGenerator[Sequence[bytes]]:
        """Return the events above `after` of a response that is not being written here. Raises `NotFound`."""
        row = await self._store.get(response_id, project)
        if row.status in UNFINISHED:
            return self._elsewhere(response_id, after)
        stored, _ = await self._journal.load(response_id, after)
        return _in_pieces(stored)

    async def follow(self, run: Run, after: int = -1) -> AsyncGenerator[Sequence[bytes]]:
        """Yield the events above `after` of a run of this process; also those of whoever takes it over."""
        async for batch in run.stream.read(after):
            after += len(batch)
            yield batch
        if run.stream.lost:
            async for batch in self._elsewhere(run.id, after):
                yield batch

    async def _elsewhere(self, response_id: str, after: int) -> AsyncGenerator[Sequence[bytes]]:
        async with self._remote.follow(response_id) as stream:
            async for batch in stream.read(after):
                yield batch


async def _in_pieces(stored: Sequence[bytes]) -> AsyncGenerator[Sequence[bytes]]:
    for start in range(0, len(stored), _AT_ONCE):
        yield stored[start : start + _AT_ONCE]
