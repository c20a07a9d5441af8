"""The limits of a session through the official SDK, strict: kept, told, raised, and every turn ends in words."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from openai import BadRequestError, ConflictError, OpenAI
from openai.types.beta.agent_session import AgentSession

from tests.agents.talking import WEATHER, bearer, begin, call, message, result, script, until
from tests.server_process import ServerProcess

_SHELL: Any = {"tool_call": {"name": "shell", "arguments": {"commands": ["echo working"]}}}


def limited(sdk: OpenAI, said: str, limits: Any, **more: Any) -> AgentSession:
    return begin(sdk, said, extra_body={"earthshine": {"limits": limits}}, **more)


def hosted(sdk: OpenAI, said: str, limits: Any) -> AgentSession:
    create: Any = sdk.beta.agents.sessions.create
    own = {"earthshine": {"limits": limits}}
    environment = {"type": "openai_hosted"}
    return create(environment=environment, agent={"model": "scripted"}, input=said, extra_body=own)


def state(server: ServerProcess, session: AgentSession) -> Any:
    where = f"{server.url}/earthshine/v1/agents/sessions/{session.id}/limits"
    return httpx2.get(where, headers=bearer(server)).raise_for_status().json()


def answer(sdk: OpenAI, session: AgentSession) -> str:
    last = next(iter(sdk.beta.agents.sessions.items.list(session.id)))
    assert last.type == "message" and last.role == "assistant", last
    return last.output_text


def test_an_answer_is_cut_in_words_where_tokens_end(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    made = limited(sdk, script({"pieces": 1000, "text": "word "}), {"tokens": 200})
    now = until(sdk, made, "budget_reached")
    (turn,) = sdk.beta.agents.sessions.turns.list(made.id)
    assert turn.status == "completed"
    assert "(I stop here: little is left of the 200 tokens" in answer(sdk, made)
    told = state(scripted_server, made)
    assert told["tokens"]["limit"] == 200 and 150 < told["tokens"]["used"] <= 200
    assert told["tokens"]["left"] == 200 - told["tokens"]["used"] and told["reached"] == ["tokens"]
    assert now.usage is not None and now.usage.total_tokens == told["tokens"]["used"]
    assert told["cents"] == {"limit": None, "used": 0.0, "left": None}
    assert now.model_dump()["earthshine"]["limits"] == {"tokens": 200}


def test_a_session_goes_on_when_its_limit_is_raised(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    sessions = sdk.beta.agents.sessions
    made = limited(sdk, script({"pieces": 1000, "text": "word "}), {"tokens": 200})
    until(sdk, made, "budget_reached")
    with pytest.raises(ConflictError, match="200 tokens"):
        sessions.events.create(made.id, events=[message("Go on.")])
    assert sessions.update(made.id, metadata={}).status == "budget_reached"
    assert sessions.update(made.id, extra_body={"earthshine": {"limits": {"tokens": 200}}}).status == "budget_reached"
    raised = sessions.update(made.id, extra_body={"earthshine": {"limits": {"tokens": 5000, "steps": 9}}})
    assert raised.status == "idle"
    with sessions.stream(made.id, input=script({"text": "So."})) as events:
        assert events.get_final_result().output_text == "So."
    told = state(scripted_server, made)
    assert told["steps"] == {"limit": 9, "used": 2, "left": 7} and told["reached"] == []
    free = sessions.update(made.id, extra_body={"earthshine": {"limits": {"tokens": None, "steps": None}}})
    assert "limits" not in free.model_dump()["earthshine"]


def test_the_last_step_is_for_the_answer(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    made = hosted(sdk, script(*[_SHELL] * 10), {"steps": 3})
    until(sdk, made, "budget_reached")
    kinds = [item.type for item in sdk.beta.agents.sessions.items.list(made.id, order="asc")]
    assert kinds == ["message", "command_execution", "command_execution", "message"]
    assert answer(sdk, made)
    assert state(scripted_server, made)["steps"] == {"limit": 3, "used": 3, "left": 0}


def test_what_has_no_room_at_all_is_refused_in_words(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    made = limited(sdk, "word " * 400, {"tokens": 100})
    until(sdk, made, "budget_reached")
    assert answer(sdk, made) == "I cannot finish this: 100 tokens of this session are used up."
    assert state(scripted_server, made)["tokens"]["used"] == 0


def test_a_tool_is_stopped_in_time_for_an_answer(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    slow: Any = {"tool_call": {"name": "shell", "arguments": {"commands": ["sleep 60"]}}}
    made = hosted(sdk, script(slow, {"text": "It takes too long."}), {"seconds": 4})
    until(sdk, made, "budget_reached", "idle")
    assert "It takes too long." in answer(sdk, made)
    used = state(scripted_server, made)["seconds"]["used"]
    assert 1 < used <= 4.08


def test_an_answer_is_cut_in_time(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    made = limited(sdk, script({"text": "word ", "pieces": 9000, "tokens_per_second": 50}), {"seconds": 2})
    until(sdk, made, "budget_reached")
    (turn,) = sdk.beta.agents.sessions.turns.list(made.id)
    assert turn.status == "completed" and answer(sdk, made)
    assert 0.8 < state(scripted_server, made)["seconds"]["used"] <= 2.04


def test_a_call_that_is_cut_is_no_call(sdk: OpenAI) -> None:
    long = {"tool_call": {"name": "weather", "arguments": {"city": "x" * 4000}}}
    made = limited(sdk, script(long), {"tokens": 700}, tools=[WEATHER])
    now = until(sdk, made, "budget_reached", "requires_action")
    assert now.status == "budget_reached" and now.required_actions == []
    assert answer(sdk, made)


def test_a_limit_holds_over_turns_that_wait(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = limited(sdk, script(call("Rabat"), call("Fez"), {"text": "Never."}), {"steps": 2}, tools=[WEATHER])
    (action,) = until(sdk, made, "requires_action").required_actions
    assert action.type == "function_call"
    sessions.events.create(made.id, events=[result(action.turn_id, action.call_id)])
    until(sdk, made, "budget_reached")
    assert "Sunny" in answer(sdk, made)


def test_what_cannot_be_a_limit_is_refused(sdk: OpenAI) -> None:
    for limits in ({"tokens": 0}, {"seconds": -1}, {"pages": 1}, {"cents": "much"}):
        with pytest.raises(BadRequestError, match="earthshine"):
            limited(sdk, "Hello.", limits)
    with pytest.raises(BadRequestError, match="same amount"):
        limited(sdk, "Hello.", {"cents": 5}, spend_control={"limit": 6})
    with pytest.raises(BadRequestError, match="spend_control"):
        begin(sdk, spend_control={"limit": 0})
