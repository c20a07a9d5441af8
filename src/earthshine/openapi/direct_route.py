"""The kind of route that the API's own resources have, and the router that collects them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.routing import Route
from starlette.types import Receive, Scope, Send


class DirectRoute(APIRoute):
    """A route whose handler takes the request, and the parts of its path as text, and checks the rest itself.

    FastAPI describes it and stands aside: its own reading of requests would do nothing here, at a price for each
    request. Looking through the handler costs a twelfth of a server's start, so that waits for the first description.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **about: Any) -> None:
        methods = set(about["methods"] or ("GET",))
        Route.__init__(self, path, endpoint, methods=methods, name=about["name"])
        self.methods = methods  # `Route` adds HEAD
        self.include_in_schema = about["include_in_schema"]
        self._about = about

    def described(self) -> APIRoute:
        """Return the route as FastAPI describes it."""
        return APIRoute(self.path, self.endpoint, **self._about)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; errors go to the application's handlers."""
        if scope["method"] not in self.methods:
            await super().handle(scope, receive, send)
            return
        response = await self.endpoint(request=Request(scope, receive, send), **scope["path_params"])
        await response(scope, receive, send)


class Routes(APIRouter):
    """Collects the routes of a resource: `@router.get("/{file_id}")`."""

    def __init__(self, prefix: str = "", tags: Sequence[str] = ()) -> None:
        named: list[str | Enum] = [*tags]
        super().__init__(prefix=prefix, tags=named, route_class=DirectRoute)
