"""HTTP/1.1 for uvicorn, with a bound on the head of a request: its bytes, and the seconds until it is complete.

Bodies are bounded where they are read (`wire.read_body`); what comes before one is read by the parser alone, which
would take any number of headers, and wait for the next of them for ever.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import httptools
import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from earthshine.cli.corked import CorkedTransport
from earthshine.errors import EarthshineError, InvalidRequest, RequestTimeout
from earthshine.ids import new_id

if TYPE_CHECKING:
    from uvicorn.config import Config

LARGEST_HEAD = 64 * 2**10
"""Bytes of request line and headers together; keys, cookies and traces need a hundredth of it."""


_NO_HTTP = InvalidRequest(
    "This is not a request of HTTP/1.1, or its method is none that HTTP knows. Check what was sent.",
    code="invalid_http",
)
_TWO_HOSTS = InvalidRequest("The request has more than one Host header. Send one.", code="invalid_http")
_TOO_LARGE = InvalidRequest("The headers are larger than 64 KiB. Send fewer or shorter ones.", code="headers_too_large")
_LATE = RequestTimeout("The headers did not arrive in time. Send the request again in one go.")


_OF_UPGRADES = (b"upgrade", b"http2-settings")


class _HeadTooLarge(Exception):
    """Raised through the parser, which gives up the connection then."""


class _TwoHosts(Exception):
    """Raised so for a request to two hosts; a proxy and this server may each believe another one (RFC 9112, 3.2)."""


def bounded_http(seconds: float) -> type[asyncio.Protocol]:
    """Return uvicorn's protocol whose clients have so many seconds to send a head."""

    class BoundedHttp(_BoundedHttp):
        head_seconds = seconds

    return BoundedHttp


class _BoundedHttp(HttpToolsProtocol):
    """One connection."""

    head_seconds = 30.0

    def __init__(self, config: Config, *args: Any, **named: Any) -> None:
        super().__init__(config, *args, **named)
        self._head = 0
        """Bytes of the head that is being read."""
        self._reading_head = True
        self._declining = False
        """Whether this request wants another protocol than HTTP/1.1 and WebSockets."""
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] - as uvicorn has it
        """Expect a request soon."""
        self._corked = CorkedTransport(transport, self.loop)
        super().connection_made(cast("asyncio.Transport", self._corked))
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, and see that a head does not grow for ever."""
        self._unset_keepalive_if_required()
        self._feed(data)
        if self._reading_head and not self.transport.is_closing():
            self._head += len(data)
            if self._head > LARGEST_HEAD:
                self._refuse(431, _TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._reading_head, self._head = True, 0
        if self._deadline is None:
            self._expect()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the request line."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._reading_head = False
        self._in_time()
        if _hosts(self.headers) > 1:
            raise _TwoHosts
        # A client may offer any protocol, and is served with this one (RFC 9110, 7.8).
        asks = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
        self._declining = asks and not self._should_upgrade()
        if not self._declining:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole; one that wants another protocol is read again without that wish."""
        if not self._declining:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """A reply is whole, and leaves."""
        self._corked.flush()
        super().on_response_complete()

    def _feed(self, data: bytes) -> None:
        """Parse what came. A request that wants another protocol is read again without that wish."""
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                if self._should_upgrade():
                    self.handle_websocket_upgrade()
                    return
                if not self._declining:
                    return  # CONNECT, which the application answers
                # The parser takes all that follows the head for the other protocol.
                data = self._plain_head() + data[upgrade.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            except httptools.HttpParserError:
                self.send_400_response("")
                return
            else:
                return

    def _plain_head(self) -> bytes:
        """Return the head that was read, without the wish for another protocol."""
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/1.1"]
        for name, value in self.headers:
            if name == b"connection":
                value = b", ".join(word for word in value.split(b",") if word.strip().lower() not in _OF_UPGRADES)
            if name not in _OF_UPGRADES:
                lines.append(name + b": " + value)
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or a head that is too large within one piece."""
        if self._head > LARGEST_HEAD:
            self._refuse(431, _TOO_LARGE)
        else:
            self._refuse(400, _TWO_HOSTS if _hosts(self.headers) > 1 else _NO_HTTP)

    def _count(self, size: int) -> None:
        if not self._reading_head:
            return  # trailers of a body in chunks; uvicorn drops them
        self._head += size
        if self._head > LARGEST_HEAD:
            raise _HeadTooLarge

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(self.head_seconds, self._late)

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if self._head:
            self._refuse(408, _LATE)
        else:
            self.transport.close()

    def _refuse(self, status: int, error: EarthshineError) -> None:
        """Answer in the API's words, and give up the connection."""
        if self.transport.is_closing():
            return
        body = orjson.dumps({"error": error.body()})
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n" % len(body)
        name = b"x-content-type-options: nosniff\r\nx-request-id: %s\r\n\r\n" % new_id("req").encode()
        self.transport.write(STATUS_LINE[status] + head + name + body)
        self.transport.close()


def _hosts(headers: list[tuple[bytes, bytes]] | None) -> int:
    return sum(name == b"host" for name, _ in headers or ())
