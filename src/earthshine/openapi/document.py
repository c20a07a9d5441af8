"""The OpenAPI document: FastAPI's paths, plus what our routes check and reply by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from threading import Lock
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from earthshine.openapi.declare import Declared, declared
from earthshine.openapi.direct_route import DirectRoute
from earthshine.openapi.reply_schemas import Schema, reply_schemas
from earthshine.wire.objects import Error

_REFERENCE = "#/components/schemas/{model}"
_ERRORS = {
    "4XX": ("The request cannot be served as it stands.", "401 asks for a key, 429 and 503 say when to try again."),
    "5XX": ("Something failed on our side or upstream.", "A 500 carries the request id under which the log has more."),
}


def describe(app: FastAPI, routes: Sequence[BaseRoute], base: str = "") -> Callable[[Request], Awaitable[Response]]:
    """Let `app.openapi()` return the document of these routes; returns what serves it.

    `base` is the path below which people reach the server.

    It takes most of a second to make, once, so that is done in a thread.
    """
    lock = Lock()

    def document() -> dict[str, Any]:
        with lock:
            if app.openapi_schema is None:
                made = make_document(app, routes)
                app.openapi_schema = made | ({"servers": [{"url": base}]} if base else {})
            return app.openapi_schema

    async def show(_: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(document))

    app.openapi = document  # type: ignore[method-assign] - FastAPI's own way to extend its document
    return show


def make_document(app: FastAPI, all_routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """Return the document of an application, from its routes alone."""
    all_routes = [route.described() if isinstance(route, DirectRoute) else route for route in all_routes]
    document = get_openapi(title=app.title, version=app.version, routes=all_routes, description=app.description)
    routes = list(_routes(all_routes))
    models = {model: None for _, _, _, about in routes for model in (about.body, about.query) if model is not None}
    references, definitions = models_json_schema([(model, "validation") for model in models], ref_template=_REFERENCE)
    # Models of two packages may have the same name; the references tell them apart.
    names = {model: references[model, "validation"]["$ref"].rpartition("/")[2] for model in models}
    schemas: dict[str, Schema] = dict(definitions.get("$defs", {}))
    replies = [each for *_, about in routes for each in (about.reply, about.errors) if each is not None]
    shapes, named = reply_schemas([Error, *replies], _REFERENCE)
    if twice := schemas.keys() & named.keys():
        raise ValueError(f"Both a body and a reply are called {', '.join(twice)}; give one of them another name.")
    schemas |= named
    taken: set[str] = set()
    for path, method, name, about in routes:
        operation = document["paths"][path][method]
        reply = shapes.get(about.reply, {"type": "object"})
        operation["operationId"] = _unique(name, path, taken)
        operation["responses"] = _responses(about, reply, _errors(about, shapes))
        # Handlers check queries by a model; what else FastAPI found has a default, and is for an address without it.
        operation["parameters"] = [each for each in operation.get("parameters", ()) if each["in"] == "path"]
        if about.query is not None:
            operation["parameters"] += _parameters(schemas[names[about.query]])
        if about.body is not None:
            reference = {"$ref": _REFERENCE.format(model=names[about.body])}
            operation["requestBody"] = {
                "required": not about.body_optional,
                "content": _form(about.file, schemas[names[about.body]]) or {"application/json": {"schema": reference}},
            }
        if about.need == "open":
            operation["security"] = []
    for _, _, _, about in routes:
        if about.query is not None:
            schemas.pop(names[about.query], None)
    document["components"] = {
        "schemas": dict(sorted(schemas.items())),
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
    }
    document["security"] = [{"key": []}]
    document["paths"] = dict(sorted(document["paths"].items()))
    return document


def _routes(routes: Sequence[BaseRoute]) -> Iterable[tuple[str, str, str, Declared]]:
    for context in iter_route_contexts(routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in sorted(context.methods or ()):
                yield str(context.path_format), method.lower(), route.name, declared(route.endpoint)


def _unique(name: str, path: str, taken: set[str]) -> str:
    """Return a handler's name, or, where it serves two places, the first step of the second one's path before it."""
    if name in taken:
        first = next(step for step in path.split("/") if step not in ("", "earthshine", "v1"))
        name = f"{first}_{name}"
    taken.add(name)
    return name


def _form(file: str, fields: Schema) -> dict[str, Any]:
    """Return the form with a file in it and these fields beside; nothing when there is no file."""
    if not file:
        return {}
    properties = {file: {"type": "string", "format": "binary"}, **fields.get("properties", {})}
    schema = {**fields, "properties": properties, "required": [file, *fields.get("required", ())]}
    return {"multipart/form-data": {"schema": schema}}


def _errors(about: Declared, shapes: dict[Any, Schema]) -> Schema:
    return {"anyOf": [shapes[Error], shapes[about.errors]]} if about.errors is not None else shapes[Error]


def _responses(about: Declared, reply: Schema, error: Schema) -> dict[str, Any]:
    content: dict[str, Any] = {about.media: {"schema": reply}}
    if about.streams:
        content["text/event-stream" if about.streams is True else about.streams] = {}
    responses: dict[str, Any] = {"200": {"description": "Done.", "content": content}}
    if about.accepts:
        responses["202"] = {"description": "Accepted; there is nothing to say."}
    for status, words in _ERRORS.items():
        responses[status] = {
            "description": " ".join(words),
            "content": {"application/json": {"schema": error}},
        }
    return responses


def _parameters(schema: Schema) -> list[dict[str, Any]]:
    """Return the query parameters that a model's fields stand for."""
    required = schema.get("required", ())
    parameters: list[dict[str, Any]] = []
    for name, field in schema.get("properties", {}).items():
        shape = {key: value for key, value in field.items() if key != "title"}
        parameter: dict[str, Any] = {"name": name, "in": "query", "required": name in required, "schema": shape}
        if _is(shape, "object"):
            parameter |= {"style": "deepObject", "explode": True}
        if "description" in shape:
            parameter["description"] = shape.pop("description")
        parameters.append(parameter)
    return parameters


def _is(shape: Schema, kind: str) -> bool:
    return shape.get("type") == kind or any(_is(each, kind) for each in shape.get("anyOf", ()))
