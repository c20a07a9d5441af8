"""The routes of message batches. Source: https://platform.claude.com/docs/en/api/messages/batches"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any, Literal

import orjson
from fastapi import Request
from pydantic import Field
from sqlalchemy import Row
from starlette.responses import Response, StreamingResponse
from typing_extensions import TypedDict

from earthshine.accounts.audit.trail import READING
from earthshine.accounts.authorization.caller import Caller, caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.anthropic.batch_dialect import MessageBatches
from earthshine.anthropic.objects import AnthropicError
from earthshine.anthropic.paging import MOST_AT_ONCE, known, moment
from earthshine.anthropic.versions import check_versions
from earthshine.batches.lines import MOST_BYTES, MOST_LINES
from earthshine.batches.store import UNFINISHED, Batches, NewBatch
from earthshine.blobs import Blobs
from earthshine.database import Database
from earthshine.errors import InvalidRequest, NotFound
from earthshine.files.store import Files
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import json_reply, parse, peek
from earthshine.wire.pagination import ListQuery
from earthshine.wire.queries import read_query
from earthshine.wire.strict import JsonObject, Strict

router = Routes(prefix="/anthropic/v1/messages/batches", tags=["Anthropic"])

_DIALECT = MessageBatches.name
_ENDPOINT = "/v1/messages"


class BatchedRequest(Strict):
    """One request, and the client's own name for it."""

    custom_id: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    params: JsonObject


class CreateMessageBatch(Strict):
    """The body of `POST /anthropic/v1/messages/batches`."""

    requests: list[BatchedRequest] = Field(min_length=1, max_length=MOST_LINES)


class MessageBatchQuery(Strict):
    """The query of the list of batches."""

    after_id: str | None = None
    limit: int = Field(default=20, ge=1, le=MOST_AT_ONCE, strict=False)


class MessageBatchCounts(TypedDict):
    """How many requests are where; all are `processing` until the batch has ended."""

    processing: int
    succeeded: int
    errored: int
    canceled: int
    expired: int


class MessageBatch(TypedDict):
    """Messages that are written when nobody else waits."""

    id: str
    type: Literal["message_batch"]
    processing_status: Literal["in_progress", "canceling", "ended"]
    request_counts: MessageBatchCounts
    created_at: str
    expires_at: str
    ended_at: str | None
    cancel_initiated_at: str | None
    archived_at: None
    results_url: str | None


class MessageBatchPage(TypedDict):
    """One page of batches."""

    data: list[MessageBatch]
    first_id: str | None
    last_id: str | None
    has_more: bool


class MessageBatchRemoved(TypedDict):
    """What was removed."""

    id: str
    type: Literal["message_batch_deleted"]


@router.post("")
@needs("project.write")
@takes(CreateMessageBatch)
@gives(MessageBatch, errors=AnthropicError)
async def create_message_batch(request: Request) -> Response:
    """Begin to answer many requests, within a day and at a discount, when nobody else waits."""
    check_versions(request.headers)
    body, who = await parse(CreateMessageBatch, request), caller(request)
    names: set[str] = set()
    for index, each in enumerate(body.requests):
        if each.custom_id in names:
            where = f"requests[{index}].custom_id"
            raise InvalidRequest(f"Two requests have the custom_id {each.custom_id!r}.", param=where)
        names.add(each.custom_id)
    blobs, files = service(request, Blobs), service(request, Files)
    async with blobs.incoming(MOST_BYTES) as incoming:
        for each in body.requests:
            await incoming.write(orjson.dumps(each.model_dump()) + b"\n")
        await blobs.keep(incoming)
        async with service(request, Database).write() as connection:
            file = await files.add(connection, incoming, Owner.of(who), "message_batch.jsonl", "batch")
    new = NewBatch(_DIALECT, _ENDPOINT, file["id"], {"requests": str(len(body.requests))})
    return json_reply(_shown(await service(request, Batches).create(new, who), request))


@router.get("")
@needs("project.read")
@asks(MessageBatchQuery)
@gives(MessageBatchPage, errors=AnthropicError)
async def list_message_batches(request: Request) -> Response:
    """List batches, newest first."""
    check_versions(request.headers)
    query, owner = read_query(MessageBatchQuery, request), Owner.of(caller(request))
    asked = known(ListQuery, after=query.after_id, limit=query.limit)
    rows, more = await service(request, Batches).page(owner, asked, _DIALECT)
    ids = [row.id for row in rows]
    return json_reply(
        {
            "data": [_shown(row, request) for row in rows],
            "first_id": ids[0] if ids else None,
            "last_id": ids[-1] if ids else None,
            "has_more": more,
        }
    )


@router.get("/{message_batch_id}")
@needs("project.read")
@gives(MessageBatch, errors=AnthropicError)
async def retrieve_message_batch(message_batch_id: str, request: Request) -> Response:
    """Return a batch as it is now."""
    batches, who = await _admitted(request, message_batch_id)
    return json_reply(_shown(await batches.get(message_batch_id, who.project, _DIALECT), request))


@router.post("/{message_batch_id}/cancel")
@needs("project.write")
@gives(MessageBatch, errors=AnthropicError)
async def cancel_message_batch(message_batch_id: str, request: Request) -> Response:
    """Stop a batch; what is done is kept, and charged."""
    batches, who = await _admitted(request, message_batch_id, "batch.cancelled")
    return json_reply(_shown(await batches.cancel(message_batch_id, who.project, _DIALECT), request))


@router.delete("/{message_batch_id}")
@needs("project.write")
@gives(MessageBatchRemoved, errors=AnthropicError)
async def delete_message_batch(message_batch_id: str, request: Request) -> Response:
    """Remove a batch that has ended, with its requests and their results."""
    batches, who = await _admitted(request, message_batch_id, "resource.deleted")
    row = await batches.get(message_batch_id, who.project, _DIALECT)
    await batches.delete(message_batch_id, who.project, _DIALECT)
    files = service(request, Files)
    for file_id in filter(None, (row.input_file_id, row.output_file_id, row.error_file_id)):
        with suppress(NotFound):
            await files.delete(file_id, who.project)
    return json_reply({"id": message_batch_id, "type": "message_batch_deleted"})


@router.get("/{message_batch_id}/results")
@needs("project.read")
@gives(bytes, media="application/x-jsonl", errors=AnthropicError)
async def message_batch_results(message_batch_id: str, request: Request) -> Response:
    """Return one line of JSON for each request: those that were answered first, each sort in the order of the batch."""
    batches, who = await _admitted(request, message_batch_id)
    row = await batches.get(message_batch_id, who.project, _DIALECT)
    if row.status in UNFINISHED:
        raise NotFound("The batch has no results before it has ended; ask for the batch until it has.")
    files = service(request, Files)

    async def lines() -> AsyncGenerator[bytes]:
        for file_id in filter(None, (row.output_file_id, row.error_file_id)):
            async for piece in files.blobs.read(await files.blobs.find(file_id)):
                yield piece

    return StreamingResponse(await peek(lines()), media_type="application/x-jsonl")


async def _admitted(request: Request, batch_id: str, act: str = READING) -> tuple[Batches, Caller]:
    check_versions(request.headers)
    batches, who = service(request, Batches), caller(request)
    await batches.privacy.check(batch_id, who, act)
    return batches, who


def _shown(row: Row[Any], request: Request) -> MessageBatch:
    ended = row.status not in UNFINISHED
    total = int(row.metadata["requests"])
    left = total - row.completed - row.failed
    over = row.completed_at or row.failed_at or row.expired_at or row.cancelled_at
    place = f"{service(request, Settings).base_path}{router.prefix}/{row.id}/results"
    return {
        "id": row.id,
        "type": "message_batch",
        "processing_status": "ended" if ended else "canceling" if row.status == "cancelling" else "in_progress",
        "request_counts": {
            "processing": 0 if ended else total,
            "succeeded": row.completed if ended else 0,
            "errored": (row.failed + (left if row.status == "failed" else 0)) if ended else 0,
            "canceled": left if row.status == "cancelled" else 0,
            "expired": left if row.status == "expired" else 0,
        },
        "created_at": moment(row.created_at),
        "expires_at": moment(row.expires_at),
        "ended_at": moment(over) if ended and over else None,
        "cancel_initiated_at": moment(row.cancelling_at) if row.cancelling_at else None,
        "archived_at": None,
        "results_url": f"{request.url.scheme}://{request.url.netloc}{place}" if ended else None,
    }
