"""`apply_patch`: the model creates, changes and deletes files of the client's by diffs.

Source: OpenAI's Responses API, https://platform.openai.com/docs/guides/tools-apply-patch. A diff that is broken is
repaired where it is plain what was meant; else the model is told, before any client sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import orjson

from earthshine.errors import InvalidRequest
from earthshine.tools.base import Tool
from earthshine.tools.machine.client_tool import (
    AllowedCallers,
    ClientTool,
    arguments_of,
    checked_text,
    shown,
    text_of,
)
from earthshine.tools.machine.diff import changed_file, new_file, opened
from earthshine.wire.strict import Strict

Json = dict[str, Any]

NAME = "apply_patch"
_CHANGES = ["create_file", "update_file", "delete_file"]
_ABOUT = """Creates, changes or deletes one file on the user's machine.
The diff of create_file: all lines of the file, each after '+'.
The diff of update_file: lines that stay begin with a space, that go with '-', that come with '+', and a line \
'@@ def name' says below which line they are:
@@ def greet
 def greet():
-    print("Hi")
+    print("Hello")"""
_PROPERTIES: Json = {
    "operation": {"type": "string", "enum": _CHANGES},
    "path": {"type": "string", "description": "Relative to the working folder."},
    "diff": {"type": "string", "description": "Leave out to delete a file."},
}


class ApplyPatchTool(Strict):
    """The tool, as a request names it."""

    type: Literal["apply_patch"]
    allowed_callers: AllowedCallers = None


class ApplyPatch(ClientTool):
    """One file a call."""

    type = NAME
    settings = ApplyPatchTool

    def functions(self, settings: ApplyPatchTool, offered: Sequence[object]) -> list[Json]:
        """Return the one function."""
        return shown(NAME, _ABOUT, _PROPERTIES, ["operation", "path"])

    def call_item(self, settings: ApplyPatchTool) -> Json:
        """Return a call without an operation."""
        return {"type": "apply_patch_call"}

    def read_call(self, settings: ApplyPatchTool, arguments: str) -> Json:
        """Return the operation, its diff as every client reads it."""
        given = arguments_of(arguments, "diff")
        diff = given.get("diff", given.get("patch", given.get("input")))
        if diff is not None and not isinstance(diff, str):
            raise InvalidRequest("Give `diff` as one text, its lines divided by line breaks.")
        patch = opened(checked_text(diff or "", "diff"))
        change = given.get("operation") or patch.change
        if change not in _CHANGES:
            raise InvalidRequest(f"Give `operation` as one of {', '.join(_CHANGES)}.")
        if patch.change not in (None, change):
            raise InvalidRequest(f"`operation` is {change}, and the patch says {patch.change}. Say the same in both.")
        path = text_of({"path": given.get("path") or patch.path}, "path")
        if "\n" in path or path.endswith("/"):
            raise InvalidRequest("Give `path` as that of one file.")
        operation: Json = {"type": change, "path": path}
        if change == "create_file":
            operation["diff"] = new_file(patch.lines)
        elif change == "update_file":
            operation["diff"] = changed_file(patch.lines)
        return {"operation": operation}


def provide() -> Tool:
    """Return the tool."""
    return ApplyPatch()


def apply_patch_arguments(operation: Json) -> str:
    """Return the arguments with which a model asks for an operation."""
    written = {"operation": operation["type"], "path": operation["path"]}
    if "diff" in operation:
        written["diff"] = operation["diff"]
    return orjson.dumps(written).decode()
