"""The events of one run as live readers get them.

Each reader walks the list at its own pace, so a slow one slows nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence

from earthshine.database import Connection
from earthshine.errors import Unavailable

Write = Callable[[Connection], Awaitable[None]]
"""Something else that is stored in the transaction of some events."""


class TakenOver(Unavailable):
    """This process lost touch with the others for a while, and one of them goes on with the run."""

    default_code = "taken_over"

    def __init__(self) -> None:
        super().__init__("Another server has taken this over. Retrieve it by its id.", retry_after=1)


class Stream:
    """The numbered events of one run: one writer, any number of readers.

    This class alone is the stream of a run that is not stored: what is appended can be read at once.
    """

    def __init__(self, stored: Iterable[bytes] = ()) -> None:
        self.events: list[bytes] = list(stored)
        """What readers may see; an event's number is its place."""
        self.step = 0
        """The step that what is appended belongs to."""
        self.ended = False
        self.lost = False
        """Whether another process performs the run now, or it was deleted: this stream ended before it did."""
        self.on_lost: Callable[[], None] | None = None
        """Called when it is lost."""
        self._grown = asyncio.Event()

    def append(self, event: bytes, raw: str = "") -> None:
        """Add the next event. `raw` is what the model wrote to cause it."""
        self.publish((event,))

    async def wait_for_space(self) -> None:
        """Wait while the writer is too far ahead of the storage."""

    def record(self, *writes: Write, ends: bool = False, urgent: bool = False) -> asyncio.Future[None]:
        """Queue `writes` for one transaction with the events so far; the future is done when all are stored.

        Queued before this returns, so that no commit can part the events from `writes`. `ends`: readers come to their
        end after it. `urgent`: the next commit does not wait for others to share it.
        """
        self.publish((), ended=ends)
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        stored.set_result(None)
        return stored

    def end(self, *writes: Write) -> asyncio.Future[None]:
        """Queue the last events with `writes`; then readers come to their end."""
        return self.record(*writes, ends=True)

    def lose(self) -> None:
        """End it here, because it goes on elsewhere."""
        if not self.ended:
            self.lost = True
            self.publish((), ended=True)
            if self.on_lost is not None:
                self.on_lost()

    async def read(self, after: int = -1) -> AsyncGenerator[Sequence[bytes]]:
        """Yield the events with numbers above `after`, in batches, until the stream ends."""
        position = after + 1
        while True:
            if position < len(self.events):
                batch = self.events[position:]
                position += len(batch)
                yield batch
            elif self.ended:
                return
            else:
                await self._grown.wait()

    def publish(self, new: Iterable[bytes], *, ended: bool = False) -> None:
        """Show readers what was stored."""
        self.events.extend(new)
        self.ended = self.ended or ended
        self._grown.set()
        self._grown = asyncio.Event()
