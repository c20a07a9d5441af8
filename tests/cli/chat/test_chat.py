"""`earthshine chat`: in a pipe, and at a terminal."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.fake_server import KEY, FakeServer
from tests.cli.terminal import Terminal, open_terminal


def env(fake: FakeServer) -> dict[str, str]:
    return {"EARTHSHINE_URL": fake.url, "EARTHSHINE_KEY": KEY}


# --- in a pipe -------------------------------------------------------------------------------------------------------


async def test_a_pipe_gets_the_answer_and_nothing_else(run: Run, fake: FakeServer) -> None:
    fake.thinking, fake.reply = "Let me see.", "**A** short\n\nsummary."
    ended = await run("chat", "summarise", "this", stdin="A long text.\n", env=env(fake))
    assert (ended.code, ended.out, ended.err) == (0, "**A** short\n\nsummary.\n", "")
    assert fake.requests[0]["input"] == "summarise this\n\nA long text."


async def test_stdin_alone_is_the_message(run: Run, fake: FakeServer) -> None:
    assert (await run("chat", "--model", "big", stdin="Hi", env=env(fake))).code == 0
    assert (fake.requests[0]["input"], fake.requests[0]["model"]) == ("Hi", "big")


async def test_json_is_the_whole_response(run: Run, fake: FakeServer) -> None:
    ended = await run("chat", "--json", "Hi", env=env(fake))
    assert json.loads(ended.out)["status"] == "completed"


async def test_without_any_message_it_says_so(run: Run, fake: FakeServer) -> None:
    ended = await run("chat", env=env(fake))
    assert (ended.code, ended.out) == (2, "")
    assert "no message" in ended.err


async def test_text_that_is_not_utf8_is_refused(run: Run, fake: FakeServer) -> None:
    ended = await run("chat", stdin=b"caf\xe9", env=env(fake))
    assert ended.code == 2
    assert "not UTF-8 text (byte 3)" in ended.err


async def test_no_server_says_how_to_start_one(run: Run) -> None:
    ended = await run("chat", "Hi", "--url", "http://127.0.0.1:9")
    assert ended.code == 1
    assert ended.err == (
        "earthshine: No server answers at http://127.0.0.1:9. "
        "Start one with `earthshine serve`, or name another one with --url.\n"
    )


async def test_a_wrong_key_says_where_to_put_the_right_one(run: Run, fake: FakeServer) -> None:
    ended = await run("chat", "Hi", "--url", fake.url)
    assert ended.code == 1
    assert "EARTHSHINE_KEY" in ended.err


async def test_the_key_of_a_local_data_directory_is_found(run: Run, fake: FakeServer, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "administrator.key").write_text(KEY + "\n")
    assert (await run("chat", "Hi", "--url", fake.url)).code == 0


@pytest.mark.parametrize(
    ("status", "words"), [("failed", "The engine died."), ("incomplete", "not complete: max_output_tokens")]
)
async def test_an_answer_that_is_not_whole_is_an_error(run: Run, fake: FakeServer, status: str, words: str) -> None:
    fake.status = status
    ended = await run("chat", "Hi", env=env(fake))
    assert (ended.code, ended.out) == (1, "Hello there.\n")
    assert words in ended.err


@pytest.mark.parametrize("drains", [False, True])
async def test_cut_connections_lose_and_double_nothing(run: Run, fake: FakeServer, drains: bool) -> None:
    fake.drains = drains
    fake.reply = " ".join(str(number) for number in range(40))
    fake.cut_after = (3, 1, 0, 17)
    ended = await run("chat", "count", env=env(fake))
    assert (ended.code, ended.out) == (0, fake.reply + "\n")
    assert fake.resumed_after == [2, 3, 3, 20]


async def test_a_pipe_tells_on_stderr_how_far_the_model_is_loaded(run: Run, fake: FakeServer) -> None:
    fake.loads = (3, 60)
    ended = await run("chat", "Hi", env=env(fake))
    assert (ended.code, ended.out) == (0, "Hello there.\n")
    assert ended.err == "loading tiny: 3% (0.0 of 1.0 GB)\nloading tiny: 60% (0.6 of 1.0 GB)\n"


# --- at a terminal ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def terminal(fake: FakeServer, tmp_path: Path) -> AsyncGenerator[Terminal]:
    async with open_terminal("chat", env={**env(fake), "XDG_STATE_HOME": str(tmp_path)}, cwd=tmp_path) as opened:
        await opened.shows("/help")
        await opened.shows("› ")
        yield opened


async def test_turns_follow_each_other_until_ctrl_d(fake: FakeServer, terminal: Terminal, tmp_path: Path) -> None:
    terminal.type("Hi\r")
    await terminal.shows("Hello there.")
    await terminal.shows("› ")
    terminal.type("Again\r")
    await terminal.shows("Hello there.")
    await terminal.shows("› ")
    terminal.type("\x04")
    assert await terminal.ends() == 0
    assert [request.get("previous_response_id") for request in fake.requests] == [None, "resp_1"]
    history = tmp_path / "earthshine" / "chat-history"
    assert "+Again" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0


async def test_the_wait_for_a_load_is_shown_and_goes_away(fake: FakeServer, terminal: Terminal) -> None:
    fake.loads = (3, 60, 99)
    terminal.type("Hi\r")
    await terminal.shows("loading tiny: 3% (0.0 of 1.0 GB)")
    await terminal.shows("loading tiny: 60% (0.6 of 1.0 GB)")
    await terminal.shows("Hello there.")


async def test_several_lines_by_backslash_alt_enter_and_paste(fake: FakeServer, terminal: Terminal) -> None:
    terminal.type("one\\\rtwo\x1b\rthree \x1b[200~four\nfive\x1b[201~")
    await terminal.shows("five")
    terminal.type("\r")
    await terminal.shows("Hello there.")
    assert fake.requests[0]["input"] == "one\ntwo\nthree four\nfive"


async def test_ctrl_c_stops_the_reply_and_not_the_program(fake: FakeServer, terminal: Terminal) -> None:
    fake.reply, fake.pause = " ".join(["word"] * 500), 0.05
    terminal.type("Go on\r")
    await terminal.shows("word word")
    terminal.type("\x03")
    await terminal.shows("stopped")
    assert fake.cancelled == ["resp_1"]
    await terminal.shows("› ")
    fake.reply, fake.pause = "Still here.", 0
    terminal.type("drop this line\x03Hi\r")
    await terminal.shows("Still here.")
    # What it had said before Ctrl-C stays in the conversation.
    assert (fake.requests[-1]["input"], fake.requests[-1]["previous_response_id"]) == ("Hi", "resp_1")


async def test_commands(fake: FakeServer, terminal: Terminal, tmp_path: Path) -> None:
    async def command(line: str, shows: str) -> None:
        terminal.type(line + "\r")
        await terminal.shows(shows)
        await terminal.shows("› ")

    await command("/help", "Ctrl-C")
    await command("/nonsense", "There is no /nonsense")
    await command("/model", "big")
    await command("/model huge", "no model 'huge'")
    await command("/model big", "now big")
    await command("/system Be brief.", "from the next message on")
    await command("Hi", "Hello there.")
    await command("/new", "a new conversation")
    await command("Hi", "Hello there.")
    await command("/save talk.md", "saved in")
    await command("/save talk.md", "cannot be written")
    terminal.type("/quit\r")
    assert await terminal.ends() == 0
    assert (tmp_path / "talk.md").read_text() == "## You\n\nHi\n\n## big\n\nHello there.\n\n"
    assert {(request["model"], request["instructions"]) for request in fake.requests} == {("big", "Be brief.")}
    assert all("previous_response_id" not in request for request in fake.requests)


async def test_thinking_is_dim_and_markdown_is_rendered(fake: FakeServer, terminal: Terminal) -> None:
    fake.thinking, fake.reply = "Let me see.", "A **bold** word.\n\n```python\nprint(1)\n```\n"
    terminal.type("Hi\r")
    await terminal.shows("Let me see.")
    await terminal.shows("A bold word.")
    await terminal.shows("print(1)")
    assert "\x1b[2;3mLet me see." in terminal.raw
    assert "**" not in terminal.screen[terminal.screen.rindex("A bold word.") :]


async def test_arabic_stays_in_the_order_of_its_letters(fake: FakeServer, terminal: Terminal) -> None:
    fake.reply = "القمر مضاءٌ بنور الأرض، وهذا النور اسمه «نور الأرض» بالعربية."
    terminal.type("ما هو؟\r")
    await terminal.shows(fake.reply)
    assert fake.requests[0]["input"] == "ما هو؟"


async def test_a_failing_model_ends_the_turn_only(fake: FakeServer, terminal: Terminal) -> None:
    fake.status = "failed"
    terminal.type("Hi\r")
    await terminal.shows("The engine died.")
    await terminal.shows("› ")
    fake.status = "completed"
    terminal.type("Hi\r")
    await terminal.shows("Hello there.")
    assert "previous_response_id" not in fake.requests[-1]
