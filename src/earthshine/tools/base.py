"""The contract of the tools that the server itself runs for a model. `docs/tools.md` shows how to write one.

A tool is named in a request by its `type`. It gives the model functions; what the model calls is run as a step of the
response's run, so a crash neither loses a call nor repeats one that must not be repeated.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeVar, cast

import orjson

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.permissions import Permission
from earthshine.engines.requests import ChatRequest
from earthshine.errors import Internal, InvalidRequest
from earthshine.metering.units import Unit
from earthshine.runs import NotDone, Unknown
from earthshine.services import Services
from earthshine.tools.approvals import Touches
from earthshine.wire.strict import Strict

Json = dict[str, Any]
S = TypeVar("S")

Need = Literal["container", "network", "vector_stores"]
"""What a tool cannot work without, of that which an installation may lack."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool's function."""

    id: str
    """As the model's prompt and the response's items have it."""
    name: str
    """The function that is called."""
    arguments: str
    """JSON text as the model wrote it, which may be broken."""
    key: str
    """The idempotency key: the same however often the call is begun, and no other call's."""
    settings: Any
    """What the client asked of the tool: a `Tool.settings`."""
    own_name: str = ""
    """What whoever listed the function calls it; empty for one of a tool that is no `ListedTool`."""
    schema: Any = None
    """The JSON Schema of its arguments, where the model was shown one."""

    def values(self) -> Json:
        """Return the arguments. Raises `InvalidRequest`, which the model is told, for what is no JSON object."""
        try:
            read = orjson.loads(self.arguments or "{}")
        except orjson.JSONDecodeError as error:
            raise InvalidRequest(f"The arguments are not JSON: {error}.") from None
        if not isinstance(read, dict):
            raise InvalidRequest("The arguments must be a JSON object.")
        return cast("Json", read)


@dataclass(frozen=True, slots=True)
class NestedCall:
    """A call that a tool makes, of another function of the request."""

    name: str
    """As the model knows it."""
    arguments: str
    """JSON text of an object."""


@dataclass(frozen=True, slots=True)
class NestedAnswer:
    """What came of such a call."""

    output: str
    failed: bool


async def _at_once(_name: str, work: Callable[[], Awaitable[Json]]) -> Json:
    return await work()


async def _calls_nothing(_calls: Sequence[NestedCall]) -> list[NestedAnswer]:
    raise Internal("This tool was given nothing to call.")


async def _nobody(_name: str, _request: ChatRequest) -> str:
    raise Internal("This tool was given no model to ask.")


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may use while it runs. It is cancelled, as any task, when its response is."""

    caller: Caller
    """For whom it runs."""
    offered: Sequence[object] = ()
    """The tools of the request, checked."""
    tell: Callable[[str, Json], None] = field(default=lambda _event, _fields: None)
    """Tells readers of progress: the type of an event without `response.`, and fields of its own. The official SDKs
    know only the events of OpenAI's API."""
    services: Services = field(default_factory=Services)
    """Those of the installation."""
    question: str = ""
    """What the user said last."""
    items: Sequence[Json] = ()
    """What came before the call, in stored form: instructions, the conversation, and what the response has so far."""
    queries: Sequence[str] = ()
    """What a search looks for, when it tells how far it is."""
    room: int = 2000
    """Tokens that what the model reads of the result should have at most."""
    step: Callable[[str, Callable[[], Awaitable[Json]]], Awaitable[Json]] = _at_once
    """Does a part of the work under a name, or returns what it returned when it was done before: JSON. For tools that
    work `in_steps`. Raises `ToolFailed` with the words of an error of the work."""
    ask: Callable[[str, ChatRequest], Awaitable[str]] = _nobody
    """Asks the model of the response something on the way, as a step of that name; returns the text of its answer."""

    functions: Sequence[Json] = ()
    """What it may `call`, in the chat shape; each with an `output_schema`, where its results are described."""
    call: Callable[[Sequence[NestedCall]], Awaitable[Sequence[NestedAnswer]]] = _calls_nothing
    """Calls functions side by side, each as a step of its own, under the rules that hold for the model's calls. For
    tools that work `in_steps`: after a crash, and when others had to answer, the tool is called again, and the calls
    that it made before, in their order, return what they returned. Raises `InvalidRequest` where it makes another one,
    or more than it may."""

    def service(self, kind: type[S]) -> S:
        """Return a service of the installation. Raises `LookupError` for one that it has not."""
        return self.services.get(kind)


class ToolFailed(InvalidRequest):
    """A part of a tool's work failed, now or before a crash; the words are what the model reads."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What came of a call."""

    output: str
    """What the model reads."""
    quantity: int = 1
    """What it used, in the smallest parts of its tool's unit."""
    item: Json | None = None
    """The item that tells it, without id, call id and status; None for a `function_call_output` with the output."""
    files: Sequence[str] = ()
    """Ids of files that it made or changed in a container: the answer cites them."""


class Tool(ABC):
    """One tool. An entry point of the group `earthshine.tools`, called as the tool's type, names what makes it."""

    type: ClassVar[str]
    """What a request calls it: OpenAI's word, where OpenAI has this tool."""
    settings: ClassVar[type[Strict]]
    """What a request may say with it; has a field `type`."""
    repeat: ClassVar[Literal["freely", "by_key", "never"]] = "freely"
    """What becomes of a call that was cut by a crash: done again as if it had never begun, done again with the same
    key, or never by itself."""
    in_steps: ClassVar[bool] = False
    """Whether it does its work by `ToolContext.step` and `ask`, so that a crash loses no more than one part of it: it
    is called again then, and each step that was done returns what it returned."""
    demanded_once: ClassVar[bool] = False
    """Whether a `tool_choice` that demands it is met by one call, after which it is not shown: small models repeat what
    they see."""
    alone: ClassVar[bool] = False
    """Whether a step of the model calls once at most where the server runs it: what a call returns decides on the
    next one."""
    reads_calls: ClassVar[bool] = False
    """Whether a call is told when it is whole, as `read_call` reads it, and not while it is written."""
    sees: ClassVar[bool] = False
    """Whether its results are pictures, so that only a model which sees can use it."""
    permission: ClassVar[Permission | None] = None
    """What the caller must be permitted, beyond the asking of a model."""
    needs: ClassVar[frozenset[Need]] = frozenset()
    """What it cannot work without."""
    secrets: ClassVar[tuple[str, ...]] = ()
    """Fields of its settings that are stored encrypted, while the response needs them, and told to nobody; those of
    objects within by a path with dots."""
    unit: ClassVar[Unit | None] = None
    """In what its use is charged, at the price that its type has; None for what is free."""

    connects: ClassVar[bool] = False
    """Whether a person switches it on with a connector that is kept: it is as many tools as there are connectors."""
    switch: ClassVar[Json | None] = None
    """The tool as a request names it when a person just switches it on; None for one that needs to be told more."""

    @abstractmethod
    def functions(self, settings: Any, offered: Sequence[object]) -> list[Json]:
        """Return what the model may call, in the chat shape; with names that no other tool's functions have.

        `offered`: the tools of the request. Asked before each step, so it must be quick.
        """

    @abstractmethod
    async def run(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Do it. An `EarthshineError` that it raises is what the model reads."""

    async def settle(self, call: ToolCall, context: ToolContext) -> ToolResult | NotDone | Unknown:
        """Say what became of a call that was cut, where `repeat` is `never`."""
        return Unknown()

    def lacks(self, settings: Any, services: Services) -> str:
        """Say what the operator must set before it can work; empty where nothing is missing."""
        return ""

    async def prepare(self, settings: Any, context: ToolContext) -> Json | None:
        """Look up what must be known before the model is asked; it is stored with the request. None for nothing.

        Raises an `EarthshineError` at a field of the settings, which refuses the request.
        """
        return None

    def prepared(self, settings: Any, known: Json) -> Any:
        """Return the settings with what `prepare` found."""
        return settings

    def touches(self, settings: Any, function: str = "") -> Touches:
        """Return what a call of one of its functions may touch: the operator's rules ask for it."""
        return Touches()

    def is_shown(self, function: str, told: Sequence[Json]) -> bool:
        """Tell whether the model is shown one of its functions: not before there is something to call it with.

        `told`: instructions and all items before the step, in stored form.
        """
        return True

    def runs_here(self, settings: Any) -> bool:
        """Tell whether calls are run by the server; else they are the client's, as functions are."""
        return True

    def call_item(self, settings: Any) -> Json | None:
        """Return the item that a call begins as, without id, call id and status; None for a `function_call`."""
        return None

    def answer_item(self, call: ToolCall) -> Json | None:
        """Return the item that the answer begins as, without id, call id and status; None to tell it when it is whole.

        Where there is one, `ToolContext.tell` speaks of it, and not of the call.
        """
        return None

    def read_call(self, settings: Any, arguments: str) -> Json:
        """Return what a call's item has besides, where the tool `reads_calls`; `arguments` is JSON text, or is broken.

        An `InvalidRequest` that it raises is what the model reads: no client sees the call; the model is asked anew.
        """
        raise NotImplementedError
