"""Calls of `apply_patch`: one file each, with a diff."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from earthshine.conversations.items.base import CallId, Item
from earthshine.conversations.items.machine.machine_call import MachineCalls, MachineItem
from earthshine.tools.machine.apply_patch import NAME, apply_patch_arguments
from earthshine.tools.machine.client_tool import MOST_CHARACTERS
from earthshine.wire.strict import Strict, chooser

_Path = Annotated[str, Field(min_length=1, max_length=4096)]
_Diff = Annotated[str, Field(max_length=MOST_CHARACTERS)]


class CreateFile(Strict):
    """Make a new file."""

    type: Literal["create_file"]
    path: _Path
    diff: _Diff


class UpdateFile(Strict):
    """Change a file."""

    type: Literal["update_file"]
    path: _Path
    diff: _Diff


class DeleteFile(Strict):
    """Delete a file."""

    type: Literal["delete_file"]
    path: _Path


_Operation = Annotated[
    CreateFile | UpdateFile | DeleteFile,
    chooser("operation", {"create_file": CreateFile, "update_file": UpdateFile, "delete_file": DeleteFile}),
]


class ApplyPatchCall(MachineItem):
    """A patch that the client applies."""

    prefix = "apc"
    type: Literal["apply_patch_call"]
    call_id: CallId
    operation: _Operation
    status: Literal["in_progress", "completed"] = "completed"


class ApplyPatchCalls(MachineCalls):
    """One file each."""

    param = ApplyPatchCall
    prefix = "apc"

    def called(self, item: Item) -> str:
        """Return the name of the tool."""
        return NAME

    def arguments(self, item: Item) -> str:
        """Return the operation."""
        return apply_patch_arguments(item["operation"])
