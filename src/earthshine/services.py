"""What features add to the application: services, found by their type, and routes.

A package that adds something has a `feature.py` with a `Feature`, and a line in `server.FEATURES`. Its `open` gets the
`Services` of the installation, asks for those that it needs, and adds its own:

    async def _open(services: Services) -> None:
        books = services.add(Books(services.get(Database)))
        services.on_close(books.close)

    FEATURE = Feature(routers=(router,), open=_open)

A route asks for what it needs in the same way: `service(request, Books)`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, TypeVar

from fastapi import APIRouter
from starlette.requests import HTTPConnection

S = TypeVar("S")


class Services:
    """The services of one running installation; each is made once, and known by its type."""

    def __init__(self, *services: object) -> None:
        """Begin with some services, as tests do."""
        self._known: dict[type[Any], Any] = {type(each): each for each in services}
        self._starts: list[Callable[[], object]] = []
        self._closing = AsyncExitStack()

    def add(self, service: S, *kinds: type[Any]) -> S:
        """Add a service, known by its own type and by each of `kinds`: protocols of packages that stand lower."""
        for kind in (type(service), *kinds):
            self._known[kind] = service
        return service

    def get(self, kind: type[S]) -> S:
        """Return the service of this type. Raises `LookupError` when no feature has added one."""
        try:
            return self._known[kind]
        except KeyError:
            raise LookupError(
                f"No feature has added the service {kind.__name__}. Is its package in server.FEATURES, and before "
                "those that need it?"
            ) from None

    def find(self, kind: type[S]) -> S | None:
        """Return the service of this type, or None where an installation has none."""
        return self._known.get(kind)

    def on_start(self, start: Callable[[], object]) -> None:
        """Have this called, and awaited, once all features are open, in the order in which it was asked for."""
        self._starts.append(start)

    def on_close(self, close: Callable[[], object]) -> None:
        """Have this called, and awaited, at the end, in the opposite order; also when opening fails later on."""

        async def end() -> None:
            await _done(close())

        self._closing.push_async_callback(end)

    @asynccontextmanager
    async def opened(self, features: Iterable[Feature]) -> AsyncGenerator[None]:
        """Open all features, in this order, and start what they asked to be started; close whatever was opened."""
        async with self._closing:
            for feature in features:
                if feature.open is not None:
                    await feature.open(self)
            for start in self._starts:
                await _done(start())
            yield


async def _done(outcome: object) -> None:
    if isawaitable(outcome):
        await outcome


@dataclass(frozen=True, slots=True)
class Feature:
    """What one package adds."""

    routers: Sequence[APIRouter] = ()
    open: Callable[[Services], Awaitable[None]] | None = None
    """Adds the package's services, and registers what others call: kinds of runs, what erases somebody's words."""


def service(connection: HTTPConnection, kind: type[S]) -> S:
    """Return the service of this type, of the application that this request came to."""
    services: Services = connection.scope["app"].state.services
    return services.get(kind)


def services_of(connection: HTTPConnection) -> Services:
    """Return all services of the application that this request came to."""
    return connection.scope["app"].state.services


def find_service(connection: HTTPConnection, kind: type[S]) -> S | None:
    """Return the service of this type, or None where this installation has none."""
    services: Services = connection.scope["app"].state.services
    return services.find(kind)
