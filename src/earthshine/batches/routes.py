"""The routes of `/v1/batches`. Source: https://platform.openai.com/docs/api-reference/batch"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.batches.endpoints import Endpoints
from earthshine.batches.objects import Batch, serialize
from earthshine.batches.openai_dialect import OpenAIBatches
from earthshine.batches.schemas import BatchCreate
from earthshine.batches.store import Batches, NewBatch
from earthshine.errors import InvalidRequest
from earthshine.files.store import Files
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.pagination import ListQuery
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/batches", tags=["Batches"])

_DIALECT = OpenAIBatches.name


@router.post("")
@needs("project.write")
@takes(BatchCreate)
async def create_batch(request: Request) -> Reply[Batch]:
    """Begin to answer a file of requests, within a day and at a discount, when nobody else waits."""
    body, who = await parse(BatchCreate, request), caller(request)
    paths = service(request, Endpoints).paths
    if body.endpoint not in paths:
        raise InvalidRequest(
            f"A batch cannot be for {body.endpoint[:100]!r} here. There are: {', '.join(paths)}.", param="endpoint"
        )
    await service(request, Files).privacy.check(body.input_file_id, who)
    expires = body.output_expires_after.model_dump() if body.output_expires_after else None
    new = NewBatch(_DIALECT, body.endpoint, body.input_file_id, body.metadata, expires)
    return json_reply(serialize(await service(request, Batches).create(new, who)))


@router.get("")
@needs("project.read")
@asks(ListQuery)
async def list_batches(request: Request) -> Reply[Page[Batch]]:
    """List batches, newest first."""
    query, owner = read_query(ListQuery, request), Owner.of(caller(request))
    rows, more = await service(request, Batches).page(owner, query, _DIALECT)
    return json_reply(list_page([serialize(row) for row in rows], has_more=more))


@router.get("/{request_batch_id}")
@needs("project.read")
async def retrieve_batch(request_batch_id: str, request: Request) -> Reply[Batch]:
    """Return a batch as it is now."""
    batches, who = service(request, Batches), caller(request)
    await batches.privacy.check(request_batch_id, who)
    return json_reply(serialize(await batches.get(request_batch_id, who.project, _DIALECT)))


@router.post("/{request_batch_id}/cancel")
@needs("project.write")
async def cancel_batch(request_batch_id: str, request: Request) -> Reply[Batch]:
    """Stop a batch; what is done is kept, and charged. Cancelling twice is no error."""
    batches, who = service(request, Batches), caller(request)
    await batches.privacy.check(request_batch_id, who, "batch.cancelled")
    return json_reply(serialize(await batches.cancel(request_batch_id, who.project, _DIALECT)))
