"""The eight calls through the official SDK, with its strict validation on."""

from __future__ import annotations

from typing import Any

import httpx2
import orjson
import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError

USER = {"role": "user", "content": "hi"}
MANY = [{"role": "user", "content": f"message {number}"} for number in range(20)]


def texts(items: list[Any]) -> list[str]:
    return [item.content[0].text for item in items]


async def test_a_conversation_from_begin_to_end(sdk: AsyncOpenAI) -> None:
    made = await sdk.conversations.create(items=[USER], metadata={"topic": "tests"})
    assert made.id.startswith("conv_")
    assert made.metadata == {"topic": "tests"}
    assert await sdk.conversations.retrieve(made.id) == made

    changed = await sdk.conversations.update(made.id, metadata={"topic": "changed"})
    assert changed.metadata == {"topic": "changed"}
    assert changed.created_at == made.created_at
    assert (await sdk.conversations.update(made.id, metadata=None)).metadata == {}

    added = await sdk.conversations.items.create(
        made.id,
        items=[
            {"role": "assistant", "content": "hello"},
            {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "42"},
            {"type": "reasoning", "id": "rs_1", "summary": []},
        ],
        include=["message.output_text.logprobs"],
    )
    assert [item.type for item in added.data] == ["message", "function_call", "function_call_output", "reasoning"]
    assert (added.first_id, added.last_id, added.has_more) == (added.data[0].id, "rs_1", False)

    listed = [item async for item in sdk.conversations.items.list(made.id, order="asc", limit=2)]
    assert [item.type for item in listed] == ["message", *(item.type for item in added.data)]
    one = await sdk.conversations.items.retrieve(listed[0].id, conversation_id=made.id)
    assert one == listed[0]

    assert (await sdk.conversations.items.delete("rs_1", conversation_id=made.id)).id == made.id
    assert len([item async for item in sdk.conversations.items.list(made.id)]) == 4

    gone = await sdk.conversations.delete(made.id)
    assert (gone.id, gone.deleted, gone.object) == (made.id, True, "conversation.deleted")
    with pytest.raises(NotFoundError):
        await sdk.conversations.retrieve(made.id)
    with pytest.raises(NotFoundError):
        await sdk.conversations.items.list(made.id)


async def test_an_empty_conversation(sdk: AsyncOpenAI) -> None:
    made = await sdk.conversations.create()
    page = await sdk.conversations.items.list(made.id)
    assert page.data == []
    assert page.has_more is False


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 3, 7, 20, 100])
async def test_pages_join_to_the_whole(sdk: AsyncOpenAI, order: Any, limit: int) -> None:
    made = await sdk.conversations.create(items=MANY)
    await sdk.conversations.items.create(made.id, items=MANY[:3])
    whole = [f"message {number}" for number in [*range(20), 0, 1, 2]]
    pages = [
        page async for page in (await sdk.conversations.items.list(made.id, order=order, limit=limit)).iter_pages()
    ]
    found = texts([item for page in pages for item in page.data])
    assert found == (whole if order == "asc" else whole[::-1])
    assert [len(page.data) for page in pages[:-1]] == [limit] * (len(pages) - 1)


async def test_the_default_is_the_newest_twenty(sdk: AsyncOpenAI) -> None:
    made = await sdk.conversations.create(items=MANY)
    await sdk.conversations.items.create(made.id, items=[{"role": "user", "content": "newest"}])
    page = await sdk.conversations.items.list(made.id)
    assert texts(page.data)[0] == "newest"
    assert len(page.data) == 20
    assert page.has_more


async def test_items_that_come_while_paging_disturb_nothing(sdk: AsyncOpenAI) -> None:
    made = await sdk.conversations.create(items=MANY)
    first = await sdk.conversations.items.list(made.id, order="desc", limit=5)
    await sdk.conversations.items.create(made.id, items=[{"role": "user", "content": "late"}])
    await sdk.conversations.items.delete(first.data[0].id, conversation_id=made.id)
    second = await sdk.conversations.items.list(made.id, order="desc", limit=5, after=first.last_id)
    assert texts(second.data) == [f"message {number}" for number in (14, 13, 12, 11, 10)]


@pytest.mark.parametrize(
    "text", ["مرحبا بالعالم", "👩‍👩‍👧‍👦🇹🇳", "e\u0301 n\u0303 ក្", "nul \x00 inside", "\u202eright\u202c", "  \n\t", ""]
)
async def test_text_comes_back_as_it_was(sdk: AsyncOpenAI, text: str) -> None:
    made = await sdk.conversations.create(items=[{"role": "user", "content": text}], metadata={"note": text})
    page = await sdk.conversations.items.list(made.id)
    assert texts(page.data) == [text]
    assert (await sdk.conversations.retrieve(made.id)).metadata == {"note": text}


async def test_another_project_sees_nothing(sdk: AsyncOpenAI) -> None:
    made = await sdk.conversations.create(items=[{**USER, "id": "msg_1"}])
    other = sdk.copy(api_key="other")
    attempts = [
        lambda: other.conversations.retrieve(made.id),
        lambda: other.conversations.update(made.id, metadata={}),
        lambda: other.conversations.delete(made.id),
        lambda: other.conversations.items.create(made.id, items=[USER]),
        lambda: other.conversations.items.list(made.id),
        lambda: other.conversations.items.retrieve("msg_1", conversation_id=made.id),
        lambda: other.conversations.items.delete("msg_1", conversation_id=made.id),
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError) as caught:
            await attempt()
        assert caught.value.param == "conversation_id"
    page = await sdk.conversations.items.list(made.id)
    assert [item.id for item in page.data] == ["msg_1"]


# verb, path below the conversation, JSON body, status, the field that the error names
BAD: list[tuple[str, str, Any, int, str]] = [
    ("GET", "/items?after=msg_unknown", None, 400, "after"),
    ("GET", "/items?limit=0", None, 400, "limit"),
    ("GET", "/items?limit=101", None, 400, "limit"),
    ("GET", "/items?limit=ten", None, 400, "limit"),
    ("GET", "/items?order=up", None, 400, "order"),
    ("GET", "/items?include=everything", None, 400, "include[0]"),
    ("GET", "/items?include[]=everything", None, 400, "include[0]"),
    ("GET", "/items?befor=x", None, 400, "befor"),
    ("GET", "/items/msg_unknown", None, 404, "item_id"),
    ("DELETE", "/items/msg_unknown", None, 404, "item_id"),
    ("POST", "", {}, 400, "metadata"),
    ("POST", "", {"metadata": {"a": 1}}, 400, "metadata"),
    ("POST", "", {"metadata": {"a": "x" * 513}}, 400, "metadata"),
    ("POST", "", {"metadata": {"k" * 65: "x"}}, 400, "metadata"),
    ("POST", "", {"metadata": {str(n): "x" for n in range(17)}}, 400, "metadata"),
    ("POST", "", {"metadata": {}, "items": []}, 400, "items"),
    ("POST", "/items", {}, 400, "items"),
    ("POST", "/items", {"items": []}, 400, "items"),
    ("POST", "/items", {"items": [*MANY, USER]}, 400, "items"),
    ("POST", "/items", {"items": "hi"}, 400, "items"),
    ("POST", "/items", {"items": [USER, {"role": "user"}]}, 400, "items[1].content"),
    ("POST", "/items", {"items": [{**USER, "id": "msg_1"}]}, 400, "items[0].id"),
    ("POST", "/items", {"items": [{"id": "msg_1"}]}, 400, "items[0].id"),
    ("POST", "/items?limit=1", {"items": [USER]}, 400, "limit"),
]


@pytest.mark.parametrize(("verb", "path", "body", "status", "field"), BAD, ids=lambda v: repr(v)[:50])
async def test_bad_input_is_named_and_changes_nothing(
    http: httpx2.AsyncClient, verb: str, path: str, body: Any, status: int, field: str
) -> None:
    made = (await http.post("/conversations", json={"items": [{**USER, "id": "msg_1"}]})).json()
    base = f"/conversations/{made['id']}"
    reply = (
        await http.request(verb, base + path, json=body) if body is not None else await http.request(verb, base + path)
    )
    assert (reply.status_code, reply.json()["error"]["param"]) == (status, field)
    assert (await http.get(base)).json() == made
    assert [item["id"] for item in (await http.get(base + "/items")).json()["data"]] == ["msg_1"]


async def test_a_deleted_cursor_is_an_error(sdk: AsyncOpenAI) -> None:
    made = await sdk.conversations.create(items=MANY)
    page = await sdk.conversations.items.list(made.id, limit=2)
    await sdk.conversations.items.delete(page.data[1].id, conversation_id=made.id)
    with pytest.raises(BadRequestError) as caught:
        await page.get_next_page()
    assert caught.value.param == "after"


async def test_a_lone_surrogate_is_refused(http: httpx2.AsyncClient) -> None:
    reply = await http.post("/conversations", content=b'{"items":[{"role":"user","content":"\\ud800"}]}')
    assert reply.status_code == 400
    assert orjson.loads(reply.content)["error"]["code"] == "invalid_json"
