"""`earthshine serve`: settings in, a running server out, and one line `ready http://H:N` when it answers."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import uvicorn
from pydantic import BaseModel

from earthshine.cli.console import read_settings, refuse, settings_options
from earthshine.cli.server.allocator import give_large_blocks_back
from earthshine.cli.server.http_protocol import bounded_http
from earthshine.telemetry.logs import configure_logs

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from earthshine.operations.drain import Drain
    from earthshine.services import Services
    from earthshine.settings import Settings

log = logging.getLogger(__name__)

LAST_SECONDS = 3
"""Seconds for what still runs after the drain: replies that were cut say so and store what there is."""

BACKLOG = 2048
"""Connections that may wait to be accepted."""


@click.command()
@settings_options()
def serve(config: Path | None, **flags: Any) -> None:
    """Run the server.

    Prints `ready http://HOST:PORT` on stdout when it answers; logs go to stderr. The first start makes the
    administrator's key, shows it once and keeps it in `administrator.key` in the data directory, readable by you only.
    SIGTERM or Ctrl-C ends it when the requests in progress have ended, after `drain_seconds` at the latest; a second
    one ends it at once. A wrong setting, a port in use or a data directory that cannot be written ends it with exit
    code 2.
    """
    settings = read_settings(config=config, **flags)
    configure_logs(settings.log_level, settings.log_format)
    prepare_data(settings.data)
    listener = bind(settings.host, settings.port)
    with listener, asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_run(settings, listener))


async def _run(settings: Settings, listener: socket.socket) -> None:
    with _stop_on_signal() as stopping:
        await _fetch_first_model(settings)
        # A start makes much that stays; to look through it for garbage again and again takes a sixth of the imports.
        gc.disable()
        # And most of what checks bodies is used by few requests: the first of them builds it, not each start.
        BaseModel.model_config["defer_build"] = True
        # Imported here: building the application takes most of a start, and the checks above need none of it.
        from earthshine.operations.drain import Drain
        from earthshine.server import create_app

        with _refusing(settings):
            app = create_app(settings)
        async with AsyncExitStack() as services:
            with _refusing(settings):
                await services.enter_async_context(app.router.lifespan_context(app))
            _show_first_key(settings, app)
            _show_model(app)
            await _show_setup(app, settings, _url(settings.host, listener.getsockname()[1]))
            server = _Server(app, listener, settings)
            stopping.server, stopping.drain = server, app.state.services.get(Drain)
            stopping.seconds = settings.drain_seconds
            await server.serve(sockets=[listener])


@contextmanager
def _refusing(settings: Settings) -> Generator[None]:
    """Turn what can keep the services from opening into one line."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    from earthshine.errors import EarthshineError

    place = "database_url" if settings.database_url else str(settings.data.absolute() / "earthshine.db")
    try:
        yield
    except EarthshineError as error:
        refuse(error.message)
    except SQLAlchemyError as error:
        # The driver's own words; SQLAlchemy's add the statement, and may repeat a password.
        reason = str(error.orig) if isinstance(error, DBAPIError) else type(error).__name__
        refuse(f"the database ({place}) cannot be opened: {reason}. Mend or move it, or name another.")
    except ModuleNotFoundError as error:
        if not settings.database_url:
            raise
        refuse(f"the database ({place}) needs the package {error.name}. Install it, or name another database.")


class _Server(uvicorn.Server):
    """Says `ready` when it accepts; leaves signals to us and the application's lifespan to its context manager."""

    def __init__(self, app: Starlette, listener: socket.socket, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=bounded_http(settings.body_timeout),
                lifespan="off",
                access_log=False,
                # Ours reads more headers: see `operations.proxy_headers`.
                proxy_headers=False,
                log_config=None,
                server_header=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=LAST_SECONDS,
                ws_max_size=settings.max_body,
            )
        )
        self._address = settings.host, listener.getsockname()[1]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections, then say so."""
        try:
            await super().startup(sockets=sockets)
        except OSError as error:  # another server took the port since we bound it
            refuse(_bind_advice(error, *self._address))
        give_large_blocks_back()
        # What is there now stays, and to look through it later would stop all streams for a moment.
        gc.freeze()
        # Requests leave next to nothing that only this finds; looking after every 700 objects would be once a request.
        gc.set_threshold(10_000, 20, 20)
        gc.enable()
        click.echo(f"ready {_url(*self._address)}")
        sys.stdout.flush()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Do nothing: uvicorn would raise the signal again at the end, and turn a clean stop into a failure."""
        yield


class _Stop:
    """What a signal ends: the start while it lasts, then the server."""

    def __init__(self, starting: asyncio.Task[Any]) -> None:
        self._starting = starting
        self._ending: asyncio.Task[None] | None = None
        self.server: uvicorn.Server | None = None
        self.drain: Drain | None = None
        self.seconds = 0.0
        """What requests in progress get to end."""
        self.number = 0
        """The signal that ended the start; 0 while none has."""

    def __call__(self, number: int) -> None:
        """The first signal ends politely, a second one at once."""
        if self.server is None or self.drain is None:
            self.number = number
            self._starting.cancel()
        elif self._ending is None:
            self._ending = asyncio.create_task(self._end(self.server, self.drain), name="drain")
        else:
            self.drain.cut()
            self.server.should_exit = self.server.force_exit = True

    async def _end(self, server: uvicorn.Server, drain: Drain) -> None:
        """Let the requests in progress end; the listener stays open, so that all others are told what is going on."""
        log.info("draining: %d requests in progress get %g s", drain.serving, self.seconds)
        await drain.finish(self.seconds)
        server.should_exit = True


@contextmanager
def _stop_on_signal() -> Generator[_Stop]:
    task = asyncio.current_task()
    assert task is not None
    stop = _Stop(task)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    try:
        yield stop
    except asyncio.CancelledError:
        if not stop.number:
            raise
        click.echo("stopped before it was ready", err=True)
        sys.exit(128 + stop.number)


def prepare_data(data: Path) -> None:
    """Make the data directory if need be, and see that it can be written."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        refuse(
            f"the data directory {data.absolute()} cannot be written ({error.strerror}). "
            "Name another one with --data, or change its owner."
        )


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address; it does not listen yet."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        refuse(f"the host {host!r} has no address ({error.strerror}). Use 127.0.0.1, or 0.0.0.0 for all.")
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        refuse(_bind_advice(error, host, port))
    listener.setblocking(False)
    return listener


def _bind_advice(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} on {host} is in use. Stop what uses it, or choose another with --port (0 picks one)."
        case errno.EACCES:
            return f"port {port} may not be opened by this user. Choose one above 1023 with --port."
        case errno.EADDRNOTAVAIL:
            return f"{host} is no address of this machine. Use 127.0.0.1, or 0.0.0.0 for all, with --host."
        case _:
            return f"{host} port {port} cannot be opened ({error.strerror})."


async def _fetch_first_model(settings: Settings) -> None:
    """Fetch the embedded model if it is wanted and no model is there. Without a network the server starts anyway."""
    if not settings.embedded_model:
        return
    from earthshine.catalog import Catalog
    from earthshine.cli.progress import progress_bar
    from earthshine.errors import EarthshineError

    try:
        with progress_bar("fetching the embedded model") as progress:
            card = await Catalog(settings).ensure_embedded(progress)
    except EarthshineError as error:
        click.echo(f"No model is installed, and the embedded one could not be fetched: {error.message}", err=True)
        click.echo(
            "The server starts without. `earthshine pull MODEL` or `upstreams` in the settings add one.", err=True
        )
        return
    if card is not None:
        click.echo(f"{card.name} is installed. {card.description}", err=True)


def _show_first_key(settings: Settings, app: Starlette) -> None:
    from earthshine.accounts.keys.registry import KeyRegistry

    key: str | None = app.state.services.get(KeyRegistry).first_key
    if key is None:
        return
    file = settings.data / "administrator.key"
    with suppress(FileNotFoundError):
        file.unlink()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(key + "\n")
    click.echo(
        f"Administrator's key, shown only this once: {key}\n"
        f"It is also in {file} (readable by you only; delete the file if you keep the key elsewhere),\n"
        "where `earthshine chat` finds it. Programs send it as `Authorization: Bearer KEY`.",
        err=True,
    )


def _show_model(app: Starlette) -> None:
    """Say what answers while nothing but the tiny model is there, and what can be done about it."""
    from earthshine.catalog import Catalog
    from earthshine.catalog.curated import EMBEDDED
    from earthshine.errors import EarthshineError
    from earthshine.settings import Settings

    services: Services = app.state.services
    settings = services.get(Settings)  # with what was chosen in the app
    try:
        name = services.get(Catalog).resolve("default").name
    except EarthshineError:
        return
    if name != EMBEDDED or settings.log_format == "json":
        return
    from earthshine.models.better import read_request

    asked = settings.better_model == "ask" and read_request(services.get(Catalog).partial)
    what = {
        "auto": "A better one arrives in the background if this machine has room and can reach it (--better-model off "
        "stops that).",
        "ask": "`earthshine pull recommended` or the setup page fetches a better one.",
        "off": "`earthshine pull recommended` fetches a better one.",
    }
    click.echo(
        f"{name} answers now; it is tiny and often wrong. {what['auto' if asked else settings.better_model]}", err=True
    )


async def _show_setup(app: Starlette, settings: Settings, url: str) -> None:
    """Say where the first person is made; nothing, once somebody can sign in."""
    from earthshine.accounts.keys.registry import KeyRegistry
    from earthshine.accounts.people.rows import anybody
    from earthshine.database import Database

    async with app.state.services.get(Database).read() as connection:
        if await anybody(connection):
            return
    if settings.log_format == "json":
        # Programs read these lines, and no key belongs into a log.
        log.info("nobody can sign in yet: make the first person at %s/setup", settings.public_url.rstrip("/") or url)
        return
    key: str | None = app.state.services.get(KeyRegistry).first_key
    # What follows the # stays in the browser.
    place = f"{settings.public_url.rstrip('/') or url}/setup" + (f"#{key}" if key is not None else "")
    needs = "" if key is not None else " (it asks for the administrator's key)"
    click.echo(f"Nobody can sign in yet. Make the first person in a browser{needs}: {place}", err=True)


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:  # not made for this platform
        return None
    return uvloop.new_event_loop
