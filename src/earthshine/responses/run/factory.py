"""How a run comes to be: from a turn that somebody asks for, or from what the journal holds of one that was cut."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from earthshine import harness
from earthshine.catalog import Catalog
from earthshine.conversations.store import Conversations
from earthshine.engines.base import Sampling
from earthshine.responses.journal.journal import Journal
from earthshine.responses.journal.stream import Stream
from earthshine.responses.resource import new_response
from earthshine.responses.response_builder import Emit, ResponseBuilder
from earthshine.responses.run.continuation import Continuation, replay
from earthshine.responses.run.ownership import Ownership
from earthshine.responses.run.turns import Turn
from earthshine.responses.run.writer import Run
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.store import ResponseStore, StoredResponse
from earthshine.responses.tools import called_name, functions


class RunFactory:
    """Makes runs that nobody writes yet."""

    def __init__(
        self,
        store: ResponseStore,
        journal: Journal,
        ownership: Ownership,
        catalog: Catalog,
        conversations: Conversations,
    ) -> None:
        self._store = store
        self._journal = journal
        self._ownership = ownership
        self._catalog = catalog
        self._conversations = conversations

    def sampling(self, create: ResponseCreate) -> Sampling:
        """Return the sampling in force: what the request says, filled up with what the model's card recommends."""
        asked = Sampling(temperature=create.temperature, top_p=create.top_p)
        return harness.recommended(self._catalog.resolve(create.model), asked)

    async def new(self, response_id: str, turn: Turn, continuation: Continuation | None) -> Run:
        """Make the run of a turn, and store its row with the opening events. Raises `ResponseExists`."""
        create = turn.create
        response = new_response(response_id, create, turn.body, self.sampling(create))
        stored = create.store is not False
        opening: list[bytes] = []
        builder = await self._builder(create, lambda event, _raw: opening.append(event))
        builder.begin(response)
        if continuation is not None:
            replay(builder, continuation)
        if stored:
            row = StoredResponse(
                id=response_id,
                caller=turn.caller,
                status=response["status"],
                background=bool(create.background),
                previous_response_id=create.previous_response_id,
                conversation_id=turn.conversation_id,
                request=turn.body,
                input=turn.items,
                history=turn.history,
                response=response,
                owner=self._ownership.id,
                in_chat=turn.in_chat,
            )
            await self._store.add(row, opening, "" if continuation is None else continuation.written)
            stream = self._journal.stream(response_id, opening)
        else:
            stream = Stream(opening)
        builder.emit_to(stream.append)
        return Run(response_id, turn, stream, builder, stored)

    async def resume(self, row: StoredResponse, create: ResponseCreate, stream: Stream, events: Sequence[bytes]) -> Run:
        """Make the run of a stored response once more, with the events that its journal holds."""
        turn = Turn(create, row.request, row.input, row.history or [], row.caller)
        builder = await self._builder(create, stream.append, events)
        return Run(row.id, turn, stream, builder, stored=True, timings=await self._journal.timings(row.id))

    async def _builder(self, create: ResponseCreate, emit: Emit, stored: Sequence[bytes] = ()) -> ResponseBuilder:
        sign = None
        if "reasoning.encrypted_content" in create.include:
            sign = partial((await self._conversations.signer()).sign, "reasoning")
        namespaced = {
            called_name(tool.name, namespace): {"name": tool.name, "namespace": namespace}
            for tool, namespace in functions(create.tools)
            if namespace is not None
        }
        return ResponseBuilder(emit, stored, logprobs=create.logprobs is not None, sign=sign, namespaced=namespaced)
