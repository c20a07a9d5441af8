"""How the run of a response comes to be: from a turn that somebody asks for, or from what is stored of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from earthshine import harness
from earthshine.accounts.authorization.caller import Caller
from earthshine.catalog import Catalog
from earthshine.conversations.store import Conversations
from earthshine.database import Connection, Database
from earthshine.engines.requests import Sampling
from earthshine.responses.items.readings import files_in
from earthshine.responses.reply.response_builder import ResponseBuilder
from earthshine.responses.reply.response_events import Emit
from earthshine.responses.reply.timings import stored_timings
from earthshine.responses.resource import new_response
from earthshine.responses.run.continuation import Continuation, replay
from earthshine.responses.run.response_run import ResponseRun
from earthshine.responses.run.turns import Turn
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.store import ResponseExists, ResponseStore, StoredResponse
from earthshine.responses.tools.definitions import check_hosted
from earthshine.responses.tools.secrets import ToolSecrets, give_prepared
from earthshine.responses.tools.toolset import Toolset
from earthshine.runs import NewRun, Run, RunExists, Runs
from earthshine.tools.approvals import Judge
from earthshine.wire import check


class ResponseFactory:
    """Makes what writes a response."""

    def __init__(
        self,
        database: Database,
        store: ResponseStore,
        runs: Runs,
        catalog: Catalog,
        conversations: Conversations,
        secrets: ToolSecrets,
        judge: Callable[[Caller], Judge],
    ) -> None:
        self._secrets = secrets
        self._judge = judge
        self._database = database
        self._store = store
        self._runs = runs
        self._catalog = catalog
        self._conversations = conversations
        self.on_begun: list[Callable[[Connection, str, Turn], Awaitable[None]]] = []
        """Called in the transaction in which a response begins, with its id."""

    def sampling(self, create: ResponseCreate) -> Sampling:
        """Return the sampling in force: what the request says, filled up with what the model's card recommends."""
        asked = Sampling(temperature=create.temperature, top_p=create.top_p)
        return harness.recommended(self._catalog.resolve(create.model), asked)

    async def begin(self, response_id: str, turn: Turn, continuation: Continuation | None) -> ResponseRun:
        """Store a turn's response with its opening events, and begin its run. Raises `ResponseExists`."""
        create = turn.create
        response = new_response(response_id, create, turn.body, self.sampling(create))
        opening: list[bytes] = []
        toolset = self._toolset(turn)
        builder = await self._builder(create, lambda event, _raw: opening.append(event))
        builder.begin(response)
        if continuation is not None:
            builder.begin_step(toolset.opens(turn.context, ()))
            replay(builder, continuation)
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
            in_chat=turn.in_chat,
        )
        try:
            run = await self._runs.start(
                NewRun("response", turn.caller, turn.program, id=response_id, background=bool(create.background)),
                opening=opening,
                written="" if continuation is None else continuation.written,
                write=partial(self._add, row, turn),
                stored=create.store is not False,
            )
        except RunExists:
            raise ResponseExists(response_id) from None
        builder.emit_to(run.emit)
        # The run's task has not begun: nothing was waited for since it was made.
        begun = run.state = ResponseRun(run, turn, builder, toolset)
        return begun

    async def resume(self, run: Run) -> ResponseRun:
        """Make what goes on with a stored response. Raises `InvalidRequest` for a request of another version.

        Also for one with a tool that is no longer there.
        """
        row = await self._store.get(run.id, run.record.project)
        create = check(ResponseCreate, self._secrets.opened(row.body))
        check_hosted(create.tools)
        give_prepared(create, row.body)
        if (meant := (run.record.input or {}).get("model")) is not None:
            create = create.model_copy(update={"model": meant})
        turn = Turn(create, row.request, row.input, row.history or [], row.caller, program=run.record.input)
        builder = await self._builder(create, run.emit, run.stream.events)
        toolset = self._toolset(turn)
        async with self._database.read() as connection:
            timings = await stored_timings(connection, run.id)
        return ResponseRun(run, turn, builder, toolset, timings=timings)

    async def _add(self, row: StoredResponse, turn: Turn, connection: Connection) -> None:
        await self._store.add(connection, row)
        for tell in self.on_begun:
            await tell(connection, row.id, turn)

    def _toolset(self, turn: Turn) -> Toolset:
        often = bool(files_in(turn.context)) or turn.program is not None
        return Toolset(turn.create, asked_often=often, judge=self._judge(turn.caller))

    async def _builder(self, create: ResponseCreate, emit: Emit, stored: Sequence[bytes] = ()) -> ResponseBuilder:
        sign = None
        if "reasoning.encrypted_content" in create.include:
            sign = partial((await self._conversations.signer()).sign, "reasoning")
        return ResponseBuilder(emit, stored, logprobs=create.logprobs is not None, sign=sign)
