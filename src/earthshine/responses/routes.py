"""The routes of `/v1/responses`. Source: https://platform.openai.com/docs/api-reference/responses"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing, suppress
from typing import Any, cast

import orjson
from fastapi import Request
from starlette.responses import Response

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.conversations.items import Item
from earthshine.conversations.objects import Item as StoredItem
from earthshine.conversations.query import ItemListQuery, check_query
from earthshine.conversations.store import Conversations
from earthshine.errors import InvalidRequest, Unavailable
from earthshine.metering.meter import Meter
from earthshine.metering.usage_estimate import UsageEstimate
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.responses import objects
from earthshine.responses.items.compaction import compact, estimate_of
from earthshine.responses.objects import CompactedResponse, DeletedResponse, InputTokens
from earthshine.responses.reply.events import frame
from earthshine.responses.run.response_run import ResponseRun
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.schemas import CompactRequest, InputTokensRequest, ResponseCreate, RetrieveQuery
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.wire import (
    DONE,
    EventStream,
    Reply,
    aside,
    check,
    json_reply,
    list_page,
    parse,
    read_json,
    while_connected,
)
from earthshine.wire.objects import Page
from earthshine.wire.replies import reply_headers

router = Routes(prefix="/v1/responses", tags=["Responses"])

_LAST_NUMBER = 2**31 - 1
"""The highest number that an event can have."""


@router.post("")
@needs("project.write")
@takes(ResponseCreate)
@gives(objects.Response, streams=True)
async def create_response(request: Request) -> Response:
    """Write a response: at once, as a stream of events, or in the background."""
    responses, who = service(request, ResponseRuns), caller(request)
    body, size = await read_json(request)
    create = await aside(size, check, ResponseCreate, body)
    if not service(request, KeyRegistry).may_store(who):
        create.forbid_storing(body)
    turn = await responses.turns.prepare(create, body, who)
    del body  # a long input is held by the turn alone
    starting = responses.start(turn, reply_headers(request))
    if create.stream:
        padded = create.stream_options is not None and create.stream_options.include_obfuscation
        return EventStream(_follow(responses, starting, padded=padded))
    run = await while_connected(request, starting)
    if create.background:
        return json_reply(run.response)
    return json_reply(await _result(request, responses, run))


@router.get("/{response_id}")
@needs("project.read")
@asks(RetrieveQuery)
@gives(objects.Response, streams=True)
async def retrieve_response(response_id: str, request: Request) -> Response:
    """Return a response as it is now, or its events from any number on, and those to come."""
    responses, who = service(request, ResponseRuns), caller(request)
    query = check(RetrieveQuery, _query(request))
    query.check_supported()
    await responses.privacy.check(response_id, who)
    run = responses.find(response_id, who.project)
    readers = responses.readers
    if not query.stream:
        return json_reply(run.response if run is not None else await readers.now(response_id, who.project))
    after = -1 if query.starting_after is None else min(query.starting_after, _LAST_NUMBER)
    if run is not None:
        return EventStream(_frames(readers.follow(run, after), padded=query.include_obfuscation))
    events = await readers.events(response_id, who.project, after)
    return EventStream(_frames(events, padded=query.include_obfuscation))


@router.delete("/{response_id}")
@needs("project.write")
async def delete_response(response_id: str, request: Request) -> Reply[DeletedResponse]:
    """Remove a response and its journal; one that is being written is stopped first."""
    responses, who = service(request, ResponseRuns), caller(request)
    await responses.privacy.check(response_id, who, "resource.deleted")
    # Its writer finds out by itself if it does not answer now.
    with suppress(Unavailable):
        await responses.stop(response_id, who.project)
    await responses.store.delete(response_id, who.project)
    return json_reply({"id": response_id, "object": "response", "deleted": True})


@router.post("/{response_id}/cancel")
@needs("project.write")
async def cancel_response(response_id: str, request: Request) -> Reply[objects.Response]:
    """Stop a background response; what it had written is kept. Cancelling twice is no error."""
    responses, who = service(request, ResponseRuns), caller(request)
    await responses.privacy.check(response_id, who, "response.cancelled")
    run = responses.find(response_id, who.project)
    if run is not None:
        _must_be_background(run.turn.create.background)
    else:
        _must_be_background((await responses.store.get(response_id, who.project)).background)
    stopped = (await responses.stop(response_id, who.project)).response
    return json_reply(cast("objects.Response", stopped))


@router.get("/{response_id}/input_items")
@needs("project.read")
@asks(ItemListQuery)
async def list_input_items(response_id: str, request: Request) -> Reply[Page[StoredItem]]:
    """List the items that this response was given, newest first unless asked otherwise."""
    responses, who = service(request, ResponseRuns), caller(request)
    await responses.privacy.check(response_id, who)
    stored = await responses.store.get(response_id, who.project)
    return json_reply(input_page(stored.input, _query(request)))


@router.post("/input_tokens")
@needs("project.write")
@takes(InputTokensRequest)
async def count_input_tokens(request: Request) -> Reply[InputTokens]:
    """Count the prompt tokens that a request would take, template and tools included."""
    responses, who = service(request, ResponseRuns), caller(request)
    body, size = await read_json(request)
    asked = await aside(size, check, InputTokensRequest, body)
    items = await responses.turns.context(asked, who)
    # Counting is a request that costs nothing: limits on requests hold, and nothing is charged.
    estimate = UsageEstimate("responses", lambda: 0, output_limit=0, choices=0, prompts=0)
    with await service(request, Meter).admit(who, asked.model, estimate, reply_headers(request)):
        async with service(request, Router).use(asked.model, who) as model:
            tokens = await while_connected(request, responses.count(asked, body, items, model, who))
    return json_reply({"object": "response.input_tokens", "input_tokens": tokens})


@router.post("/compact")
@needs("project.write")
@takes(CompactRequest)
async def compact_response(request: Request) -> Reply[CompactedResponse]:
    """Condense a conversation into one item that can stand in its place."""
    who = caller(request)
    body = await parse(CompactRequest, request)
    items = await service(request, ResponseRuns).turns.context(body, who)
    signer = await service(request, Conversations).signer()
    with await service(request, Meter).admit(
        who, body.model, estimate_of(body, items), reply_headers(request)
    ) as reservation:
        async with service(request, Router).use(body.model, who) as model:
            return json_reply(await while_connected(request, compact(model, body, items, signer, reservation)))


def _must_be_background(background: bool) -> None:
    if not background:
        raise InvalidRequest(
            "Only a background response can be cancelled; a foreground one is cancelled by closing its connection.",
            param="response_id",
        )


def _query(request: Request) -> dict[str, Any]:
    """Return the query parameters; those named with `[]` are lists."""
    query: dict[str, Any] = {}
    for name in request.query_params:
        values = request.query_params.getlist(name)
        query[name.removesuffix("[]")] = values if name.endswith("[]") else values[-1]
    return query


def input_page(items: Sequence[Item], query: dict[str, Any]) -> Page[StoredItem]:
    """Return the page of `items`, which are oldest first, that a query asks for. Raises a 400 naming its parameter."""
    asked = check_query(ItemListQuery, query)
    ordered = list(items) if asked.order == "asc" else list(reversed(items))
    start = 0
    if asked.after is not None:
        start = next((i + 1 for i, item in enumerate(ordered) if item["id"] == asked.after), 0)
        if not start:
            raise InvalidRequest(f"There is no item {asked.after[:100]!r} to list after.", param="after")
    page = cast("list[StoredItem]", ordered[start : start + asked.limit])
    return list_page(page, has_more=start + asked.limit < len(ordered))


# --- following a run -------------------------------------------------------------------------------------------------


async def _result(request: Request, runs: ResponseRuns, run: ResponseRun) -> Any:
    """Wait for a foreground run; a client that goes away cancels it."""
    try:
        final = await while_connected(request, run.ended())
    finally:
        if not run.task.done():
            await runs.cancel(run)
    if run.error is not None:
        raise run.error.bare()
    return final


async def _follow(runs: ResponseRuns, starting: Awaitable[ResponseRun], *, padded: bool) -> AsyncGenerator[bytes]:
    """Start a run and yield its frames; in the foreground, a client that goes away cancels it."""
    run = await starting
    try:
        async for frames in _frames(runs.readers.follow(run), padded=padded):
            yield frames
    finally:
        if not run.turn.create.background and not run.stream.ended:
            await runs.cancel(run)


async def _frames(batches: AsyncGenerator[Sequence[bytes]], *, padded: bool) -> AsyncGenerator[bytes]:
    async with aclosing(batches):
        async for batch in batches:
            yield b"".join(frame(_pad(event) if padded else event) for event in batch)
    yield DONE


def _pad(event: bytes) -> bytes:
    """Add random characters to a delta event, so that its length on the wire does not give its text away."""
    if not event[: event.index(b",")].endswith(b'.delta"'):
        return event
    padding = secrets.token_urlsafe(32)[: secrets.randbelow(32) + 1]
    return event[:-1] + b',"obfuscation":' + orjson.dumps(padding) + b"}"
