"""How fast a very long chat opens at its last page, and how fast a new turn in it begins.

    python -m bench.chats.long_chat                          1,248 messages (624 turns), 36 MB
    python -m bench.chats.long_chat --turns 100 --megabytes 6

In process, over ASGI, on SQLite in the temporary directory, with the scripted model. The chat is filled through the
stores. `open` is `GET turns?limit=10`; `send` is `POST turns` until its reply, with the turn stored and its response
begun; `started` is until the model's first words are stored.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.chats.api import Api, serving, text_of

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.service import ChatService
from earthshine.chats.turns.store import NewTurn
from earthshine.database import Database
from earthshine.ids import new_id
from earthshine.responses.resource import new_response
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.store import StoredResponse
from earthshine.services import Services

WORDS = ("moon earth light قمر 月 lune shadow orbit the of and a 🌒 letter house water night").split()  # noqa: SIM905
PAUSE = 0.2


async def fill(services: Services, chat_id: str, who: Caller, turns: int, characters: int) -> str:
    """Store a branch of turns that are as long together as wanted; returns its leaf."""
    rng = random.Random(1)
    parent, previous = None, None
    for _ in range(turns):
        said, replied = (" ".join(rng.choices(WORDS, k=characters // 10)) for _ in range(2))
        item: dict[str, Any] = {
            "id": new_id("msg"),
            "type": "message",
            "role": "user",
            "status": "completed",
            "content": [{"type": "input_text", "text": said}],
        }
        body: dict[str, Any] = {"model": "scripted", "input": [item], "background": True}
        if previous is not None:
            body["previous_response_id"] = previous
        create = ResponseCreate.model_validate(body)
        response = new_response(new_id("resp"), create, body, services.get(ResponseRuns).factory.sampling(create))
        turn = NewTurn(
            id=new_id("turn"),
            chat_id=chat_id,
            parent_id=parent,
            group_id=None,
            caller=who.dump(),
            input=[item],
            request={"model": "scripted"},
            fingerprint="",
            response_id=response["id"],
            waits=False,
        )
        part = {"type": "output_text", "text": replied, "annotations": [], "logprobs": []}
        reply = {**item, "id": new_id("msg"), "role": "assistant", "content": [part]}
        response |= {"status": "completed", "output": [reply]}
        row = StoredResponse(response["id"], who, "completed", True, previous, None, body, [item], None, response)
        await services.get(ChatService).turns.add(Owner.of(who), turn)
        async with services.get(Database).write() as connection:
            await services.get(ResponseRuns).store.add_ended(connection, [(row, [b"{}"])])
        await services.get(ChatService).turns.set_state(turn.id, "begun")
        stored = await services.get(ChatService).turns.find(turn.id)
        assert stored is not None
        await services.get(ChatService).turns.settle(stored, replied)
        parent, previous = turn.id, response["id"]
    assert parent is not None
    return parent


def timed(times: int, work: Callable[[], Any]) -> dict[str, float]:
    """Return the milliseconds of some work: the median and the longest."""
    taken: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - begun))
        time.sleep(PAUSE)
    return {"median_ms": round(statistics.median(taken), 1), "longest_ms": round(max(taken), 1)}


def measure(api: Api, turns: int, megabytes: float, times: int) -> dict[str, Any]:
    chat = api.chat(title="A long one")
    services = api.services
    assert api.http.portal is not None
    who = Caller("bench", "default")
    begun = time.perf_counter()
    characters = int(megabytes * 1e6 / turns / 2 / 1.2)
    leaf = api.http.portal.call(fill, services, chat.id, who, turns, characters)
    filled = time.perf_counter() - begun
    sent: list[str] = []

    def send() -> None:
        sent.append(chat.send("And what do you say to that?", leaf)["id"])

    def start() -> None:
        send()
        chat.until(sent[-1], lambda turn: bool(text_of(turn)))

    # The model is loaded by its first turn.
    api.chat().say("Hello.")
    opened = timed(times, lambda: chat.turns(leaf=leaf, limit=10))
    return {
        "turns": turns,
        "megabytes": megabytes,
        "fill_seconds": round(filled, 1),
        "open": opened,
        "send": timed(times, send),
        "started": timed(max(1, times // 4), start),
        "list_chats": timed(times, lambda: api.get("/chats")),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=624)
    parser.add_argument("--megabytes", type=float, default=36.0)
    parser.add_argument("--times", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as api:
        print(json.dumps(measure(api, given.turns, given.megabytes, given.times), indent=2))


if __name__ == "__main__":
    main()
