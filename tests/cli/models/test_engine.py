from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from earthshine.cli import main
from earthshine.engines.llamacpp.builds.measuring import compare
from tests.engines.llamacpp.builds.test_program import STAND_IN, script


def run(*words: str) -> str:
    done = CliRunner().invoke(main, ["engine", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_builds_are_listed_with_what_is_wrong_with_them(tmp_path: Path) -> None:
    program = script(tmp_path / "llama-server", "exit 3")
    rows = json.loads(run("list", "--json", "--data", str(tmp_path), "--llama-server", str(program)))
    assert [(row["build"], bool(row["fault"])) for row in rows[:2]] == [("wheel", False), (str(program), True)]
    assert "Nothing is measured yet" in run("list", "--data", str(tmp_path))


@pytest.mark.model
def test_a_bench_keeps_its_figures_and_says_who_serves(
    tmp_path: Path, default_model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earthshine.engines.llamacpp.builds.measuring.compare", partial(compare, rounds=1))
    program = script(tmp_path / "llama-server", f'exec "{sys.executable}" "{STAND_IN}" "$@"')
    data = ("--data", str(tmp_path / "data"))
    pulled = CliRunner().invoke(main, ["pull", f"file:{default_model_path}", "--name", "tiny", *data])
    assert pulled.exit_code == 0, pulled.output
    rows = json.loads(run("bench", "tiny", "--build", str(program), "--json", *data))
    assert [row["build"] for row in rows] == ["wheel", str(program)]
    assert all(row["model"] == "tiny" and row["reads"] > 1 and row["writes"] > 1 and row["proved"] for row in rows)
    agreed = [row["agrees"].split(" of ") for row in rows]
    assert all(same == of != "0" for same, of in agreed), "it is the same library"
    assert sum(row["used"] for row in rows) == 1
    assert "Tokens of tiny in a second." in run("list", *data)


@pytest.mark.model
def test_each_command_says_where_a_model_goes(
    tmp_path: Path, default_model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = script(tmp_path / "llama-server", f'exec "{sys.executable}" "{STAND_IN}" "$@"')
    devices = tmp_path / "devices"
    devices.write_text("  Vulkan0: Imagined Card (4096 MiB, 4000 MiB free)\n")
    monkeypatch.setenv("STAND_IN_DEVICES", str(devices))
    monkeypatch.setenv("EARTHSHINE_LLAMA_SERVER", str(program))
    data = ("--data", str(tmp_path / "data"))
    pulled = CliRunner().invoke(main, ["pull", f"file:{default_model_path}", "--name", "tiny", *data])
    assert pulled.exit_code == 0, pulled.output
    assert "reaches Vulkan0: Imagined Card, 3.9 GiB of 4.0 GiB free" in run("list", *data)
    models = CliRunner().invoke(main, ["models", "--json", *data])
    (tiny,) = json.loads(models.output)["installed"]
    assert (tiny["placement"], tiny["build"]) == ("device", str(program))
    assert tiny["place"].startswith("31 on Vulkan0 (")
    doctor = CliRunner().invoke(main, ["doctor", "--json", *data])
    details = [each["detail"] for each in json.loads(doctor.output)]
    assert any(each.startswith("Vulkan0: Imagined Card") for each in details)
    assert any(each.startswith("goes to: 31 on Vulkan0") for each in details)


def test_what_has_no_weights_here_is_not_measured(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["engine", "bench", "nothing", "--data", str(tmp_path)])
    assert done.exit_code == 1
    assert "nothing" in done.output


def test_a_missing_compiler_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(main, ["engine", "build", "--data", str(tmp_path)])
    assert done.exit_code == 1
    assert "Install cmake" in done.output
    assert not (tmp_path / "engines").exists()
