"""What holds for every command: help, speed, and one line for an error."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import click
import pytest
from click.testing import CliRunner

from earthshine import __version__
from earthshine.cli import LazyGroup, main

COMMANDS = list(LazyGroup.LAZY)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_keeps_to_its_line_in_the_list(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(200) == LazyGroup.LAZY[name][1]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.name} has no help"
    assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_help_lists_every_command() -> None:
    text = CliRunner().invoke(main, ["--help"]).output
    assert all(f"  {name}" in text for name in COMMANDS)


def test_version() -> None:
    assert __version__ in CliRunner().invoke(main, ["version"]).output
    assert json.loads(CliRunner().invoke(main, ["version", "--json"]).output)["earthshine"] == __version__


def test_version_loads_nothing_heavy_and_is_fast() -> None:
    script = (
        "import sys; from earthshine.cli import main; main(['version'], standalone_mode=False); "
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    best = 10.0
    for _ in range(3):
        started = time.monotonic()
        ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        best = min(best, time.monotonic() - started)
    assert not {"fastapi", "sqlalchemy", "pydantic", "rich", "aiohttp", "xllamacpp"} & set(ended.stdout.split())
    assert best < 0.3


def test_an_unknown_command_is_named() -> None:
    result = CliRunner().invoke(main, ["sing"])
    assert result.exit_code == 2
    assert "sing" in result.output
