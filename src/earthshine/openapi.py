"""The OpenAPI document: FastAPI's, plus the bodies that our routes check by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_REFERENCE = "#/components/schemas/{model}"


def takes(model: type[BaseModel]) -> Callable[[Endpoint], Endpoint]:
    """Declare the model that a route's handler checks its body against."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.__dict__["body"] = model
        return endpoint

    return declare


def describe(app: FastAPI) -> None:
    """Let `app.openapi()` return the whole document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] - FastAPI's own way to extend its document


def _document(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(title=app.title, version=app.version, routes=app.routes, summary=app.summary)
    bodies = {route: body for route in app.routes if isinstance(route, APIRoute) and (body := _body(route))}
    _, definitions = models_json_schema([(body, "validation") for body in {*bodies.values()}], ref_template=_REFERENCE)
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {}).update(definitions.get("$defs", {}))
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    schema["security"] = [{"key": []}]
    for route, body in bodies.items():
        reference = {"$ref": _REFERENCE.format(model=body.__name__)}
        for method in route.methods or ():
            schema["paths"][route.path_format][method.lower()]["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": reference}},
            }
    return schema


def _body(route: APIRoute) -> type[BaseModel] | None:
    return cast("type[BaseModel] | None", getattr(route.endpoint, "body", None))
