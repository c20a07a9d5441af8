"""The door of `/v1/chat/completions`. Source: https://platform.openai.com/docs/api-reference/chat"""

from __future__ import annotations

import re
from typing import Any

from fastapi import Request
from starlette.responses import Response

from earthshine.accounts.audit.trail import READING
from earthshine.accounts.authorization.caller import Caller, caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.chat_completions.creation import Creation
from earthshine.chat_completions.objects import ChatCompletion, DeletedChatCompletion, StoredMessage
from earthshine.chat_completions.schemas import (
    CompletionListQuery,
    CreateChatCompletion,
    ListQuery,
    UpdateChatCompletion,
)
from earthshine.chat_completions.stored import StoredCompletions
from earthshine.chat_completions.vendor import set_aside, without_leftovers
from earthshine.chat_completions.vendor_fields import said_here
from earthshine.engines.base import Capabilities
from earthshine.generation import GenerationContext
from earthshine.metering.meter import Meter
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import (
    EventStream,
    Reply,
    aside,
    check,
    json_reply,
    list_page,
    note_ignored,
    parse,
    read_json,
    while_connected,
)
from earthshine.wire.objects import Page
from earthshine.wire.replies import reply_headers

router = Routes(prefix="/v1/chat/completions", tags=["Chat"])

_FIELDS = frozenset(CreateChatCompletion.model_fields)
_METADATA = re.compile(r"metadata\[(.+)\]")


@router.post("")
@needs("project.write")
@takes(CreateChatCompletion)
@gives(ChatCompletion, streams=True)
async def create_chat_completion(request: Request) -> Response:
    """Reply to messages, at once or as a stream of chunks."""
    router = service(request, Router)
    settings = service(request, Settings)
    body, size = await read_json(request)
    headers = reply_headers(request)
    create = await aside(size, check_body, body, router.upstream_capabilities(body.get("model")), headers)
    who = caller(request)
    create.store = create.store and service(request, KeyRegistry).may_store(who)
    context = GenerationContext(service(request, Meter), router, who, headers)
    creation = Creation(create, body, context, store=_stored(request), slots=settings.slots)
    if create.stream:
        return EventStream(creation.stream())
    return json_reply(await while_connected(request, creation.whole()))


@router.get("")
@needs("project.read")
@asks(CompletionListQuery)
async def list_chat_completions(request: Request) -> Reply[Page[ChatCompletion]]:
    """List stored completions, the oldest first unless asked otherwise."""
    query = check(CompletionListQuery, _list_query(request))
    found, more = await _stored(request).page(
        Owner.of(caller(request)),
        model=query.model,
        metadata=query.metadata,
        after=query.after,
        limit=query.limit,
        order=query.order,
    )
    return json_reply(list_page(found, has_more=more))


@router.get("/{completion_id}")
@needs("project.read")
async def retrieve_chat_completion(completion_id: str, request: Request) -> Reply[ChatCompletion]:
    """Return a stored completion."""
    stored, who = await _admitted(request, completion_id)
    return json_reply(await stored.get(completion_id, who.project))


@router.post("/{completion_id}")
@needs("project.write")
@takes(UpdateChatCompletion)
async def update_chat_completion(completion_id: str, request: Request) -> Reply[ChatCompletion]:
    """Replace a stored completion's metadata."""
    body = await parse(UpdateChatCompletion, request)
    stored, who = await _admitted(request, completion_id, WRITING)
    return json_reply(await stored.update(completion_id, who.project, body.metadata))


@router.delete("/{completion_id}")
@needs("project.write")
async def delete_chat_completion(completion_id: str, request: Request) -> Reply[DeletedChatCompletion]:
    """Remove a stored completion."""
    stored, who = await _admitted(request, completion_id, "resource.deleted")
    await stored.delete(completion_id, who.project)
    return json_reply({"id": completion_id, "object": "chat.completion.deleted", "deleted": True})


@router.get("/{completion_id}/messages")
@needs("project.read")
@asks(ListQuery)
async def list_messages(completion_id: str, request: Request) -> Reply[Page[StoredMessage]]:
    """List the messages that a stored completion answers."""
    query = check(ListQuery, dict(request.query_params))
    stored, who = await _admitted(request, completion_id)
    found, more = await stored.messages(
        completion_id, who.project, after=query.after, limit=query.limit, order=query.order
    )
    return json_reply(list_page(found, has_more=more))


def check_body(
    body: dict[str, Any], elsewhere: Capabilities | None, headers: dict[str, str] | None = None
) -> CreateChatCompletion:
    """Check a request; `elsewhere` is what its model can do if an upstream serves it.

    `headers`, of a reply that has some, receive the names of the vendors' fields that change nothing.
    """
    if elsewhere is None:
        said, ignored = said_here(body)
        if headers is not None:
            note_ignored(headers, ignored)
        return check(CreateChatCompletion, without_leftovers(said, _FIELDS))
    clean, vendor = set_aside(body, _FIELDS, continues=elsewhere.continues)
    return check(CreateChatCompletion, clean).with_vendor(vendor)


def _stored(request: Request) -> StoredCompletions:
    return service(request, StoredCompletions)


async def _admitted(request: Request, completion_id: str, act: str = READING) -> tuple[StoredCompletions, Caller]:
    """Return the store and who asks, when that one may do this to a completion. Raises `NotFound`."""
    stored, who = _stored(request), caller(request)
    await stored.privacy.check(completion_id, who, act)
    return stored, who


def _list_query(request: Request) -> dict[str, Any]:
    """Return the query, with `metadata[key]=value` gathered into one object."""
    query: dict[str, Any] = {}
    for name, value in request.query_params.items():
        if found := _METADATA.fullmatch(name):
            query.setdefault("metadata", {})[found[1]] = value
        else:
            query[name] = value
    return query
