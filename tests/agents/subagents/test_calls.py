"""What an agent reads when it has others work for it: the answers to its calls, stored with what the calls do."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest
from sqlalchemy import insert

from earthshine.accounts.authorization.ownership import Owner
from earthshine.agents.sessions import store as turns
from earthshine.agents.sessions.state import TurnState
from earthshine.agents.subagents import calls, store
from earthshine.agents.subagents.calls import Calls, Settled
from earthshine.database import Database
from earthshine.ids import new_id
from earthshine.responses.tables import responses

OWNER = Owner("proj", "user")
Call = tuple[str, Any]


class Talk:
    """One session, whose responses end as a test says."""

    def __init__(self, database: Database, most: int = 2) -> None:
        self.database, self.most, self.id = database, most, new_id("asess")

    async def begin(self) -> Talk:
        agent = {"id": "agent_1", "multi_agent": {"enabled": True, "max_concurrent_subagents": self.most}}
        values = {"metadata": {}, "agent": agent, "environment": {"type": "none"}, "vault_ids": []}
        async with self.database.write() as connection:
            await turns.add_session(connection, self.id, OWNER, values)
            self.turn_id = await turns.add_turn(connection, self.id, {"project": "proj"}, [])
        return self

    async def end(self, turn_id: str, status: str, output: list[Any], **more: Any) -> None:
        """Store how the last response of a turn ended."""
        async with self.database.write() as connection:
            turn = await turns.find_turn(connection, turn_id)
            assert turn is not None
            body = {"status": status, "output": output, "usage": None, "error": None, **more}
            about = {"id": turn.steps[-1].id, "project": "proj", "user": "user", "model": "m", "background": True}
            row = {**about, "created_at": int(time.time()), "status": status, "request": {}, "input": []}
            await connection.execute(insert(responses).values(**row, response=orjson.dumps(body)))

    async def call(self, *made: Call, settle: bool = True) -> list[str]:
        """Have the agent's next response make calls; return what it reads, once all are answered."""
        output = [
            {
                "type": "function_call",
                "id": f"fc_{at}",
                "call_id": f"call_{at}",
                "status": "completed",
                "name": name,
                "arguments": said if isinstance(said, str) else orjson.dumps(said).decode(),
            }
            for at, (name, said) in enumerate(made)
        ]
        await self.end(self.turn_id, "completed", output)
        return await self.read() if settle else []

    async def settle(self) -> Settled:
        async with self.database.write() as connection:
            row = await turns.find_session(connection, self.id, "proj", lock=True)
            turn = await turns.find_turn(connection, self.turn_id)
            assert turn is not None
            return await Calls(connection, row, turn).settle()

    async def read(self) -> list[str]:
        await self.settle()
        turn = await self.turn()
        if len(turn.steps) < 2 or turn.steps[-1].status:
            return []
        return [item["output"] for item in turn.row.steps[-1]["input"]]

    async def turn(self) -> TurnState:
        async with self.database.read() as connection:
            found = await turns.find_turn(connection, self.turn_id)
        assert found is not None
        return found

    async def helper(self, number: int) -> TurnState:
        """Return a subagent's last turn."""
        async with self.database.read() as connection:
            row = (await store.every(connection, self.id))[number - 1]
            return (await turns.turns_of(connection, self.id, row.id))[-1]

    async def answer(self, number: int, text: str) -> None:
        message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
        await self.end((await self.helper(number)).id, "completed", [message])


@pytest.fixture
async def talk(database: Database) -> Talk:
    return await Talk(database).begin()


async def test_a_wait_is_answered_when_all_are_done(talk: Talk) -> None:
    told = await talk.call(("create_subagent", {"task": "One."}), ("create_subagent", {"task": "Two."}))
    assert told == [
        "Subagent 1 works on it. Its answer comes by wait_for_subagents.",
        "Subagent 2 works on it. Its answer comes by wait_for_subagents.",
    ]
    assert await talk.call(("wait_for_subagents", {"agents": [1, 2]})) == []
    assert (await talk.turn()).status == "in_progress"
    await talk.answer(1, "قمر")
    assert await talk.read() == []
    failed = (await talk.helper(2)).id
    await talk.end(failed, "failed", [], error={"code": "server_error", "message": "The model broke."})
    assert await talk.read() == ["Subagent 1 is done:\nقمر\n\nSubagent 2 failed: The model broke."]
    assert (await talk.turn()).status == "queued"


async def test_settling_twice_does_nothing_twice(talk: Talk) -> None:
    await talk.call(("create_subagent", {"task": "One."}), ("wait_for_subagents", {"agents": [1]}), settle=False)
    first = await talk.settle()
    assert len(first.begin) == 1
    again = await talk.settle()
    assert (again.begin, again.stop) == ([], [])
    async with talk.database.read() as connection:
        assert len(await store.every(connection, talk.id)) == 1


async def test_no_more_work_at_a_time_than_may(talk: Talk) -> None:
    three = [("create_subagent", {"task": "x"})] * 3
    first, _, third = await talk.call(*three)
    assert first.startswith("Subagent 1 works")
    assert third == "Error: No more than 2 subagents work at a time, and so many do. Wait for one first."
    await talk.answer(1, "Done.")
    (fourth,) = await talk.call(("create_subagent", {"task": "x"}))
    assert fourth.startswith("Subagent 3 works")


async def test_more_is_said_to_one_that_is_open(talk: Talk) -> None:
    await talk.call(("create_subagent", {"task": "One."}))
    (busy,) = await talk.call(("send_subagent_input", {"agent": 1, "input": "More."}))
    assert busy == "Subagent 1 reads it at its next step."
    assert (await talk.helper(1)).row.said[0]["content"][0]["text"] == "More."
    async with talk.database.write() as connection:
        await turns.set_turn(connection, (await talk.helper(1)).id, said=None)
    await talk.answer(1, "Done.")
    closed, off, opened, more = await talk.call(
        ("close_subagent", {"agent": 1}),
        ("send_subagent_input", {"agent": 1, "input": "More."}),
        ("resume_subagent", {"agent": "1"}),
        ("send_subagent_input", {"agent": "subagent 1", "input": "More."}),
    )
    assert closed == "Subagent 1 is closed." and opened == "Subagent 1 is open again."
    assert off == "Error: Subagent 1 is closed. Resume it first."
    assert more == "Subagent 1 works on it."
    told = [(each["type"], each["subagent"]["status"]) for each in (await talk.turn()).row.steps[-1]["told"]]
    assert told == [("closed", "closed"), ("active", "active")]
    assert (await talk.helper(1)).row.steps[0]["input"][0]["content"][0]["text"] == "More."


async def test_an_interrupt_ends_a_turn_that_has_not_begun(talk: Talk) -> None:
    await talk.call(("create_subagent", {"task": "One."}))
    stopped, waited = await talk.call(("interrupt_subagent", {"agent": 1}), ("wait_for_subagents", {"agents": [1]}))
    assert (stopped, waited) == ("Subagent 1 was interrupted.", "Subagent 1 was interrupted.")
    assert (await talk.helper(1)).status == "cancelled"
    _, stopped = await talk.call(("create_subagent", {"task": "Two."}), ("interrupt_subagent", {"agent": 2}))
    assert stopped == "Subagent 2 was interrupted."
    assert (await talk.helper(2)).status == "cancelled", "although it was made by the same response"


@pytest.mark.parametrize(
    ("name", "said", "words"),
    [
        ("create_subagent", {}, "Error: Say in `task` what it is to do."),
        ("create_subagent", "{broken", "Error: The arguments are not JSON"),
        ("create_subagent", "[1]", "Error: The arguments must be a JSON object."),
        ("wait_for_subagents", {"agents": []}, "Error: There is no subagent to wait for."),
        ("wait_for_subagents", {"agents": ["x"]}, "Error: Say in `agents` which subagents"),
        ("close_subagent", {"agent": 7}, "Error: There is no subagent 7. There are: none."),
        ("interrupt_subagent", {"agent": True}, "Error: Say in `agent` which subagent"),
    ],
)
async def test_what_cannot_be_done_is_said(talk: Talk, name: str, said: Any, words: str) -> None:
    (told,) = await talk.call((name, said))
    assert told.startswith(words)


async def test_a_long_answer_is_cut_and_told_so(talk: Talk) -> None:
    await talk.call(("create_subagent", {"task": "One."}))
    await talk.answer(1, "a" * calls.MOST_ANSWER + "b" * 100)
    (told,) = await talk.call(("wait_for_subagents", {"agents": [1]}))
    assert "[100 characters left out]" in told and told.endswith("b" * 100)
    assert len(told) < calls.MOST_ANSWER + 100


async def test_a_turn_whose_calls_wait_is_looked_at_again(talk: Talk) -> None:
    client = ("weather", {})
    await talk.call(("create_subagent", {"task": "One."}))
    await talk.call(client, ("wait_for_subagents", {"agents": [1]}))
    turn = await talk.turn()
    assert turn.status == "waiting" and [item["name"] for item in turn.calls] == ["wait_for_subagents"]
    async with talk.database.write() as connection:
        await turns.settle(connection, turn)
    assert not (await talk.turn()).row.settled, "the end of the subagent's turn may come while no server runs"
