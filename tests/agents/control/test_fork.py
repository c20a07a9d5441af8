"""Forks: another session with the same history up to a place, which outlives the first one."""

from __future__ import annotations

import pytest
from openai import BadRequestError, ConflictError, NotFoundError, OpenAI
from openai.types.beta.agent_session import AgentSession

from tests.agents.control.test_steering import begin_hosted, said, shell
from tests.agents.talking import WEATHER, begin, call, result, script, until


def fork(sdk: OpenAI, session: AgentSession, **body: str) -> AgentSession:
    return sdk.post(f"/../earthshine/v1/agents/sessions/{session.id}/fork", body=body, cast_to=AgentSession)


def say(sdk: OpenAI, session: AgentSession, text: str) -> str:
    """What the agent answers."""
    with sdk.beta.agents.sessions.stream(session.id, input=text) as events:
        events.until_done()
    item = next(iter(sdk.beta.agents.sessions.items.list(session.id)))
    assert item.type == "message" and item.role == "assistant", item
    return item.output_text


def test_a_fork_goes_on_its_own_way_and_outlives_the_first(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin(sdk, "My name is Layla.", metadata={"a": "b"})
    until(sdk, made, "idle")
    (first,) = sessions.turns.list(made.id)
    say(sdk, made, "I live in Fès.")
    other = fork(sdk, made, turn_id=first.id)
    assert other.metadata == {"a": "b"} and other.agent == made.agent and other.status == "idle"
    about = {"session_id": made.id, "turn_id": first.id, "after_item": None, "files": None}
    assert other.to_dict()["earthshine"]["forked_from"] == about
    assert said(sdk, other) == said(sdk, made)[:2]
    say(sdk, other, "I live in Oran.")
    whole = fork(sdk, other)
    assert said(sdk, whole) == said(sdk, other) and "I live in Oran." in str(said(sdk, other))
    used = [sessions.turns.list(each.id).data[0].usage for each in (made, other)]
    assert used[0] is not None and used[1] is not None
    assert abs(used[0].input_tokens - used[1].input_tokens) <= 1, "both saw the first turn"
    sessions.delete(made.id)
    sessions.delete(whole.id)
    assert [turn.status for turn in sessions.turns.list(other.id)] == ["completed"] * 2
    say(sdk, other, "Still there?")
    (last, *_) = sessions.turns.list(other.id)
    assert last.usage is not None and last.usage.input_tokens > used[1].input_tokens
    sessions.delete(other.id)


def test_a_fork_in_the_middle_of_a_turn(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin(sdk, script({"text": "I look.", **call("Rabat")}, {"text": "So."}), tools=[WEATHER])
    (action,) = until(sdk, made, "requires_action").required_actions
    assert action.type == "function_call"
    sessions.events.create(made.id, events=[result(action.turn_id, action.call_id)])
    until(sdk, made, "idle")
    items = list(sessions.items.list(made.id, order="asc"))
    kinds = ["message", "message", "function_call", "function_call_output", "message"]
    assert [item.type for item in items] == kinds
    for at, kept in ((0, 1), (1, 2), (2, 4), (3, 4), (4, 5)):
        other = fork(sdk, made, after_item=items[at].id)
        assert [item.type for item in sessions.items.list(other.id, order="asc")] == kinds[:kept], at
        assert say(sdk, other, "Lamp?")
        (last, _) = sessions.turns.list(other.id)
        assert last.status == "completed"
        sessions.delete(other.id)
    assert [item.type for item in sessions.items.list(made.id, order="asc")] == kinds


def test_a_fork_of_commands_has_a_copy_of_the_files(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    commands = [shell("mkdir -p a; echo قمر > a/moon.txt; chmod 700 a/moon.txt"), shell("echo two > a/two.txt")]
    made = begin_hosted(sdk, script(*commands, {"text": "Done."}))
    until(sdk, made, "idle")
    items = list(sessions.items.list(made.id, order="asc"))
    assert [item.type for item in items] == ["message", "command_execution", "command_execution", "message"]
    other = fork(sdk, made, after_item=items[1].id)
    assert other.environment.type == made.environment.type == "openai_hosted"
    assert other.environment.id != made.environment.id
    assert other.to_dict()["earthshine"]["forked_from"]["files"] == "as_of_fork"
    assert said(sdk, other) == said(sdk, made)[:2]
    say(sdk, made, script(shell("rm a/moon.txt"), {"text": "x"}))
    say(sdk, other, script(shell("cat a/moon.txt; ls -l a"), {"text": "x"}))
    shown = next(item for item in sessions.items.list(other.id) if item.type == "command_execution")
    assert shown.output is not None and "قمر" in shown.output and "-rwx------" in shown.output
    assert "two.txt" in shown.output, "files are those of now"
    sessions.delete(made.id)
    say(sdk, other, script(shell("cat a/moon.txt"), {"text": "x"}))
    sessions.delete(other.id)


def test_what_cannot_be_forked(sdk: OpenAI) -> None:
    made = begin(sdk, script(call("Rabat"), {"text": "So."}), tools=[WEATHER])
    until(sdk, made, "requires_action")
    with pytest.raises(ConflictError):
        fork(sdk, made)
    with pytest.raises(NotFoundError):
        fork(sdk, made, turn_id="aturn_none")
    with pytest.raises(NotFoundError):
        fork(sdk, made, after_item="msg_none")
    with pytest.raises(BadRequestError):
        fork(sdk, made, after_item="msg_none", turn_id="aturn_none")
    begun = next(iter(sdk.beta.agents.sessions.items.list(made.id, order="asc")))
    other = fork(sdk, made, after_item=begun.id)
    assert other.status == "idle"
