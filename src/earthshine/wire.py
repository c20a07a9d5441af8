"""HTTP in and out: bodies to checked models, errors and events to bytes. Shared by every resource's routes."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TypeVar, cast

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from earthshine.errors import (
    BodyTooLarge,
    EarthshineError,
    InvalidRequest,
    RequestTimeout,
    StorageFull,
    UnknownParameter,
)

Model = TypeVar("Model", bound=BaseModel)
Result = TypeVar("Result")

DONE = b"data: [DONE]\n\n"

_MOST_READY = 64
"""Chunks that a stream may be ahead of its reader."""
_MOST_NESTING = 128
"""Objects and lists inside each other in a request; orjson writes out 254, and a reply wraps the request's parts."""


# --- in --------------------------------------------------------------------------------------------------------------


async def read_body(request: Request, *, limit: int, timeout: float) -> bytes:
    """Read a whole body. Raises `BodyTooLarge` over `limit` bytes, `RequestTimeout` after `timeout` seconds."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(timeout):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise _too_large(limit)
    except TimeoutError:
        raise RequestTimeout(
            f"The request body did not arrive within {timeout:g} seconds. Send it again in one go.", retry_after=1
        ) from None
    return bytes(body)


async def read_file(request: Request, *, folder: Path, limit: int, patience: float) -> IO[bytes]:
    """Write a body that is a whole file to a file without a name in `folder`, and return that; the caller closes it.

    It may take as long as it takes, as long as it keeps coming: `patience` is the seconds between two pieces. Raises
    `BodyTooLarge` over `limit` bytes, `RequestTimeout`, `StorageFull`, and `InvalidRequest` when it is empty.
    """
    file = await asyncio.to_thread(tempfile.TemporaryFile, dir=folder)
    try:
        size = 0
        async for chunk in _pieces(request, patience):
            size += len(chunk)
            if size > limit:
                raise BodyTooLarge(f"The file is larger than {limit} bytes. Split it, and send the parts.")
            file.write(chunk)
        if size == 0:
            raise InvalidRequest("The request body is empty; a file was expected.", code="invalid_json")
        await asyncio.to_thread(file.flush)
    except OSError as error:
        file.close()
        raise StorageFull(f"The file cannot be kept while it is read: {error.strerror}. Free some space.") from error
    except BaseException:
        file.close()
        raise
    return file


async def _pieces(request: Request, patience: float) -> AsyncGenerator[bytes]:
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(patience):
                chunk = await anext(stream, None)
        except TimeoutError:
            raise RequestTimeout(f"Nothing of the file came for {patience:g} seconds. Send it again.") from None
        if chunk is None:
            return
        yield chunk


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The request body is larger than {limit} bytes. Split the request, or raise `max_body`.")


async def parse(model: type[Model], request: Request) -> Model:
    """Read and check a JSON body. Raises a 400 that names the field at fault."""
    settings = request.app.state.services.settings
    body = await read_body(request, limit=settings.max_body, timeout=settings.body_timeout)
    return check(model, load_json(body))


def load_json(body: bytes) -> dict[str, Any]:
    """Decode a JSON object. Raises `InvalidRequest` that says where the text breaks."""
    if not body.strip():
        raise InvalidRequest("The request body is empty; a JSON object was expected.", code="invalid_json")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"The request body is not valid JSON: {error}.", code="invalid_json") from None
    if not isinstance(value, dict):
        raise InvalidRequest("The request body must be a JSON object.", code="invalid_json")
    # Text with so few brackets cannot be nested too deeply, and most has.
    if body.count(b"{") + body.count(b"[") > _MOST_NESTING:
        _check_nesting(value)
    return cast("dict[str, Any]", value)


def _check_nesting(value: Any) -> None:
    """Refuse what is nested so deeply that it could not be written out again."""
    level: list[Any] = [value]
    for _ in range(_MOST_NESTING):
        inside: list[Any] = []
        for each in level:
            inside += each.values() if isinstance(each, dict) else each
        level = [each for each in inside if isinstance(each, dict | list)]
        if not level:
            return
    raise InvalidRequest(
        f"The request body is nested more than {_MOST_NESTING} levels deep. Make it flatter.", code="invalid_json"
    )


def check(model: type[Model], value: Any) -> Model:
    """Validate a value. Raises `UnknownParameter` or `InvalidRequest` with the path of the first field at fault."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _explain(error) from None


def _explain(error: ValidationError) -> InvalidRequest:
    first = error.errors(include_url=False, include_context=True)[0]
    # A validator of ours may raise one of our own errors, wrapped in pydantic's.
    cause = first.get("ctx", {}).get("error")
    param = field_path(first["loc"])
    if isinstance(cause, InvalidRequest):
        cause.param = cause.param or param
        return cause
    match first["type"]:
        case "extra_forbidden":
            return UnknownParameter(f"Unknown parameter: '{param}'. Remove it, or check its spelling.", param=param)
        case "missing":
            return InvalidRequest(
                f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter"
            )
        case kind if kind.endswith(("_type", "_parsing")):
            message = f"Invalid type for '{param}': {_lower(first['msg'])}."
            return InvalidRequest(message, param=param, code="invalid_type")
        case _:
            message = first["msg"].removeprefix("Value error, ").removesuffix(".")
            return InvalidRequest(f"Invalid value for '{param}': {_lower(message)}.", param=param)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def field_path(location: Sequence[int | str]) -> str:
    """Write `("input", 2, "content")` as `input[2].content`."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


# --- out -------------------------------------------------------------------------------------------------------------


def json_reply(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Reply with JSON: a dictionary, or bytes that are JSON already."""
    body = value if isinstance(value, bytes) else orjson.dumps(value)
    return Response(body, status, headers, media_type="application/json")


def error_reply(error: EarthshineError, request_id: str = "") -> Response:
    """Reply with an error in OpenAI's shape."""
    headers = {"x-request-id": request_id} if request_id else {}
    if error.retry_after is not None:
        headers["retry-after"] = str(max(1, round(error.retry_after)))
    if error.status == 401:
        headers["www-authenticate"] = "Bearer"
    if error.status == 408:
        # The rest of the body may come at any time, and is not to be waited for.
        headers["connection"] = "close"
    return json_reply({"error": error.body()}, status=error.status, headers=headers)


def error_event(error: EarthshineError) -> bytes:
    """Return the event that ends a stream which has begun and cannot be finished."""
    return b"event: error\ndata: " + orjson.dumps({"error": error.body()}) + b"\n\n"


def list_page(data: Sequence[Mapping[str, Any]], *, has_more: bool) -> dict[str, Any]:
    """Return OpenAI's list object around one page of objects with ids."""
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": has_more,
    }


class EventStream(Response):
    """A server-sent event stream whose source stops when the client goes away.

    `chunks` yields whole frames, several at once where they are there. Closing it must stop the work behind it.
    """

    def __init__(self, chunks: AsyncIterator[bytes], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(None, 200, headers, media_type="text/event-stream")
        # Not a full body: no content-length; and no proxy may hold events back.
        self.raw_headers = [pair for pair in self.raw_headers if pair[0] != b"content-length"]
        self.raw_headers += [(b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
        self._chunks = chunks
        self._ready: list[bytes] = []
        self._news = asyncio.Event()
        self._room = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the source ends or the client is gone."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        pump = asyncio.create_task(self._pump())
        gone = asyncio.create_task(disconnected(receive))
        for task in (pump, gone):
            task.add_done_callback(lambda _: self._news.set())
        try:
            while not gone.done() and (self._ready or not pump.done()):
                await self._news.wait()
                self._news.clear()
                # What came at once leaves at once: each message costs as much as writing several chunks.
                body = b"".join(self._ready)
                self._ready.clear()
                self._room.set()
                if body and not gone.done():
                    await send({"type": "http.response.body", "body": body, "more_body": True})
        finally:
            await _stop(gone)
            if not pump.done():
                await _stop(pump)
            await close(self._chunks)
        pump_error = None if pump.cancelled() else pump.exception()
        if pump_error is not None:
            raise pump_error
        if not pump.cancelled():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pump(self) -> None:
        async for chunk in self._chunks:
            self._ready.append(chunk)
            self._news.set()
            if len(self._ready) >= _MOST_READY:
                self._room.clear()
                await self._room.wait()


async def disconnected(receive: Receive) -> None:
    """Return when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def while_connected(request: Request, work: Awaitable[Result]) -> Result:
    """Run `work`, and cancel it when the client goes away (then raises `ClientDisconnect`)."""
    task = asyncio.ensure_future(work)
    gone = asyncio.create_task(disconnected(request.receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return task.result()
    finally:
        await _stop(gone)
        if not task.done():
            await _stop(task)


async def close(iterator: AsyncIterator[Any]) -> None:
    """Close an async generator, so that whatever it was doing stops now and not at garbage collection."""
    if isinstance(iterator, AsyncGenerator):
        await cast("AsyncGenerator[Any, None]", iterator).aclose()


async def peek(iterator: AsyncIterator[Result]) -> AsyncGenerator[Result]:
    """Wait for the first item, so that an error in making it is still raised here, before a status is sent."""
    try:
        first = await anext(iterator)
    except StopAsyncIteration:
        return _chain(None, iterator)
    except BaseException:
        await close(iterator)
        raise
    return _chain((first,), iterator)


async def _chain(first: tuple[Result] | None, rest: AsyncIterator[Result]) -> AsyncGenerator[Result]:
    try:
        if first is not None:
            yield first[0]
        async for item in rest:
            yield item
    finally:
        await close(rest)


async def _stop(task: asyncio.Future[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task
