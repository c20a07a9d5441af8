"""A turn: a request made whole, with the items that it adds and the history that it goes on from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from earthshine.accounts.audit.trail import READING
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import WRITING, Privacy
from earthshine.conversations.content import drop_logprobs
from earthshine.conversations.items import Item, Resolve, store_form
from earthshine.conversations.items.store_form import KeepFile
from earthshine.conversations.store import Conversations
from earthshine.errors import EarthshineError, NotFound, PermissionDenied
from earthshine.responses.files.sent import SentFiles
from earthshine.responses.items.approvals import check_answers
from earthshine.responses.items.programs import check_programs
from earthshine.responses.items.truncation import CHARACTERS_PER_TOKEN
from earthshine.responses.run.variants import Variants
from earthshine.responses.schemas import InputTokensRequest, ResponseBase, ResponseCreate
from earthshine.responses.store import ResponseStore, no_previous
from earthshine.responses.stored_request import without_input
from earthshine.responses.tools.definitions import HostedTool, check_equipped
from earthshine.responses.tools.secrets import ToolSecrets, with_prepared
from earthshine.services import Services
from earthshine.tools.approvals import Judge
from earthshine.tools.base import ToolContext

Json = dict[str, Any]

ContextLength = Callable[[str], int]
_COUNTED_SECONDS = 3600
"""For how long bytes that were sent only to be counted are kept; what asks with them keeps them longer."""
Asked = TypeVar("Asked", ResponseCreate, InputTokensRequest)


@dataclass(frozen=True, slots=True)
class Turn:
    """All that one response depends on."""

    create: ResponseCreate
    body: Json
    """The request without its input, which is `items`."""
    items: list[Item]
    """The items that it adds, with their ids."""
    history: list[Item]
    """The items before them."""
    caller: Caller
    in_chat: bool = False
    """Whether a chat asks for it."""
    program: Json | None = None
    """The program that writes it, by its `name`, with what that is to know; None for the plain loop."""

    @property
    def project(self) -> str:
        """The project that it belongs to."""
        return self.caller.project

    @property
    def conversation_id(self) -> str | None:
        """The conversation that it belongs to."""
        return self.create.conversation.id if self.create.conversation else None

    @property
    def context(self) -> list[Item]:
        """Everything that the model is to see."""
        return [*self.history, *self.items]


class TurnFactory:
    """Makes turns from requests."""

    def __init__(
        self,
        store: ResponseStore,
        conversations: Conversations,
        privacy: Privacy,
        context_length: ContextLength,
        services: Services,
        *,
        secrets: ToolSecrets,
        judge: Callable[[Caller], Judge],
        leave_out_missing_tools: bool = False,
    ) -> None:
        """`context_length` says how many tokens a model takes, 0 when nobody knows; it raises `ModelNotFound`."""
        self._files, self._services = SentFiles(services), services
        self._secrets = secrets
        self._judge = judge
        self._leave_out = leave_out_missing_tools
        self._context_length = context_length
        self._store = store
        self._privacy = privacy
        self._conversations = conversations
        self.variants = Variants(services)
        """What answers to names of models with a suffix."""

    async def prepare(
        self, create: ResponseCreate, body: Json, caller: Caller, unstored: Mapping[str, list[Item]] | None = None
    ) -> Turn:
        """Check a request and gather what it refers to.

        `unstored` has the items of responses that only this connection remembers, by response id.
        Raises a 400, 403, 404 or 409 that names the field.
        """
        create, body, program = await self.variants.meant(create, body, caller)
        create, body = self.without_missing(create, body)
        create.check_supported()
        check_equipped(create.tools, self._services)
        judge = self._judge(caller)
        _check_permitted(create, caller, judge)
        history = await self._history(create, caller, unstored or {})
        before = {item["id"]: item for item in history}

        async def resolve(item_id: str) -> Item | None:
            return before.get(item_id)

        items = await self._items(create, resolve, self._files.keeper(caller))
        referenced = {item["id"] for item in items}
        history = [item for item in history if item["id"] not in referenced]
        check_answers(history, items, create.tools)
        check_programs(history, items, create.tools)
        known = await self._prepare(create, caller, [*history, *items])
        _check_permitted(create, caller, judge)  # of what was found, too
        stored = with_prepared(without_input(body), known)
        return Turn(create, self._secrets.sealed(create, stored), items, history, caller, program=program)

    async def context(self, request: ResponseBase, caller: Caller) -> list[Item]:
        """Return the items that a request which is only counted or compacted would show to the model."""
        keep = None
        if isinstance(request, InputTokensRequest):
            request, _ = self.without_missing(request, {})
            check_equipped(request.tools, self._services)
            keep = self._files.keeper(caller, _COUNTED_SECONDS)
        request.check_supported()
        history = await self._history(request, caller, {})
        items = [*history, *await self._items(request, keep=keep)]
        if isinstance(request, InputTokensRequest):
            await self._prepare(request, caller, items)
        return items

    async def _prepare(
        self, request: ResponseCreate | InputTokensRequest, caller: Caller, items: Sequence[Item]
    ) -> list[Json | None]:
        """Have tools look up what they must know; returns what each found. Raises what they do, at the field."""
        context = ToolContext(caller, services=self._services, items=items)
        found: list[Json | None] = []
        for index, tool in enumerate(request.tools):
            known = None
            if isinstance(tool, HostedTool) and tool.tool is not None:
                try:
                    known = await tool.tool.prepare(tool.settings, context)
                except EarthshineError as error:
                    error.param = f"tools[{index}]" + (f".{error.param}" if error.param else "")
                    raise
                if known is not None:
                    tool.prepare(known)
            found.append(known)
        return found

    async def _items(
        self, request: ResponseBase, resolve: Resolve | None = None, keep: KeepFile | None = None
    ) -> list[Item]:
        """Return the items that a request adds, in their stored form."""
        signer = await self._conversations.signer()
        items = await store_form(request.input or [], signer, param="input", resolve=resolve, keep=keep)
        for item in items:  # no model reads them, and the response that they came with has them
            drop_logprobs(item)
        return items

    def without_missing(self, create: Asked, body: Json) -> tuple[Asked, Json]:
        """Take hosted tools out that cannot do anything, and all of them where the operator wants it.

        The response's own `tools` then tell which the model had.
        """
        kept = [
            index
            for index, tool in enumerate(create.tools)
            if not (isinstance(tool, HostedTool) and self._is_missing(tool))
        ]
        if len(kept) == len(create.tools):
            return create, body
        tools: list[Any] = body.get("tools") or []
        create = create.model_copy(update={"tools": [create.tools[index] for index in kept]})
        return create, body and {**body, "tools": [tools[index] for index in kept]}

    def _is_missing(self, tool: HostedTool) -> bool:
        lacking = tool.tool is None or bool(tool.lacks(self._services))
        return lacking and (self._leave_out or tool.never_works)

    async def _history(self, request: ResponseBase, caller: Caller, unstored: Mapping[str, list[Item]]) -> list[Item]:
        project = caller.project
        if isinstance(request, ResponseCreate | InputTokensRequest) and request.conversation is not None:
            # What answers is added to it; counting only reads.
            act = WRITING if isinstance(request, ResponseCreate) else READING
            try:
                await self._conversations.privacy.check(request.conversation.id, caller, act)
                return await self._conversations.all_items(request.conversation.id, project)
            except NotFound as error:
                error.param = "conversation"
                raise
        previous = request.previous_response_id
        if previous is None:
            return []
        if previous in unstored:
            return unstored[previous]
        try:
            await self._privacy.check(previous, caller)
        except NotFound:
            raise no_previous(previous) from None
        return await self._store.history(previous, project, characters=self._characters(request))

    def _characters(self, request: ResponseBase) -> int | None:
        """Return how much history can matter: with truncation, more than the model could ever be shown; else all."""
        if not isinstance(request, ResponseCreate) or request.truncation != "auto":
            return None
        if any(item["type"] == "item_reference" for item in request.input or ()):
            return None
        return self._context_length(request.model) * CHARACTERS_PER_TOKEN or None


def _check_permitted(create: ResponseCreate, caller: Caller, judge: Judge) -> None:
    for index, tool in enumerate(create.tools):
        if isinstance(tool, HostedTool) and tool.tool is not None:
            touches = tool.tool.touches(tool.settings)
            if judge(tool.type, touches) == "refuse":
                where = f" at {touches.host}" if touches.host else ""
                raise PermissionDenied(
                    f"The rules of this installation refuse the tool {tool.type!r}{where}. Leave it out, or ask who "
                    "manages the project or the installation: `tool_rules`, under Policies in the console.",
                    param=f"tools[{index}]",
                )
        needed = tool.tool.permission if isinstance(tool, HostedTool) and tool.tool is not None else None
        if needed is not None and needed not in caller.permissions:
            raise PermissionDenied(
                f"The tool {tool.type!r} needs the permission '{needed}'. Ask an administrator, or leave it out.",
                param=f"tools[{index}].type",
            )
