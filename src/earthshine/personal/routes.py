"""The routes of assistants, prompts, spaces, memories and preferences, under `/earthshine/v1`.

The first four have the same five routes, made from what `resource_kinds.py` declares.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from starlette.responses import Response

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Database
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.personal import objects, preferences, store
from earthshine.personal.resource_kinds import KINDS, Json, PreferencesUpdate, ResourceKind
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.pagination import ListQuery
from earthshine.wire.queries import read_query

Handler = Callable[..., Awaitable[Response]]

router = Routes(prefix="/earthshine/v1")


def _add_routes(kind: ResourceKind[Any]) -> None:
    """Add the five routes of one kind."""
    named = f"{kind.name}_id"
    word = f"{kind.name}.deleted"
    article = "an" if kind.name[0] in "aeiou" else "a"

    @needs("project.write")
    @takes(kind.create)
    @gives(kind.reply)
    async def create(request: Request) -> Response:
        body = await parse(kind.create, request)
        return json_reply(await store.create(service(request, Database), _owner(request), kind, body.model_dump()))

    @needs("project.read")
    @asks(ListQuery)
    @gives(kind.page)
    async def list_all(request: Request) -> Response:
        query = read_query(ListQuery, request)
        resources, more = await store.list_page(service(request, Database), _owner(request), kind, query)
        return json_reply(list_page(resources, has_more=more))

    @needs("project.read")
    @gives(kind.reply)
    async def retrieve(request: Request, **ids: str) -> Response:
        return json_reply(await store.get(service(request, Database), _owner(request), kind, ids[named]))

    @needs("project.write")
    @takes(kind.update)
    @gives(kind.reply)
    async def update(request: Request, **ids: str) -> Response:
        body, database = await parse(kind.update, request), service(request, Database)
        return json_reply(await store.change(database, _owner(request), kind, ids[named], _given(body)))

    @needs("project.write")
    @gives(kind.deleted)
    async def remove(request: Request, **ids: str) -> Response:
        await store.remove(service(request, Database), _owner(request), kind, ids[named])
        return json_reply({"id": ids[named], "object": word, "deleted": True})

    shared = " and those that others share" if kind.sharable else ""
    one = f"/{kind.plural}/{{{named}}}"

    def add(path: str, method: str, handler: Handler, name: str, about: str) -> None:
        if path == one:
            _take_id(handler, named)
        router.add_api_route(
            path, handler, methods=[method], name=name, description=about, tags=[kind.plural.capitalize()]
        )

    add(f"/{kind.plural}", "POST", create, f"create_{kind.name}", f"Make {article} {kind.name}.")
    add(f"/{kind.plural}", "GET", list_all, f"list_{kind.plural}", f"List one's {kind.plural}{shared}, newest first.")
    add(one, "GET", retrieve, f"retrieve_{kind.name}", f"Return {article} {kind.name}.")
    add(one, "POST", update, f"update_{kind.name}", f"Change {article} {kind.name}; what is left out stays.")
    add(one, "DELETE", remove, f"delete_{kind.name}", f"Remove {article} {kind.name}.")


def _take_id(handler: Handler, name: str) -> None:
    """Tell FastAPI, which reads signatures, under what name this handler takes the id in its path."""
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("request", kind, annotation=Request), inspect.Parameter(name, kind, annotation=str)]
    handler.__dict__["__signature__"] = inspect.Signature(parameters, return_annotation=Response)


def _owner(request: Request) -> Owner:
    return Owner.of(caller(request))


def _given(body: Any) -> Json:
    """Return the fields that the client sent, and of `settings` those that it sent there."""
    return body.model_dump(exclude_unset=True)


for _kind in KINDS:
    _add_routes(_kind)


@router.get("/preferences", tags=["Preferences"])
@needs("project.read")
async def retrieve_preferences(request: Request) -> Reply[objects.Preferences]:
    """Return what one set for the whole app; defaults, where nothing was set."""
    return json_reply(await preferences.read(service(request, Database), _owner(request)))


@router.post("/preferences", tags=["Preferences"])
@needs("project.write")
@takes(PreferencesUpdate)
async def update_preferences(request: Request) -> Reply[objects.Preferences]:
    """Change preferences; what is left out stays."""
    body = await parse(PreferencesUpdate, request)
    return json_reply(await preferences.write(service(request, Database), _owner(request), _given(body)))
