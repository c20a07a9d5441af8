"""An HTTP proxy for one sandbox: it serves on a unix socket, which is all of the network that the sandbox has.

What is encrypted passes through CONNECT and is not read: the host is the one that TLS names, or the connection is cut.
What a server does with the words inside is not seen: whoever may reach a host may send it anything. Only to a host that
has secrets the proxy itself speaks TLS, to both sides, so that it can put them in.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from earthshine.egress.addresses import Resolver, connect, look_up, system_resolver
from earthshine.egress.client_hello import NotTls, handshake, server_name
from earthshine.egress.policy import Policy, host_name
from earthshine.egress.record import Record, Refused
from earthshine.egress.request_head import MOST_HEAD, Head, read_head
from earthshine.egress.secrets import Secrets, filled
from earthshine.egress.tunnel import Budget, Tunnel
from earthshine.tasks import end_tasks

if TYPE_CHECKING:
    from earthshine.egress.authority import Authority

log = logging.getLogger(__name__)

_HEAD_SECONDS = 20.0
"""Until a client has said what it wants, and until TLS has begun."""
_PIECE = 65_536
_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class EgressProxy:
    """The proxy of one sandbox."""

    def __init__(
        self,
        policy: Policy,
        tell: Callable[[Record], None],
        *,
        secrets: Secrets | None = None,
        authority: Authority | None = None,
        trust: ssl.SSLContext | None = None,
        resolver: Resolver = system_resolver,
    ) -> None:
        """`authority`: whom the sandbox trusts, where it has secrets; `trust`: what servers are checked by."""
        self._policy, self._tell, self._resolver = policy, tell, resolver
        self._secrets, self._authority, self._trust = secrets or Secrets(), authority, trust
        self._budget = Budget(policy.limits)
        self._open: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serve(self, path: Path | str) -> AsyncGenerator[None]:
        """Serve at this path until the context ends, which cuts what is open. Raises `OSError`.

        Only who runs this server may connect; the path may have some 100 bytes.
        """
        server = await asyncio.start_unix_server(self._accept, path, limit=MOST_HEAD)
        try:
            os.chmod(path, 0o600)
            yield
        finally:
            server.close()
            await end_tasks(*self._open)
            with suppress(OSError):
                os.unlink(path)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        record, begun = Record(), time.monotonic()
        crowded = len(self._open) >= self._policy.limits.most_at_once
        self._open.add(task)
        try:
            if crowded:
                raise Refused("too_many", "503 Service Unavailable", "Too many connections are open.")
            async with asyncio.timeout(self._policy.limits.most_seconds):
                await self._handle(reader, writer, record)
            record.verdict = "done"
        except Refused as refusal:
            record.verdict = refusal.verdict
            await _answer(writer, refusal, record)
        except TimeoutError:
            record.verdict = "over_time"
        except (OSError, EOFError, asyncio.CancelledError):
            # An end that one side made, or the end of the sandbox; what was moved is told.
            record.verdict = "done" if record.address else "bad_request"
        except Exception:
            log.exception("the proxy of a sandbox broke")
            record.verdict = "bad_request"
        finally:
            self._open.discard(task)
            record.seconds = time.monotonic() - begun
            self._tell(record)
            writer.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, record: Record) -> None:
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                head = read_head(await reader.readuntil(b"\r\n\r\n"))
        except asyncio.LimitOverrunError:
            raise Refused("bad_request", "431 Request Header Fields Too Large", "The head is too long.") from None
        host = head.host or (head.literal if self._policy.anywhere else "")
        record.method, record.host, record.port = head.method, host, head.port
        if not host or not self._policy.allows(host, head.port):
            told = f"{host}:{head.port} is" if host else "An address without a name is"
            raise Refused("not_allowed", "403 Forbidden", f"{told} not among the hosts that this sandbox may reach.")
        self._budget.check()
        addresses = await look_up(host, head.port, self._resolver, private=self._policy.private)
        record.address, far_reader, far_writer = await connect(addresses, host, head.port)
        tunnel = Tunnel((reader, writer), (far_reader, far_writer), self._budget, record)
        try:
            secrets = self._secrets.of(head.host, head.port)
            if head.method == "CONNECT" and secrets and self._authority is not None:
                await self._opened(tunnel, head, reader, writer, far_writer, secrets)
            elif head.method == "CONNECT":
                await self._connect(tunnel, head, reader, writer)
            else:
                await tunnel.send(filled(head.forward, secrets))
                await tunnel.pump(head.body)
        finally:
            far_writer.close()

    async def _connect(
        self, tunnel: Tunnel, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(_ESTABLISHED)
        await writer.drain()
        begun = b""
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                while (hello := handshake(begun)) is None:
                    piece = await reader.read(_PIECE)
                    if not piece:
                        raise NotTls("It ends too early.")
                    begun += piece
            named = server_name(hello)
        except (NotTls, TimeoutError):
            raise Refused("not_tls", "", "Only TLS passes through CONNECT.") from None
        if named is None or host_name(named) != head.host:
            raise Refused("other_server_name", "", "TLS names another host.")
        await tunnel.send(begun)
        await tunnel.pump(None)

    async def _opened(
        self,
        tunnel: Tunnel,
        head: Head,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_writer: asyncio.StreamWriter,
        secrets: Mapping[str, str],
    ) -> None:
        """Pass one request with secrets in it: to the sandbox as the host, to the host as a client that checks it."""
        assert self._authority is not None
        self._trust = trust = self._trust or await asyncio.to_thread(ssl.create_default_context)
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                await far_writer.start_tls(trust, server_hostname=head.host)
        except (ssl.SSLError, TimeoutError) as error:
            reason = getattr(error, "verify_message", "") or "it does not speak TLS"
            raise Refused("untrusted", "502 Bad Gateway", f"{head.host} cannot be trusted: {reason}.") from None
        context = await asyncio.to_thread(self._authority.context, head.host)
        writer.write(_ESTABLISHED)
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                await writer.start_tls(context)
        except (ssl.SSLError, TimeoutError):
            raise Refused("other_server_name", "", "TLS names another host, or trusts another authority.") from None
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                inner = read_head(await reader.readuntil(b"\r\n\r\n"), (head.host, head.port))
        except asyncio.LimitOverrunError:
            raise Refused("bad_request", "431 Request Header Fields Too Large", "The head is too long.") from None
        await tunnel.send(filled(inner.forward, secrets))
        await tunnel.pump(inner.body)


async def _answer(writer: asyncio.StreamWriter, refusal: Refused, record: Record) -> None:
    """Say why, where HTTP is still spoken and nothing of an answer has gone out."""
    if not refusal.status or record.received:
        return
    body = f"{refusal.message}\n".encode()
    # Clients that asked for a tunnel show the first line alone.
    line = f"{refusal.status[:3]} {refusal.message}" if record.method == "CONNECT" else refusal.status
    head = (
        f"HTTP/1.1 {line}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        f"X-Egress: {refusal.verdict}\r\nConnection: close\r\n\r\n"
    )
    with suppress(OSError, TimeoutError):
        writer.write(head.encode() + body)
        async with asyncio.timeout(5):
            await writer.drain()
