"""Pictures in chats: kept as files of their owner, and shown to whoever is given the chat, by a link or an export."""

from __future__ import annotations

import base64
from typing import Any

from tests.chats.api import Api, Chat
from tests.pictures.hostile import saved

SEA, MOON = saved("PNG"), saved("JPEG", (30, 20))


def upload(api: Api, data: bytes, name: str = "sea.png", purpose: str = "vision") -> str:
    reply = api.http.post("/v1/files", files={"file": (name, data)}, data={"purpose": purpose}, headers=api.headers)
    assert reply.status_code == 200, reply.text
    return reply.json()["id"]


def written(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def show(chat: Chat, *parts: dict[str, Any], parent: str | None = None) -> str:
    """Say something with pictures beside it; whether the model sees them is no matter here."""
    content = [*({"type": "input_image", "detail": "auto"} | part for part in parts)]
    message = {"type": "message", "role": "user", "content": [*content, {"type": "input_text", "text": "Which sea?"}]}
    turn = chat.api.post(f"/chats/{chat.id}/turns", {"parent_id": parent, "input": [message]})
    chat.until(turn["id"], lambda each: each["status"] not in ("queued", "in_progress"))
    return turn["id"]


def parts_of(turn: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for part in turn["input"][0]["content"] if part["type"] == "input_image"]


def export(chat: Chat) -> dict[str, Any]:
    return chat.api.get(f"/chats/{chat.id}/export")


def test_a_picture_is_one_file_however_often_it_is_said_and_is_written_out_in_an_export(api: Api) -> None:
    sea = upload(api, SEA)
    chat = api.chat(title="The sea")
    first = show(chat, {"file_id": sea}, {"image_url": written(MOON, "jpeg")})
    # Asked again with other words, as an edited message is.
    show(chat, {"file_id": sea})
    assert [part.get("file_id") for part in parts_of(chat.turn(first))] == [sea, None]
    exported = export(chat)
    said, again = (parts_of(turn) for turn in exported["turns"])
    assert [part["image_url"] for part in said] == [written(SEA, "png"), written(MOON, "jpeg")]
    assert "file_id" not in said[0] and again == said[:1]

    other = api.as_new_person("elsewhere")
    taken = other.post("/chats/import", exported)
    assert (taken["imported"], taken["chats"][0]["left_out"]) == (1, [])
    there = Chat(other, taken["chats"][0]["chat_id"])
    assert [[part["image_url"] for part in parts_of(turn)] for turn in export(there)["turns"]] == [
        [written(SEA, "png"), written(MOON, "jpeg")],
        [written(SEA, "png")],
    ]


def test_a_link_shows_the_pictures_of_its_branch_and_names_no_file(api: Api) -> None:
    sea, hidden = upload(api, SEA), upload(api, MOON, "moon.jpg")
    chat = api.chat(title="The sea")
    leaf = show(
        chat, {"file_id": sea}, {"image_url": written(MOON, "jpeg")}, {"image_url": "https://example.org/a.png"}
    )
    show(chat, {"file_id": hidden}, parent=leaf)
    link = api.post(f"/chats/{chat.id}/shares", {"leaf_id": leaf})
    token = link["url"].removeprefix("/s/")
    opened = api.http.get(f"/earthshine/v1/shares/{token}")
    (turn,) = opened.json()["turns"]
    # What lies on another server is not fetched for strangers.
    assert len(turn["pictures"]) == 2 and turn["user"] == "Which sea?"
    assert sea not in opened.text
    shown = [api.http.get(at) for at in turn["pictures"]]
    assert [(each.content, each.headers["content-type"]) for each in shown] == [
        (SEA, "image/png"),
        (MOON, "image/jpeg"),
    ]
    for each in shown:
        assert each.headers["cache-control"] == "no-store" and each.headers["x-content-type-options"] == "nosniff"
        assert each.headers["referrer-policy"] == "no-referrer"
    at = f"/earthshine/v1/shares/{token}/pictures"
    for place in ("0-2", "1-0", "0-", "-1", "0-0-0", "x", "9999999-0"):
        assert api.http.get(f"{at}/{place}").status_code == 404, place
    api.ask("DELETE", f"/chats/{chat.id}/shares/{link['id']}")
    assert api.http.get(turn["pictures"][0]).status_code == 404


def test_nobody_elses_file_is_shown_as_a_picture(api: Api) -> None:
    theirs = upload(api.as_new_person("somebody"), SEA)
    chat = api.chat()
    leaf = show(chat, {"file_id": theirs})
    assert parts_of(export(chat)["turns"][0])[0]["file_id"] == theirs
    token = api.post(f"/chats/{chat.id}/shares", {"leaf_id": leaf})["url"].removeprefix("/s/")
    (turn,) = api.get(f"/shares/{token}")["turns"]
    assert api.http.get(turn["pictures"][0]).status_code == 404


def test_a_picture_that_was_deleted_stays_named(api: Api) -> None:
    sea = upload(api, SEA)
    chat = api.chat()
    leaf = show(chat, {"file_id": sea})
    token = api.post(f"/chats/{chat.id}/shares", {"leaf_id": leaf})["url"].removeprefix("/s/")
    api.ask("DELETE", f"/files/{sea}")
    assert parts_of(export(chat)["turns"][0])[0]["file_id"] == sea
    (turn,) = api.get(f"/shares/{token}")["turns"]
    assert api.http.get(turn["pictures"][0]).status_code == 404


def test_what_is_too_large_for_a_picture_stays_named(api: Api) -> None:
    large = upload(api, SEA + bytes(20 * 2**20), "large.png")
    chat = api.chat()
    show(chat, {"file_id": large}, {"file_id": upload(api, SEA)})
    left, right = parts_of(export(chat)["turns"][0])
    assert left["file_id"] == large and right["image_url"] == written(SEA, "png")
