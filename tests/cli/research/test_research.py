"""`earthshine research` against a real server whose model is played: in a pipe, at a terminal, left and taken up."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.cli.conftest import Ended, Run
from tests.cli.terminal import open_terminal
from tests.patience import PATIENCE
from tests.research.playing import CLARIFY, NOTE, PLAN, Player, good
from tests.research.serving import serving
from tests.server_process import ServerProcess

QUESTION = "How long is the Brel bridge?"
Served = tuple[ServerProcess, Player]


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Served]:
    async with serving(tmp_path_factory.mktemp("research")) as opened:
        yield opened


@pytest.fixture
def ask(run: Run, served: Served) -> Run:
    served[1].play = good

    async def asked(*arguments: str, stdin: str = "") -> Ended:
        return await run("research", *arguments, stdin=stdin, env=env(served))

    return asked


def env(served: Served) -> dict[str, str]:
    return {"EARTHSHINE_URL": served[0].url, "EARTHSHINE_KEY": served[0].key}


async def test_a_pipe_gets_the_report_alone(ask: Run, tmp_path: Path) -> None:
    ended = await ask("--depth", "low", "--pages", "3", QUESTION)
    assert ended.code == 0, ended
    assert ended.out.startswith(f"# {QUESTION}\n") and "412 metres" in ended.out
    assert "\x1b" not in ended.out + ended.err, "no colours in a pipe"
    for told in (
        "question q1",
        "searched ",
        "read s1 The Brel bridge https://brel.example/bridge",
        "noted s1",
        " tokens",
    ):
        assert told in ended.err, ended.err
    assert "all questions have an answer." in ended.err.splitlines()[-1]
    saved = await ask("--resume", "last", "--to", "report.json")
    assert (saved.code, saved.out) == (0, ""), saved
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["question"] == QUESTION and report["claims"]
    again = await ask("--resume", "last", "--to", "report.json")
    assert again.code == 2 and "is there already" in again.err
    more = await ask("--resume", report["id"], "How many cars use the Brel bridge?")
    assert more.code == 0 and "9,000 cars" in more.out


async def test_a_folder_is_searched_and_nothing_else(ask: Run, tmp_path: Path) -> None:
    folder = tmp_path / "own" / "deep"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text(
        "<title>مذكرة</title><p>يعبر جسر بريل 77 قطارا.</p><p>The Brel bridge is red.</p>"
    )
    (folder / ".hidden").write_text("The Brel bridge is hidden.")
    (folder / "noise.bin").write_bytes(bytes(range(256)))
    ended = await ask("--sources", "own", "--language", "en", "--depth", "low", "What colour is the Brel bridge?")
    assert ended.code == 0, ended
    assert "The Brel bridge is red." in ended.out and "412 metres" not in ended.out and "hidden" not in ended.out
    assert "not read: noise.bin" in ended.err and "The files are searched in vs_" in ended.err
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "there is no file in empty" in (await ask("--sources", "empty", "Why?")).err


async def test_what_is_wrong_is_said_before_anything_is_asked(ask: Run) -> None:
    for arguments, told in (
        ((), "there is no question"),
        (("--no-web", "Why?"), "--sources"),
        (("--to", "report.odt", "Why?"), ".docx"),
        (("--to", "nowhere/report.md", "Why?"), "no folder"),
        (("--resume", "last", "--approve"), "--resume"),
    ):
        ended = await ask(*arguments)
        assert ended.code == 2 and told in ended.err, ended
    nobody = await ask("--model", "nobody", "Why?")
    assert nobody.code == 1 and "nobody" in nobody.err
    assert (await ask("--resume", "resp_none")).code == 1


async def test_what_nothing_answers_is_an_exit_code(ask: Run, served: Served) -> None:
    served[1].play = lambda _prompt: "[]"
    ended = await ask("--depth", "low", "When was the Zorn tunnel flooded?")
    assert ended.code == 2 and "1 question without an answer" in ended.err, ended


async def test_a_question_back_is_answered_later(ask: Run, served: Served) -> None:
    served[1].play = lambda prompt: "Which end of it?" if CLARIFY in prompt else good(prompt)
    ended = await ask("--clarify", QUESTION)
    assert (ended.code, ended.out) == (1, "Which end of it?\n") and "--resume" in ended.err, ended
    answered = await ask("--resume", "last", "All of it.")
    assert answered.code == 0 and "412 metres" in answered.out, answered


async def test_a_plan_waits_for_a_person(ask: Run, served: Served, tmp_path: Path) -> None:
    ended = await ask("--approve", "--depth", "low", QUESTION)
    assert ended.code == 1 and "Its plan waits for a person" in ended.err, ended
    async with open_terminal("research", "--resume", "last", env=env(served), cwd=tmp_path) as terminal:
        await terminal.shows("1. How long is the Brel bridge?")
        await terminal.shows("Plan:")
        terminal.type("9 What?\r")
        await terminal.shows("Enter: begin.")
        terminal.type("-2\r")
        await terminal.shows("Plan:")
        terminal.type("+ من بنى جسر بريل؟\r")
        await terminal.shows("2. من بنى جسر بريل؟")
        terminal.type("\r")
        await terminal.shows("412 metres")
        await terminal.shows("quotation")
        assert await terminal.ends() == 0


async def test_ctrl_c_leaves_it_running(served: Served, tmp_path: Path) -> None:
    go = threading.Event()

    def slow(prompt: str) -> str:
        assert PLAN not in prompt or go.wait(PATIENCE)
        return "[1]" if NOTE in prompt else good(prompt)

    served[1].play = slow
    question = "كم يبلغ طول جسر بريل؟"
    async with open_terminal("research", "--depth", "low", question, env=env(served), cwd=tmp_path) as terminal:
        await terminal.shows("research resp_")
        terminal.type("\x03")
        await terminal.shows("It goes on without you: earthshine research --resume resp_")
        assert await terminal.ends() == 130
    go.set()
    async with open_terminal("research", "--resume", "last", env=env(served), cwd=tmp_path) as terminal:
        await terminal.shows(question)
        await terminal.shows("يبلغ طول جسر بريل 412 مترا")
        assert await terminal.ends() == 0
        assert "div" not in terminal.screen and "\ufffd" not in terminal.screen
