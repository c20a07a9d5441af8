"""Turns when the server ends at a bad moment, and when two servers share the work: each is begun and settled once."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, update
from starlette.testclient import TestClient

from earthshine.chats.tables import chat_texts, chat_turns
from earthshine.database import Connection, Database
from earthshine.ids import new_id
from earthshine.responses.tables import responses
from earthshine.server import create_app
from tests.chats.api import Api, Chat, script, serving, text_of
from tests.conformance.isolation_world import settings

WORDS = "one two three four five six seven eight nine ten " * 10
SLOW: dict[str, Any] = {"text": WORDS, "tokens_per_second": 60}


def in_database(api: Api, work: Callable[[Connection], Any]) -> Any:
    """Do something in the server's own database, behind its back."""

    async def do() -> Any:
        database = api.services.get(Database)
        async with database.write() as connection:
            return await work(connection)

    assert api.http.portal is not None
    return api.http.portal.call(do)


def stored_copy(api: Api, turn: dict[str, Any], **changes: Any) -> str:
    """Store another turn like this one, as a server does that is killed right after."""

    async def copy(connection: Connection) -> str:
        row = (await connection.execute(select(chat_turns).where(chat_turns.c.id == turn["id"]))).one()
        values: dict[str, Any] = dict(row._mapping)
        values |= {"id": new_id("turn"), "response_id": new_id("resp"), "state": "queued", "settled": False}
        await connection.execute(insert(chat_turns).values(**values | changes))
        return values["id"]

    return in_database(api, copy)


def test_a_turn_that_was_stored_and_not_begun_begins_at_the_next_start(tmp_path: Path) -> None:
    with serving(tmp_path) as api:
        chat = api.chat()
        first = chat.say("Hello." + script(text="Good morning."))
        left = stored_copy(api, first)
    with serving(tmp_path) as api:
        chat = Chat(api, chat.id)
        turn = chat.ended(left)
        assert (turn["status"], text_of(turn)) == ("completed", "Good morning.")


def test_a_turn_whose_beginning_was_not_noted_is_not_begun_again(tmp_path: Path) -> None:
    with serving(tmp_path) as api:
        chat = api.chat()
        turn = chat.say("Hello." + script(text="Good morning."))

        async def forget(connection: Connection) -> None:
            values = {"state": "queued", "settled": False}
            await connection.execute(update(chat_turns).where(chat_turns.c.id == turn["id"]).values(**values))

        in_database(api, forget)
    with serving(tmp_path) as api:
        assert Chat(api, chat.id).until(turn["id"], lambda _: settled(api, turn["id"])) == turn
        assert in_database(api, lambda connection: connection.scalar(select(func.count()).select_from(responses))) == 1


def settled(api: Api, turn_id: str) -> bool:
    query = select(chat_turns.c.settled).where(chat_turns.c.id == turn_id)
    return in_database(api, lambda connection: connection.scalar(query))


def test_replies_go_on_and_what_waits_for_them_begins_after_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path) as api:
        chat = api.chat()
        first = chat.send("Slow." + script(**SLOW))
        waiting = chat.send("Then." + script(text="Done."), first["id"], mode="queue")
        chat.until(first["id"], lambda turn: len(text_of(turn)) > 20)
    with serving(tmp_path) as api:
        chat = Chat(api, chat.id)
        assert chat.now()["running"]
        assert text_of(chat.ended(waiting["id"])) == "Done."
        ended = chat.turn(first["id"])
        assert (ended["status"], text_of(ended)) == ("completed", WORDS)


def test_a_continued_reply_is_continued_after_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path) as api:
        chat = api.chat()
        cut = chat.send("Slow." + script(**SLOW))
        chat.until(cut["id"], lambda turn: len(text_of(turn)) > 20)
        chat.cancel(cut["id"])
        going_on = chat.send(None, continues=cut["id"])
    with serving(tmp_path) as api:
        final = Chat(api, chat.id).ended(going_on["id"])
        assert (final["status"], text_of(final)) == ("completed", WORDS)
        assert len(final["response"]["output"]) == 1


def test_a_turn_that_cannot_begin_after_a_restart_says_why(tmp_path: Path) -> None:
    with serving(tmp_path) as api:
        chat = api.chat()
        first = chat.say("Hello.")
        left = stored_copy(api, first, request={"model": "gone"})
    with serving(tmp_path) as api:
        turn = Chat(api, chat.id).ended(left)
        assert (turn["status"], turn["error"]["code"]) == ("failed", "model_not_found")


# --- two servers -----------------------------------------------------------------------------------------------------


@contextmanager
def two_servers(folder: Path, url: str) -> Generator[tuple[Api, Api]]:
    with ExitStack() as stack:

        def serve(name: str) -> Api:
            made = create_app(settings(folder / name).model_copy(update={"database_url": url}))
            return Api(stack.enter_context(TestClient(made, raise_server_exceptions=False)))

        yield serve("one"), serve("two")


def test_two_servers_begin_and_settle_a_turn_once(tmp_path: Path, postgres_with_tables: str) -> None:
    with two_servers(tmp_path, postgres_with_tables) as (one, two):
        chat = one.chat()
        body = {"id": "turn_" + "d" * 20, "input": "Slow." + script(**SLOW)}
        path = f"/chats/{chat.id}/turns"
        with ThreadPoolExecutor(6) as pool:
            made = list(pool.map(lambda api: api.post(path, body), (one, two) * 3))
        assert len({turn["response_id"] for turn in made} - {None}) == 1
        waiting = Chat(two, chat.id).send("Then." + script(text="Done."), body["id"], mode="queue")
        assert text_of(chat.ended(waiting["id"])) == "Done."
        first = Chat(two, chat.id).turn(body["id"])
        assert text_of(first) == WORDS
        for turn in (first, waiting):
            chat.until(turn["id"], lambda turn: settled(one, turn["id"]))
        counted = select(chat_texts.c.turn_id, chat_texts.c.role, func.count()).group_by("turn_id", "role")

        async def texts(connection: Connection) -> list[Any]:
            return [tuple(row) for row in await connection.execute(counted) if row.role != "title"]

        roles = ("user", "assistant")
        assert sorted(in_database(one, texts)) == sorted(
            (turn["id"], role, 1) for turn in (first, waiting) for role in roles
        )
        # What one server writes, the other one stops.
        slow = chat.send("Slow." + script(**SLOW), waiting["id"])
        assert Chat(two, chat.id).cancel(slow["id"])["status"] == "cancelled"
