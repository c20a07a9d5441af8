"""`earthshine ask` against a running server, whose model says what it was told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from earthshine.cli import main
from tests.server_process import ServerProcess

Run = Callable[..., Result]


@pytest.fixture
def run(scripted_server: ServerProcess) -> Run:
    def invoke(*arguments: str) -> Result:
        env = {"EARTHSHINE_URL": scripted_server.url, "EARTHSHINE_KEY": scripted_server.key}
        return CliRunner(env=env).invoke(main, arguments)

    return invoke


def test_an_answer_names_its_sources_and_leaves_no_file(run: Run, tmp_path: Path) -> None:
    contract = tmp_path / "عقد.md"
    contract.write_text("# عقد إيجار\n\nيدفع المستأجر 450 دينارا في اليوم الأول من كل شهر.\n")
    before = run("files", "list", "--json").stdout
    answered = run("ask", str(contract), "How much is the rent?")
    assert answered.exit_code == 0, answered.output
    answer, _, sources = answered.stdout.rpartition("\n\n")
    # The model repeats what it was shown, numbers included.
    assert "450 دينارا" in answer and "[1]" in answer
    assert "[2] عقد.md" in sources and "يدفع المستأجر 450 دينارا في اليوم الأول من كل شهر." in sources
    assert run("files", "list", "--json").stdout == before


def test_a_file_can_stay_and_be_asked_again(run: Run, tmp_path: Path) -> None:
    note = tmp_path / "roof.txt"
    note.write_text("The roof is repaired within 14 days.")
    first = json.loads(run("ask", str(note), "When?", "--keep", "--json").stdout)
    [kept] = [each for each in json.loads(run("files", "list", "--json").stdout) if each["filename"] == "roof.txt"]
    annotations = first["output"][-1]["content"][0]["annotations"]
    assert {each["file_id"] for each in annotations} == {kept["id"]}
    assert "14 days" in run("ask", "--file", kept["id"], "When?").stdout
    run("files", "remove", kept["id"])


def test_a_question_about_nothing_is_refused(run: Run) -> None:
    refused = run("ask", "What?")
    assert refused.exit_code == 1
    assert "earthshine ask report.pdf" in refused.stderr
