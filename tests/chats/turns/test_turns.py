"""Turns: a tree that is only added to, replies that wait, are steered, cancelled and gone on with."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.chats.api import Api, Chat, script, text_of

WORDS = "one two three four five six seven eight nine ten " * 10
SLOW: dict[str, Any] = {"text": WORDS, "tokens_per_second": 150}
SLOWEST: dict[str, Any] = {"text": WORDS, "tokens_per_second": 8}
"""Still at work when several more requests have been made on a busy machine; to be cancelled."""


def ids(page: dict[str, Any]) -> list[str]:
    return [turn["id"] for turn in page["data"]]


def test_a_turn_is_answered_and_the_next_one_goes_on_from_it(api: Api) -> None:
    chat = api.chat()
    first = chat.say("Hello." + script(text="Good morning."))
    assert (first["status"], text_of(first)) == ("completed", "Good morning.")
    assert first["input"][0]["content"][0]["text"].startswith("Hello.")
    assert first["response"]["id"] == first["response_id"]
    assert first["response"]["metadata"] == {"chat_id": chat.id, "turn_id": first["id"]}
    second = chat.say("And?", first["id"])
    assert second["response"]["previous_response_id"] == first["response_id"]
    assert ids(chat.turns()) == [first["id"], second["id"]]
    assert chat.now()["current_turn_id"] == second["id"]


def test_the_reply_can_be_followed_like_any_response(api: Api) -> None:
    chat = api.chat()
    turn = chat.send("Hello." + script(text=WORDS, tokens_per_second=500))
    stream = api.http.get(f"/v1/responses/{turn['response_id']}?stream=true", headers=api.headers).text
    assert '"type":"response.completed"' in stream
    assert text_of(chat.ended(turn["id"])) == WORDS


def test_editing_and_regenerating_add_siblings_and_change_nothing(api: Api) -> None:
    chat = api.chat()
    first = chat.say("One." + script(text="A."))
    second = chat.say("Two." + script(text="B."), first["id"])
    edited = chat.say("Two, again." + script(text="C."), first["id"])
    regenerated = chat.say("Two." + script(text="B."), first["id"])
    below = chat.say("Three.", second["id"])
    siblings = [second["id"], edited["id"], regenerated["id"]]
    for turn in siblings:
        assert chat.turn(turn)["sibling_ids"] == siblings
    assert chat.turn(second["id"])["input"] == second["input"]
    assert ids(chat.turns(leaf=edited["id"])) == [first["id"], edited["id"]]
    # Walking to another branch goes to the newest leaf below.
    assert ids(chat.turns(leaf=second["id"], descend="true")) == [first["id"], second["id"], below["id"]]
    assert ids(chat.turns(leaf=first["id"], descend="true")) == [first["id"], regenerated["id"]]
    root = chat.say("From the beginning.")
    assert chat.turn(first["id"])["sibling_ids"] == [first["id"], root["id"]]


def test_models_are_compared_side_by_side(api: Api) -> None:
    chat = api.chat()
    group = [chat.send("Which?", model=model, group_id="group_1") for model in ("scripted", "default")]
    ended = [chat.ended(turn["id"]) for turn in group]
    assert [turn["response"]["model"] for turn in ended] == ["scripted", "default"]
    assert {turn["group_id"] for turn in ended} == {"group_1"}
    assert ended[0]["sibling_ids"] == [turn["id"] for turn in ended]


def test_a_long_branch_is_read_page_by_page_from_its_leaf(api: Api) -> None:
    chat = api.chat()
    parent = None
    made: list[str] = []
    for number in range(7):
        parent = chat.say(f"Number {number}.", parent)["id"]
        made.append(parent)
    page = chat.turns(limit=3)
    assert (ids(page), page["has_more"]) == (made[4:], True)
    page = chat.turns(limit=3, before=made[4])
    assert (ids(page), page["has_more"]) == (made[1:4], True)
    page = chat.turns(limit=3, before=made[1])
    assert (ids(page), page["has_more"]) == (made[:1], False)
    page = chat.turns(before=made[0])
    assert (ids(page), page["has_more"]) == ([], False)
    assert api.get(f"/chats/{chat.id}/turns?leaf=turn_nowhere", 404)["error"]["param"] == "leaf"


def test_the_same_turn_sent_again_is_the_same_turn(api: Api) -> None:
    chat = api.chat()
    body = {"id": "turn_" + "a" * 20, "input": "Once."}
    made = api.post(f"/chats/{chat.id}/turns", body)
    again = api.post(f"/chats/{chat.id}/turns", body)
    assert (again["id"], again["response_id"]) == (made["id"], made["response_id"])
    refused = api.post(f"/chats/{chat.id}/turns", {**body, "input": "Twice."}, 409)
    assert refused["error"]["param"] == "id"
    assert api.post(f"/chats/{api.chat().id}/turns", body, 409)
    assert len(chat.turns()["data"]) == 1


def test_two_clients_send_the_same_turn_at_once(api: Api) -> None:
    chat = api.chat()
    body = {"id": "turn_" + "b" * 20, "input": "At once."}
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: api.post(f"/chats/{chat.id}/turns", body), range(8)))
    chat.ended(body["id"])
    assert {turn["id"] for turn in made} == {body["id"]}
    assert len({turn["response_id"] for turn in made} - {None}) == 1
    assert chat.turn(body["id"])["sibling_ids"] == [body["id"]]


def test_two_clients_go_on_from_the_same_turn_at_once(api: Api) -> None:
    chat = api.chat()
    first = chat.say("Begin.")
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda number: chat.send(f"Client {number}.", first["id"]), range(4)))
    for turn in made:
        assert chat.ended(turn["id"])["status"] == "completed"
    assert set(chat.turn(made[0]["id"])["sibling_ids"]) == {turn["id"] for turn in made}


def test_while_a_reply_runs_the_next_turn_waits_when_it_is_told_to(api: Api) -> None:
    chat = api.chat()
    first = chat.send("Slow." + script(**SLOW))
    refused = chat.send("Now.", first["id"], 409)
    assert refused["error"]["code"] == "parent_running"
    waiting = chat.send("Then.", first["id"], mode="queue")
    assert (waiting["status"], waiting["response_id"], waiting["response"]) == ("queued", None, None)
    last = chat.send("At last.", waiting["id"], mode="queue")
    assert chat.now()["running"]
    assert api.get("/chats")["data"][0]["running"]
    assert chat.ended(last["id"])["status"] == "completed"
    assert text_of(chat.turn(first["id"])) == WORDS
    chain = [chat.turn(each["id"])["response"] for each in (first, waiting, last)]
    assert [each["previous_response_id"] for each in chain] == [None, chain[0]["id"], chain[1]["id"]]
    assert not chat.now()["running"]


def test_a_turn_that_waits_can_be_cancelled_and_is_no_part_of_the_chat(api: Api) -> None:
    chat = api.chat()
    first = chat.send("Slow." + script(**SLOWEST))
    waiting = chat.send("Never mind.", first["id"], mode="queue")
    assert chat.cancel(waiting["id"])["status"] == "cancelled"
    after = chat.send("This instead.", waiting["id"], mode="queue")
    chat.cancel(first["id"])
    after = chat.ended(after["id"])
    assert after["response"]["previous_response_id"] == chat.turn(first["id"])["response_id"]
    assert chat.turn(waiting["id"])["response"] is None
    assert [item["content"][0]["text"] for item in input_of(api, after)] == ["This instead."]


def input_of(api: Api, turn: dict[str, Any]) -> list[dict[str, Any]]:
    return api.get(f"/responses/{turn['response_id']}/input_items?order=asc")["data"]


def test_steering_stops_the_reply_and_keeps_its_words(api: Api) -> None:
    chat = api.chat()
    first = chat.send("Slow." + script(**SLOW))
    chat.until(first["id"], lambda turn: len(text_of(turn)) > 20)
    steered = chat.send("No, the other one.", first["id"], mode="steer")
    stopped = chat.turn(first["id"])
    assert stopped["status"] == "cancelled"
    assert WORDS.startswith(text_of(stopped))
    assert steered["response_id"]
    assert chat.ended(steered["id"])["response"]["previous_response_id"] == first["response_id"]


def test_steering_past_a_turn_that_waits(api: Api) -> None:
    chat = api.chat()
    first = chat.send("Slow." + script(**SLOWEST))
    waiting = chat.send("Then.", first["id"], mode="queue")
    steered = chat.send("Rather this.", waiting["id"], mode="steer")
    assert chat.turn(waiting["id"])["status"] == "cancelled"
    assert steered["status"] == "queued"
    chat.cancel(first["id"])
    assert chat.ended(steered["id"])["response"]["previous_response_id"] == first["response_id"]


def test_cancelling_keeps_what_was_written_and_may_be_repeated(api: Api) -> None:
    chat = api.chat()
    turn = chat.send("Slow." + script(**SLOW))
    chat.until(turn["id"], lambda turn: len(text_of(turn)) > 20)
    stopped = chat.cancel(turn["id"])
    assert stopped["status"] == "cancelled"
    assert 20 < len(text_of(stopped)) < len(WORDS)
    assert chat.cancel(turn["id"]) == stopped


def test_a_cut_reply_is_continued_from_its_text(api: Api) -> None:
    chat = api.chat()
    asked = "Slow." + script(reasoning="Let me think about it.", **SLOW)
    turn = chat.send(asked)
    chat.until(turn["id"], lambda turn: len(text_of(turn)) > 20)
    stopped = chat.cancel(turn["id"])
    going_on = chat.send(None, continues=turn["id"])
    assert text_of(going_on).startswith(text_of(stopped))
    assert going_on["sibling_ids"] == [turn["id"], going_on["id"]]
    assert going_on["input"] == turn["input"]
    final = chat.ended(going_on["id"])
    assert (final["status"], text_of(final)) == ("completed", WORDS)
    kinds = [item["type"] for item in final["response"]["output"]]
    assert kinds == ["reasoning", "message"]
    assert {item["status"] for item in final["response"]["output"]} == {"completed"}
    family: dict[str, list[str]] = {"sibling_ids": [], "versions": []}
    assert chat.turn(turn["id"]) | family == stopped | family
    # What readers are told adds up to the same.
    stream = api.http.get(f"/v1/responses/{final['response_id']}?stream=true", headers=api.headers).text
    assert '"type":"response.completed"' in stream


def test_a_reply_that_was_too_long_is_continued_with_room_for_more(api: Api) -> None:
    chat = api.chat(settings={"model": "scripted", "max_output_tokens": 30})
    turn = chat.say("Long." + script(text=WORDS))
    assert turn["status"] == "incomplete"
    more = chat.ended(chat.send(None, continues=turn["id"])["id"])
    assert (more["status"], more["response"]["max_output_tokens"]) == ("incomplete", 60)
    assert text_of(more).startswith(text_of(turn)) and len(text_of(more)) > len(text_of(turn))
    rest = chat.ended(chat.send(None, continues=more["id"], settings={"max_output_tokens": 5000})["id"])
    assert (rest["status"], text_of(rest)) == ("completed", WORDS)


def test_versions_are_counted_by_question_and_going_on_makes_none(api: Api) -> None:
    chat = api.chat()
    first = chat.say("One.")
    # Without an id, as the item has one when it is sent by the page.
    again = chat.ended(chat.send(None, input=[{"type": "message", "role": "user", "content": "One."}])["id"])
    other = chat.say("Another." + script(text=WORDS, error_after=3, error_always=True))
    more = chat.ended(chat.send(None, continues=other["id"])["id"])
    rest = chat.ended(chat.send(None, continues=more["id"])["id"])
    shown = chat.turn(first["id"])
    assert shown["versions"] == [[first["id"], again["id"]], [rest["id"]]]
    assert shown["sibling_ids"] == [turn["id"] for turn in (first, again, other, more, rest)]
    # Where the chat has gone on below the shorter reply, both are kept.
    chat.say("And now?", more["id"])
    assert chat.turn(first["id"])["versions"][1] == [more["id"], rest["id"]]


def test_a_reply_is_continued_only_by_a_model_that_can(api: Api) -> None:
    deployment = {"model": "far-away", "base_url": "http://127.0.0.1:1/v1", "api_key": "k", "target": "theirs"}
    made = api.post("/deployments", deployment)
    chat = api.chat(settings={"model": "far-away"})
    failed = chat.say("Hello.")
    assert (failed["status"], failed["can_continue"]) == ("failed", True)
    api.ask("DELETE", f"/deployments/{made['id']}")
    assert not chat.turn(failed["id"])["can_continue"]
    assert chat.send(None, continues=failed["id"], status=409)["error"]["code"] == "cannot_continue"
    assert chat.turn(failed["id"])["sibling_ids"] == [failed["id"]]


def test_what_was_not_cut_is_not_continued(api: Api) -> None:
    chat = api.chat()
    turn = chat.say("Short.")
    assert not turn["can_continue"]
    assert chat.send(None, continues=turn["id"], status=409)["error"]["code"] == "not_cut"
    assert chat.send(None, continues="turn_nowhere", status=404)["error"]["param"] == "continues"
    assert chat.send(None, status=400)["error"]["param"] == "input"


def test_what_cannot_be_answered_is_kept_with_the_reason(api: Api) -> None:
    chat = api.chat()
    failed = chat.send("Important words.", model="no-such-model")
    assert (failed["status"], failed["response"]) == ("failed", None)
    assert failed["error"]["code"] == "model_not_found"
    assert "no-such-model" in failed["error"]["message"]
    # It was said nevertheless: what follows carries it.
    after = chat.say("Again.", failed["id"])
    assert [item["content"][0]["text"] for item in input_of(api, after)] == ["Important words.", "Again."]


def test_a_reply_that_breaks_shows_its_error(api: Api) -> None:
    turn = api.chat().say("Break." + script(text=WORDS, error_after=3, error="bug"))
    assert turn["status"] == "failed"
    assert turn["response_id"] in turn["error"]["message"]


def test_settings_of_the_turn_stand_above_those_of_the_chat(api: Api) -> None:
    chat = api.chat(settings={"model": "scripted", "instructions": "Be brief.", "temperature": 0.5})
    plain = chat.say("One.")["response"]
    assert (plain["instructions"], plain["temperature"]) == ("Be brief.", 0.5)
    special = chat.say("Two.", settings={"temperature": 0.1, "instructions": None, "reasoning_effort": "low"})
    assert (special["response"]["instructions"], special["response"]["temperature"]) == (None, 0.1)
    assert special["response"]["reasoning"]["effort"] == "low"


def test_a_plain_chat_adds_next_to_nothing(api: Api) -> None:
    chat = api.chat(settings={"model": "scripted", "instructions": "Be brief."})
    first = chat.say("Hello there.")
    second = chat.say("And what else?", first["id"])
    tokens = api.get(f"/chats/{chat.id}/turns/{second['id']}/tokens")
    assert tokens["object"] == "chat.turn.tokens"
    assert tokens["input_tokens"] == second["response"]["usage"]["input_tokens"]
    assert tokens["written_tokens"] + tokens["added_tokens"] == tokens["input_tokens"]
    assert tokens["written_tokens"] > 0
    assert tokens["added_tokens"] <= 10
    failed = chat.send("Nothing was sent.", model="no-such-model")
    assert api.get(f"/chats/{chat.id}/turns/{failed['id']}/tokens", 409)


def test_a_deleted_reply_leaves_its_turn(api: Api) -> None:
    chat = api.chat()
    turn = chat.say("Hello.")
    api.ask("DELETE", f"/responses/{turn['response_id']}")
    left = chat.turn(turn["id"])
    assert (left["status"], left["response"], left["error"]["code"]) == ("failed", None, "response_deleted")
    assert chat.turn(turn["id"]) == left
    after = chat.send("Go on.", turn["id"])
    assert after["error"]["code"] == "previous_response_not_found"


def test_bad_bodies_name_the_field(api: Api) -> None:
    chat = api.chat()
    for body, param in (
        ({"input": "x", "id": "turn_short"}, "id"),
        ({"input": "x", "parent_id": "turn_nowhere"}, "parent_id"),
        ({"input": []}, "input"),
        ({"input": "x", "mode": "hurry"}, "mode"),
        ({"input": "x", "settings": {"temperature": 9}}, "settings.temperature"),
        ({"input": "x", "settings": {"colour": "red"}}, "settings.colour"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0].id"),
    ):
        reply = api.http.post(f"/earthshine/v1/chats/{chat.id}/turns", headers=api.headers, json=body)
        assert reply.status_code in (400, 404), (body, reply.text)
        assert reply.json()["error"]["param"] == param, (body, reply.text)
    assert chat.turns()["data"] == []


def test_another_persons_turns_are_not_found(api: Api) -> None:
    chat = api.chat()
    turn = chat.say("A secret.")
    other = Chat(api.as_new_person("a neighbour"), chat.id)
    for path in ("", f"/{turn['id']}", f"/{turn['id']}/tokens"):
        assert other.api.get(f"/chats/{chat.id}/turns{path}", 404)
    assert other.send("Hello.", turn["id"], 404)
    assert other.api.post(f"/chats/{chat.id}/turns/{turn['id']}/cancel", status=404)
    # A turn is reached through its own chat only.
    own = other.api.chat()
    assert other.api.get(f"/chats/{own.id}/turns/{turn['id']}", 404)
    assert own.send("Hello.", turn["id"], 404)["error"]["param"] == "parent_id"
    assert own.send(None, continues=turn["id"], status=404)
