"""Stored chat completions: kept on request, listed with filters and pages, each project its own."""

from __future__ import annotations

import uuid

import httpx2
import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError

from tests.chat_completions.app import Served
from tests.chat_completions.conftest import asked, script


async def stored(sdk: AsyncOpenAI, text: str, **metadata: str) -> str:
    reply = await sdk.chat.completions.create(
        model="scripted", messages=asked(text), store=True, metadata=metadata or None
    )
    return reply.id


async def test_only_what_asked_for_it_is_kept(sdk: AsyncOpenAI) -> None:
    kept = await stored(sdk, "keep", topic="a")
    reply = await sdk.chat.completions.retrieve(kept)
    assert reply.choices[0].message.content == "You said: keep"
    assert reply.metadata == {"topic": "a"}
    other = await sdk.chat.completions.create(model="scripted", messages=asked("forget"))
    with pytest.raises(NotFoundError):
        await sdk.chat.completions.retrieve(other.id)


async def test_a_stream_is_stored_as_the_client_joined_it(sdk: AsyncOpenAI) -> None:
    stream = await sdk.chat.completions.create(
        model="scripted", messages=script(text="a b c", reasoning="hm"), store=True, stream=True, n=2
    )
    chunks = [chunk async for chunk in stream]
    reply = await sdk.chat.completions.retrieve(chunks[0].id)
    for index in range(2):
        choices = [choice for chunk in chunks for choice in chunk.choices if choice.index == index]
        assert reply.choices[index].message.content == "".join(c.delta.content or "" for c in choices) == "a b c"
    assert reply.usage is not None
    assert reply.created == chunks[0].created


async def test_metadata_is_replaced_and_removed(sdk: AsyncOpenAI) -> None:
    name = await stored(sdk, "x", a="1")
    assert (await sdk.chat.completions.update(name, metadata={"b": "2"})).metadata == {"b": "2"}
    assert (await sdk.chat.completions.retrieve(name)).metadata == {"b": "2"}
    assert (await sdk.chat.completions.update(name, metadata=None)).metadata == {}
    with pytest.raises(NotFoundError):
        await sdk.chat.completions.update("chatcmpl-none", metadata={})


async def test_delete(sdk: AsyncOpenAI) -> None:
    name = await stored(sdk, "x")
    gone = await sdk.chat.completions.delete(name)
    assert (gone.id, gone.deleted, gone.object) == (name, True, "chat.completion.deleted")
    for again in (sdk.chat.completions.delete, sdk.chat.completions.retrieve, sdk.chat.completions.messages.list):
        with pytest.raises(NotFoundError):
            await again(name)


async def test_listing_filters_and_pages(app: Served) -> None:
    async with app.client(f"project-{uuid.uuid4()}") as sdk:
        names = [await stored(sdk, str(i), even=str(i % 2 == 0), all="yes") for i in range(7)]
        assert names == sorted(names)
        assert [item.id async for item in sdk.chat.completions.list(limit=2)] == names
        assert [item.id async for item in sdk.chat.completions.list(limit=3, order="desc")] == names[::-1]
        even = [item.id async for item in sdk.chat.completions.list(metadata={"even": "True", "all": "yes"}, limit=2)]
        assert even == names[::2]
        assert [item async for item in sdk.chat.completions.list(model="other")] == []
        page = await sdk.chat.completions.list(model="scripted", limit=3)
        assert page.has_more
        assert page.model_extra is not None
        # A cursor whose object is gone still stands for its place.
        await sdk.chat.completions.delete(names[2])
        assert [item.id async for item in sdk.chat.completions.list(after=names[2])] == names[3:]


async def test_another_projects_completions_do_not_exist(app: Served, sdk: AsyncOpenAI) -> None:
    name = await stored(sdk, "secret")
    async with app.client("somebody-else") as other:
        with pytest.raises(NotFoundError):
            await other.chat.completions.retrieve(name)
        with pytest.raises(NotFoundError):
            await other.chat.completions.update(name, metadata={"a": "b"})
        with pytest.raises(NotFoundError):
            await other.chat.completions.delete(name)
        assert name not in [item.id async for item in other.chat.completions.list()]


async def test_messages_with_their_true_roles(app: Served, sdk: AsyncOpenAI) -> None:
    given = [
        {"role": "system", "content": "be kind"},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "assistant", "content": "c"},
        {"role": "user", "content": "d", "name": "Zoe"},
    ]
    reply = await sdk.chat.completions.create(model="scripted", messages=given, store=True)
    # The SDK's type knows the role `assistant` only, so strict mode is off; see docs/chat_completions.md.
    async with app.client(strict=False) as loose:
        listed = [message async for message in loose.chat.completions.messages.list(reply.id, limit=2)]
        assert [message.id for message in listed] == [f"{reply.id}-{i}" for i in range(4)]
        assert [message.role for message in listed] == ["system", "user", "assistant", "user"]
        assert [message.content for message in listed] == ["be kind", "a\nb", "c", "d"]
        assert listed[1].content_parts is not None
        assert listed[0].content_parts is None
        back = [message.id async for message in loose.chat.completions.messages.list(reply.id, order="desc")]
        assert back == [message.id for message in listed][::-1]


async def test_strict_mode_takes_a_list_of_assistant_messages(sdk: AsyncOpenAI) -> None:
    reply = await sdk.chat.completions.create(
        model="scripted", messages=[{"role": "assistant", "content": "c"}], store=True
    )
    assert [m.content async for m in sdk.chat.completions.messages.list(reply.id)] == ["c"]


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("order=up", "order"),
        ("after=nonsense", "after"),
        ("metdata[a]=b", "metdata[a]"),
        ("page=2", "page"),
    ],
)
async def test_a_bad_query_is_named(app: Served, query: str, param: str) -> None:
    async with httpx2.AsyncClient(headers={"authorization": "Bearer default"}) as client:
        reply = await client.get(f"{app.url}/v1/chat/completions?{query}")
    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == param


async def test_a_bad_message_cursor(sdk: AsyncOpenAI) -> None:
    name = await stored(sdk, "x")
    with pytest.raises(BadRequestError, match="no message"):
        await sdk.chat.completions.messages.list(name, after="nonsense")
