"""Items as clients send them, and the form in which they are stored and returned.

A stored item is a plain dictionary that the official SDK's types accept: it always has an id, its content is a list of
typed parts, and it carries no nulls.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import Field, PlainValidator, field_validator

from earthshine.conversations.content import (
    AssistantContent,
    ReasoningText,
    SummaryText,
    SystemContent,
    ToolOutput,
    UserContent,
    stored_parts,
)
from earthshine.conversations.signing import TextSigner
from earthshine.errors import InvalidRequest, NotFound, UnsupportedParameter
from earthshine.ids import new_id
from earthshine.wire import with_pauses
from earthshine.wire.strict import Choose, Strict, chooser, rejection

Item = dict[str, Any]
"""An item in its stored form."""

ItemId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:\-]{1,128}$")]
Status = Literal["in_progress", "completed", "incomplete"]
CallId = Annotated[str, Field(min_length=1, max_length=64)]
FunctionName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_\-]{1,64}$")]


class _Storable(Strict):
    prefix: ClassVar[str]
    id: ItemId | None = None

    def stored(self) -> Item:
        """Return the stored form, with a new id unless the client gave one."""
        fields = self.model_dump(exclude_none=True, exclude={"id"})
        return {"id": self.id or new_id(self.prefix), **fields}


class _Message(_Storable):
    prefix = "msg"
    type: Literal["message"] = "message"
    status: Status = "completed"


class UserMessage(_Message):
    """What a user said."""

    role: Literal["user"]
    content: UserContent


class SystemMessage(_Message):
    """Instructions of the operator or the developer."""

    role: Literal["system", "developer"]
    content: SystemContent


class AssistantMessage(_Message):
    """What a model said."""

    role: Literal["assistant"]
    content: AssistantContent
    phase: Literal["commentary", "final_answer"] | None = None

    def stored(self) -> Item:
        """See `_Storable.stored`."""
        return super().stored() | {"content": stored_parts(self.content)}


class _Direct(_Storable):
    """Fields of calls and their outputs."""

    caller: dict[str, Any] | None = Field(default=None, exclude=True)
    namespace: FunctionName | None = None
    created_by: str | None = None

    @field_validator("caller")
    @classmethod
    def _direct(cls, value: dict[str, Any] | None) -> None:
        if value not in (None, {"type": "direct"}):
            raise rejection(UnsupportedParameter("Programmatic tool calling is not supported; only direct calls are."))


class FunctionCall(_Direct):
    """A model's call of a function; `arguments` is JSON text."""

    prefix = "fc"
    type: Literal["function_call"]
    call_id: CallId
    name: FunctionName
    arguments: str
    status: Status = "completed"
    async_: bool = Field(default=False, alias="async", exclude=True)

    @field_validator("async_")
    @classmethod
    def _not_async(cls, value: bool) -> bool:
        if value:
            raise rejection(UnsupportedParameter("Asynchronous function calls are not supported."))
        return value


class FunctionCallOutput(_Direct):
    """What the function returned."""

    prefix = "fco"
    type: Literal["function_call_output"]
    call_id: CallId
    output: ToolOutput
    status: Status = "completed"
    name: FunctionName | None = None


class Reasoning(_Storable):
    """What a model thought before it answered."""

    prefix = "rs"
    type: Literal["reasoning"]
    summary: list[SummaryText] = Field(default_factory=list[SummaryText])
    content: list[ReasoningText] | None = None
    encrypted_content: str | None = None
    status: Status | None = None


class Compaction(_Storable):
    """A summary that stands for earlier items, in a form that only this installation can make."""

    prefix = "cmp"
    type: Literal["compaction"]
    encrypted_content: str
    created_by: str | None = None


class ItemReference(Strict):
    """An item that is already stored, by its id."""

    type: Literal["item_reference"] = "item_reference"
    id: ItemId

    def stored(self) -> Item:
        """Return the reference itself; `store_form` puts what it refers to in its place."""
        return {"type": self.type, "id": self.id}


_choose_message = chooser(
    "role",
    {"user": UserMessage, "system": SystemMessage, "developer": SystemMessage, "assistant": AssistantMessage},
    field="role",
)


_LATER = (
    "additional_tools",
    "apply_patch_call",
    "apply_patch_call_output",
    "code_interpreter_call",
    "compaction_trigger",
    "computer_call",
    "computer_call_output",
    "configuration_update",
    "custom_tool_call",
    "custom_tool_call_output",
    "file_search_call",
    "image_generation_call",
    "local_shell_call",
    "local_shell_call_output",
    "mcp_approval_request",
    "mcp_approval_response",
    "mcp_call",
    "mcp_list_tools",
    "program",
    "program_output",
    "shell_call",
    "shell_call_output",
    "tool_search_call",
    "tool_search_output",
    "web_search_call",
)


def _infer(given: dict[str, Any]) -> str | None:
    if "role" in given:
        return "message"
    return "item_reference" if set(given) - {"type"} == {"id"} else None


_choose_item = chooser(
    "item type",
    {
        "message": _choose_message,
        "function_call": FunctionCall,
        "function_call_output": FunctionCallOutput,
        "reasoning": Reasoning,
        "compaction": Compaction,
        "item_reference": ItemReference,
    },
    infer=_infer,
    later=_LATER,
)

_Sent = Annotated[
    UserMessage
    | SystemMessage
    | AssistantMessage
    | FunctionCall
    | FunctionCallOutput
    | Reasoning
    | Compaction
    | ItemReference,
    _choose_item,
]


def _as_stored(value: Any) -> Item:
    """Check one item. Its model is dropped at once: a request has thousands, and a model takes most of a kilobyte."""
    return cast("Choose", _choose_item.func)(value, cast("Any", None)).stored()


ItemParam = Annotated[Item, PlainValidator(_as_stored, json_schema_input_type=_Sent)]
"""An item as a client sends it; when it is checked, in its stored form, but that a reference is still one."""

Resolve = Callable[[str], Awaitable[Item | None]]
"""Finds a stored item by its id; None when there is none that the caller may see."""


async def store_form(
    items: Sequence[Item], signer: TextSigner, *, param: str, resolve: Resolve | None = None
) -> list[Item]:
    """Return `items`, checked as `ItemParam`, with references replaced by what they refer to.

    `param` is the field that the items came in. Raises `InvalidRequest` when an id comes twice or a signed text is not
    by `signer`, `NotFound` when a reference leads nowhere, `UnsupportedParameter` for any when there is no `resolve`.
    """
    stored: list[Item] = []
    seen: set[str] = set()
    async for index, item in with_pauses(enumerate(items)):
        if item["type"] == "item_reference":
            item = await _referenced(item["id"], f"{param}[{index}].id", resolve)
        elif (signed := item.get("encrypted_content")) is not None:
            signer.verify(item["type"], signed, param=f"{param}[{index}].encrypted_content")
        if item["id"] in seen:
            raise InvalidRequest(f"The item id {item['id']!r} is given twice.", param=f"{param}[{index}].id")
        seen.add(item["id"])
        stored.append(item)
    return stored


async def _referenced(item_id: str, param: str, resolve: Resolve | None) -> Item:
    if resolve is None:
        raise UnsupportedParameter("Item references are not supported here; send the item itself.", param=param)
    item = await resolve(item_id)
    if item is None:
        raise NotFound(f"No item with the id {item_id!r} is stored.", param=param)
    return item
