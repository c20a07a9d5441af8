"""What models call of a shell and of a screen, and what becomes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from earthshine.errors import InvalidRequest
from earthshine.tools.base import Tool
from earthshine.tools.machine.computer import Computer, ComputerUsePreview, computer_arguments
from earthshine.tools.machine.local_shell import LocalShell, local_shell_arguments
from earthshine.tools.shell.action import shell_arguments
from earthshine.tools.shell.tool import Shell

Json = dict[str, Any]
PREVIEW = {"type": "computer_use_preview", "display_width": 800, "display_height": 600, "environment": "browser"}


def read(tool: Tool, given: Any, settings: Json | None = None) -> Json:
    checked = tool.settings.model_validate(settings or {"type": tool.type})
    return tool.read_call(checked, given if isinstance(given, str) else json.dumps(given))


def refusal(tool: Tool, given: Any, settings: Json | None = None) -> str:
    with pytest.raises(InvalidRequest) as caught:
        read(tool, given, settings)
    return caught.value.message


def test_a_line_is_given_to_bash_and_a_list_is_run_as_it_is() -> None:
    line = read(LocalShell(), {"command": "ls | wc -l", "working_directory": "src"})["action"]
    assert line == {"type": "exec", "command": ["bash", "-lc", "ls | wc -l"], "env": {}, "working_directory": "src"}
    assert json.loads(local_shell_arguments(line)) == {"command": "ls | wc -l", "working_directory": "src"}
    listed = read(LocalShell(), {"command": ["grep", "a b", "c.txt"]})["action"]
    assert listed["command"] == ["grep", "a b", "c.txt"]
    assert json.loads(local_shell_arguments(listed)) == {"command": "grep 'a b' c.txt"}
    assert read(LocalShell(), '"pwd"')["action"]["command"][-1] == "pwd"


def test_a_command_that_is_none_is_refused() -> None:
    for given in (
        {},
        {"command": "  "},
        {"command": []},
        {"command": [3]},
        {"command": ["", "x"]},
        "[",
        {"command": 4},
    ):
        assert "command" in refusal(LocalShell(), given) or "JSON" in refusal(LocalShell(), given)
    assert "characters" in refusal(LocalShell(), {"command": "x" * (2**20 + 1)})
    assert "no text has" in refusal(LocalShell(), '{"command": "echo \\u0000"}')


def test_commands_with_limits() -> None:
    action = read(Shell(), {"commands": ["ls", " ", "pwd"], "timeout_ms": 5000, "max_output_length": 0})["action"]
    assert action == {"commands": ["ls", "pwd"], "timeout_ms": 5000}
    assert json.loads(shell_arguments(action)) == action
    assert read(Shell(), {"command": "ls"})["action"] == {"commands": ["ls"]}
    assert read(Shell(), {"commands": "ls", "timeout_ms": 10**12})["action"]["timeout_ms"] == 24 * 3600 * 1000
    for given in ({}, {"commands": []}, {"commands": [""]}, {"commands": [1]}, {"commands": ["a"] * 65}):
        assert "commands" in refusal(Shell(), given)


def test_skills_are_told_and_bounded() -> None:
    skills = [{"name": f"skill-{n}", "description": "Does\nthings. " * 9, "path": f"/s/{n}"} for n in range(90)]
    settings = Shell.settings.model_validate({"type": "shell", "environment": {"type": "local", "skills": skills}})
    told: str = Shell().functions(settings, [])[0]["function"]["description"]
    assert "- skill-0 (/s/0): Does things." in told
    assert len(told) < 2400
    assert told.endswith("more.")


def test_actions_keep_what_belongs_to_them() -> None:
    click = {"type": "click", "x": 3.4, "y": 7, "button": "left", "text": "", "scroll_x": 0}
    made = read(Computer(), {"actions": [click, {"type": "type", "text": "hi", "x": 1}, {"type": "wait"}]})
    assert made["actions"] == [
        {"type": "click", "button": "left", "x": 3, "y": 7},
        {"type": "type", "text": "hi"},
        {"type": "wait"},
    ]
    assert read(Computer(), computer_arguments(made)) == made
    assert read(Computer(), {"type": "screenshot"})["actions"] == [{"type": "screenshot"}]
    keys = read(Computer(), [{"type": "keypress", "keys": "CTRL+C"}])["actions"]
    assert keys == [{"type": "keypress", "keys": ["CTRL", "C"]}]
    drag = read(Computer(), [{"type": "drag", "x": 1, "y": 2, "to_x": 3, "to_y": 4}])["actions"][0]
    assert drag["path"] == [{"x": 1, "y": 2}, {"x": 3, "y": 4}]


def test_what_is_no_action_is_refused() -> None:
    assert "Give `type` as one of" in refusal(Computer(), {"actions": [{"type": "fly"}]})
    assert "Give `type` as one of" in refusal(Computer(), {"actions": ["click"]})
    assert "`x`" in refusal(Computer(), {"actions": [{"type": "click", "y": 2}]})
    assert "`x`" in refusal(Computer(), {"actions": [{"type": "click", "x": -1, "y": 2}]})
    assert "between 1 and 64" in refusal(Computer(), {})
    assert "between 1 and 64" in refusal(Computer(), {"actions": [{"type": "wait"}] * 65})


def test_the_preview_has_one_action_and_a_screen() -> None:
    made = read(ComputerUsePreview(), {"type": "move", "x": 799, "y": 599}, PREVIEW)
    assert made == {"action": {"type": "move", "x": 799, "y": 599}}
    assert read(ComputerUsePreview(), computer_arguments(made), PREVIEW) == made
    assert "not on the screen" in refusal(ComputerUsePreview(), {"type": "move", "x": 800, "y": 1}, PREVIEW)
    told = ComputerUsePreview().functions(ComputerUsePreview.settings.model_validate(PREVIEW), [])
    assert "800 by 600" in told[0]["function"]["description"]
