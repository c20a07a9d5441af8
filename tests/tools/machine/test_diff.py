"""Diffs as models write them: what is plain is repaired, what is not is refused in words that help."""

from __future__ import annotations

import json
from typing import Any

import pytest

from earthshine.errors import InvalidRequest
from earthshine.tools.machine.apply_patch import ApplyPatch, ApplyPatchTool, apply_patch_arguments

Json = dict[str, Any]
TOOL = ApplyPatch()
SETTINGS = ApplyPatchTool(type="apply_patch")
CHANGE = '@@ def greet\n def greet():\n-    print("Hi")\n+    print("Hello")'


def read(**given: Any) -> Json:
    return TOOL.read_call(SETTINGS, json.dumps(given))["operation"]


def diff(text: str, operation: str = "update_file") -> str:
    return read(operation=operation, path="a.py", diff=text)["diff"]


def refusal(**given: Any) -> str:
    with pytest.raises(InvalidRequest) as caught:
        read(**{"operation": "update_file", "path": "a.py", **given})
    return caught.value.message


def test_a_right_diff_stays_what_it_is() -> None:
    assert diff(CHANGE) == CHANGE
    assert read(operation="create_file", path="b/c.txt", diff="+one\n+\n+two") == {
        "type": "create_file",
        "path": "b/c.txt",
        "diff": "+one\n+\n+two",
    }
    assert read(operation="delete_file", path="a.py", diff="whatever") == {"type": "delete_file", "path": "a.py"}
    inside = "@@ class A\n@@ def b\n-    x\n+    y\n*** End of File"
    assert diff(inside) == inside


@pytest.mark.parametrize(
    "written",
    [
        f"```diff\n{CHANGE}\n```",
        f"```\n{CHANGE}\n```\n",
        f"*** Begin Patch\n*** Update File: a.py\n{CHANGE}\n*** End Patch\n",
        f"--- a/a.py\n+++ b/a.py\n{CHANGE.replace('@@ def greet', '@@ -1,2 +1,2 @@ def greet')}",
        f"diff --git a/a.py b/a.py\nindex 12ab..34cd 100644\n--- a/a.py\n+++ b/a.py\n{CHANGE}\n"
        "\\ No newline at end of file",
        CHANGE.replace("\n", "\r\n"),
        CHANGE.replace("@@ def greet", "@@ def greet @@"),
        CHANGE.replace("@@ def greet", "@@def greet"),
        CHANGE.replace("\n def greet", "\ndef greet"),
        CHANGE + "\n\n",
    ],
)
def test_what_it_is_wrapped_in_is_taken_off(written: str) -> None:
    assert diff(written) == CHANGE


def test_a_unified_section_without_a_place_is_a_bare_one() -> None:
    assert diff("@@ -3 +3 @@\n-a\n+b") == "@@\n-a\n+b"


def test_empty_lines_of_a_change_stay() -> None:
    assert diff(" a\n\n-b\n+c") == " a\n \n-b\n+c"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("def f():\n    return 1\n", "+def f():\n+    return 1"),
        ("```python\nx = 1\n```", "+x = 1"),
        ("@@\n+x = 1", "+x = 1"),
        ("--- /dev/null\n+++ b/a.py\n@@ -0,0 +1,2 @@\n+x\n+y", "+x\n+y"),
        ("*** Begin Patch\n*** Add File: a.py\n+x\n\n+y\n*** End Patch", "+x\n+\n+y"),
        ("+x\n*** End of File", "+x"),
        ("", ""),
        ("---\ntitle: a\n--- b", "+---\n+title: a\n+--- b"),
    ],
)
def test_a_new_file_has_a_plus_before_each_line(written: str, meant: str) -> None:
    assert diff(written, "create_file") == meant


def test_the_path_and_the_change_may_stand_in_the_patch() -> None:
    whole = f"*** Begin Patch\n*** Update File: src/a.py\n{CHANGE}\n*** End Patch"
    assert read(input=whole) == {"type": "update_file", "path": "src/a.py", "diff": CHANGE}
    assert TOOL.read_call(SETTINGS, json.dumps(whole))["operation"]["path"] == "src/a.py"


def test_what_is_not_plain_is_refused_with_what_to_write() -> None:
    assert "Line 2 of the diff, 'two', needs a '+'" in refusal(operation="create_file", diff="+one\ntwo")
    assert "changes nothing" in refusal(diff=" a\n b")
    assert "changes nothing" in refusal(diff="")
    assert "very lines that it puts in" in refusal(diff=" a\n-b\n+b")
    assert "no lines follow" in refusal(diff="-a\n+b\n@@ def c")
    assert "is no part of a diff" in refusal(diff="*** Frobnicate\n-a")
    assert "several files" in refusal(diff="*** Update File: a\n-x\n*** Update File: b\n-y")
    assert "create the new one" in refusal(diff="*** Update File: a.py\n*** Move to: b.py\n-x\n+y")
    assert "Say the same in both" in refusal(operation="delete_file", diff=f"*** Update File: a.py\n{CHANGE}")
    assert "`operation` as one of" in refusal(operation="rename")
    assert "`path`" in refusal(path="", diff=CHANGE)
    assert "one file" in refusal(path="src/", diff=CHANGE)
    assert "as one text" in refusal(diff=["-a", "+b"])
    assert "no text has" in refusal(path="a\0b", diff=CHANGE)
    with pytest.raises(InvalidRequest, match="not JSON"):
        TOOL.read_call(SETTINGS, '{"operation": "upd')


def test_a_line_that_moves_is_a_change() -> None:
    assert diff("-a\n b\n+a") == "-a\n b\n+a"


def test_an_operation_is_written_as_it_was_called() -> None:
    operation = read(operation="update_file", path="a.py", diff=CHANGE)
    assert json.loads(apply_patch_arguments(operation)) == {"operation": "update_file", "path": "a.py", "diff": CHANGE}
    assert TOOL.read_call(SETTINGS, apply_patch_arguments(operation))["operation"] == operation
