"""Every type of item that there is here. What is not in it is refused by its name, wherever it comes in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import PlainValidator

from earthshine.conversations.items.base import Item, ItemKind, WrittenKind
from earthshine.conversations.items.code.code_interpreter_call import CodeInterpreterCall, CodeInterpreterCalls
from earthshine.conversations.items.compaction import Compaction, Compactions
from earthshine.conversations.items.function_call import FunctionCall, FunctionCalls
from earthshine.conversations.items.function_call_output import FunctionCallOutput, FunctionCallOutputs
from earthshine.conversations.items.item_reference import ItemReference, ItemReferences
from earthshine.conversations.items.machine.apply_patch_call import ApplyPatchCall, ApplyPatchCalls
from earthshine.conversations.items.machine.apply_patch_call_output import ApplyPatchCallOutput, ApplyPatchCallOutputs
from earthshine.conversations.items.machine.computer_call import ComputerCall, ComputerCalls
from earthshine.conversations.items.machine.computer_call_output import ComputerCallOutput, ComputerCallOutputs
from earthshine.conversations.items.machine.local_shell_call import LocalShellCall, LocalShellCalls
from earthshine.conversations.items.machine.local_shell_call_output import LocalShellCallOutput, LocalShellCallOutputs
from earthshine.conversations.items.machine.shell_call import ShellCall, ShellCalls
from earthshine.conversations.items.machine.shell_call_output import ShellCallOutput, ShellCallOutputs
from earthshine.conversations.items.mcp.approval import (
    ApprovalRequests,
    ApprovalResponses,
    McpApprovalRequest,
    McpApprovalResponse,
)
from earthshine.conversations.items.mcp.call import McpCall, McpCalls
from earthshine.conversations.items.mcp.list_tools import McpLists, McpListTools
from earthshine.conversations.items.message import (
    AssistantMessage,
    Messages,
    SystemMessage,
    UserMessage,
)
from earthshine.conversations.items.program import Program, ProgramOutput, ProgramOutputs, Programs
from earthshine.conversations.items.reasoning import Reasoning, Thoughts
from earthshine.conversations.items.search.file_search_call import FileSearchCall, FileSearchCalls
from earthshine.conversations.items.search.tool_search_call import ToolSearchCall, ToolSearchCalls
from earthshine.conversations.items.search.tool_search_output import ToolSearchOutput, ToolSearchOutputs
from earthshine.conversations.items.search.web_search_call import WebSearchCall, WebSearchCalls
from earthshine.errors import UnsupportedParameter
from earthshine.wire.strict import Choose, chooser

_KINDS: Mapping[str, ItemKind] = {
    "message": Messages(),
    "function_call": FunctionCalls(),
    "function_call_output": FunctionCallOutputs(),
    "file_search_call": FileSearchCalls(),
    "web_search_call": WebSearchCalls(),
    "code_interpreter_call": CodeInterpreterCalls(),
    "reasoning": Thoughts(),
    "compaction": Compactions(),
    "tool_search_call": ToolSearchCalls(),
    "tool_search_output": ToolSearchOutputs(),
    "program": Programs(),
    "program_output": ProgramOutputs(),
    "local_shell_call": LocalShellCalls(),
    "local_shell_call_output": LocalShellCallOutputs(),
    "shell_call": ShellCalls(),
    "shell_call_output": ShellCallOutputs(),
    "apply_patch_call": ApplyPatchCalls(),
    "apply_patch_call_output": ApplyPatchCallOutputs(),
    "computer_call": ComputerCalls(),
    "computer_call_output": ComputerCallOutputs(),
    "mcp_list_tools": McpLists(),
    "mcp_call": McpCalls(),
    "mcp_approval_request": ApprovalRequests(),
    "mcp_approval_response": ApprovalResponses(),
    "item_reference": ItemReferences(),
}


def kind_of(item: Item, param: str | None = None) -> ItemKind:
    """Return what is done with an item. Raises `UnsupportedParameter` at `param` for a type of another version's."""
    kind = _KINDS.get(item["type"])
    if kind is None:
        raise UnsupportedParameter(f"Items of type {item['type']!r} are not supported here.", param=param)
    return kind


def written_kind(item: Item) -> WrittenKind:
    """Return what is done with an item that a model writes piece by piece."""
    kind = kind_of(item)
    assert isinstance(kind, WrittenKind)
    return kind


def _infer(given: dict[str, Any]) -> str | None:
    if "role" in given:
        return "message"
    return "item_reference" if set(given) - {"type"} == {"id"} else None


_choose_item = chooser("item type", {name: kind.param for name, kind in _KINDS.items()}, infer=_infer)

_Sent = Annotated[
    UserMessage
    | SystemMessage
    | AssistantMessage
    | FunctionCall
    | FunctionCallOutput
    | Reasoning
    | Compaction
    | FileSearchCall
    | WebSearchCall
    | CodeInterpreterCall
    | ToolSearchCall
    | ToolSearchOutput
    | Program
    | ProgramOutput
    | LocalShellCall
    | LocalShellCallOutput
    | ShellCall
    | ShellCallOutput
    | ApplyPatchCall
    | ApplyPatchCallOutput
    | ComputerCall
    | ComputerCallOutput
    | McpListTools
    | McpCall
    | McpApprovalRequest
    | McpApprovalResponse
    | ItemReference,
    _choose_item,
]


def _as_stored(value: Any) -> Item:
    """Check one item. Its model is dropped at once: a request has thousands, and a model takes most of a kilobyte."""
    return cast("Choose", _choose_item.func)(value, cast("Any", None)).stored()


ItemParam = Annotated[Item, PlainValidator(_as_stored, json_schema_input_type=_Sent)]
"""An item as a client sends it; when it is checked, in its stored form, but that a reference is still one."""
