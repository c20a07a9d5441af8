"""The proxy of a sandbox: what passes, what is refused, and what is told of it."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from earthshine.egress import EgressProxy, Limits, Policy, Record
from tests.patience import PATIENCE

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def loopback(host: str, port: int) -> list[str]:
    """Say that every name is this machine."""
    return ["127.0.0.1"]


@asynccontextmanager
async def proxied(
    folder: Path, domains: list[str], *, private: bool = True, limits: Limits | None = None, resolver=loopback
) -> AsyncIterator[tuple[Path, list[Record]]]:
    """Serve; gives the socket and what is told."""
    told: list[Record] = []
    proxy = EgressProxy(Policy.allow(domains, private=private, limits=limits), told.append, resolver=resolver)
    path = folder / "egress.sock"
    async with proxy.serve(path):
        yield path, told


@asynccontextmanager
async def far(handle: Callable[[Stream], Awaitable[None]], tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve what a sandbox would reach; gives the port."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handle((reader, writer))
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def echo(stream: Stream) -> None:
    while piece := await stream[0].read(65_536):
        stream[1].write(piece)
        await stream[1].drain()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "allowed.test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("allowed.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()) + made.public_bytes(pem)
    )
    return path


def served(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


async def ask(path: Path, head: str) -> tuple[Stream, str]:
    """Send a head; returns the connection and the answer's first line."""
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(head.encode("latin-1"))
    line = (await reader.readline()).decode().strip()
    return (reader, writer), line


async def ended(told: list[Record], count: int = 1) -> Record:
    """Wait until so many connections have been told."""
    async with asyncio.timeout(PATIENCE):
        while len(told) < count:
            await asyncio.sleep(0.01)
    return told[-1]


async def tunnelled(path: Path, target: str, named: str | None, certificate: Path) -> Stream:
    """Connect through CONNECT and begin TLS for a name."""
    (reader, writer), line = await ask(path, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n")
    assert line == "HTTP/1.1 200 Connection established"
    await reader.readline()
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False
    await writer.start_tls(context, server_hostname=named)
    return reader, writer


async def test_tls_passes_unread(tmp_path: Path, certificate: Path) -> None:
    async with far(echo, served(certificate)) as port, proxied(tmp_path, [f"allowed.test:{port}"]) as (path, told):
        reader, writer = await tunnelled(path, f"Allowed.Test.:{port}", "allowed.test", certificate)
        writer.write(b"secret" * 50_000)
        assert await reader.readexactly(300_000) == b"secret" * 50_000
        writer.close()
        record = await ended(told)
    assert (record.verdict, record.method, record.host, record.port) == ("done", "CONNECT", "allowed.test", port)
    assert record.address == "127.0.0.1" and record.sent > 300_000 and record.received > 300_000
    assert record.seconds > 0 and record.form()["verdict"] == "done"
    assert not path.exists()


@pytest.mark.parametrize("named", ["other.test", None])
async def test_tls_that_names_another_host_is_cut(tmp_path: Path, certificate: Path, named: str | None) -> None:
    reached: list[bytes] = []

    async def listen(stream: Stream) -> None:
        reached.append(await stream[0].read(100))

    async with far(listen) as port, proxied(tmp_path, [f"allowed.test:{port}"]) as (path, told):
        with pytest.raises((OSError, ssl.SSLError)):
            await tunnelled(path, f"allowed.test:{port}", named, certificate)
        assert (await ended(told)).verdict == "other_server_name"
        await asyncio.sleep(0.05)
    assert reached in ([], [b""])


async def test_what_is_no_tls_is_cut(tmp_path: Path) -> None:
    async with far(echo) as port, proxied(tmp_path, [f"allowed.test:{port}"]) as (path, told):
        (reader, writer), line = await ask(path, f"CONNECT allowed.test:{port} HTTP/1.1\r\n\r\n")
        assert " 200 " in line
        writer.write(b"SSH-2.0-tunnel\r\n")
        assert await reader.read() == b"\r\n"
        assert (await ended(told)).verdict == "not_tls"


async def test_plain_http_is_one_request_to_the_host_that_was_asked_for(tmp_path: Path) -> None:
    got: list[bytes] = []

    async def answer(stream: Stream) -> None:
        got.append(await stream[0].readuntil(b"\r\n\r\n") + await stream[0].readexactly(4))
        stream[1].write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        with suppress(TimeoutError):
            got.append(await asyncio.wait_for(stream[0].read(100), 0.2))

    async with far(answer) as port, proxied(tmp_path, [f"allowed.test:{port}"]) as (path, told):
        (reader, _), line = await ask(
            path,
            f"POST http://allowed.test:{port}/a?b=c HTTP/1.1\r\nHost: other.test\r\nProxy-Authorization: x\r\n"
            "Content-Length: 4\r\nX-Kept: 1\r\n\r\nbodyGET http://other.test/ HTTP/1.1\r\n\r\n",
        )
        assert line == "HTTP/1.1 200 OK" and (await reader.read()).endswith(b"\r\n\r\nok")
        record = await ended(told)
    head = got[0].decode()
    assert head.startswith(f"POST /a?b=c HTTP/1.1\r\nHost: allowed.test:{port}\r\n") and head.endswith("body")
    assert "other.test" not in head and "Proxy-" not in head and "X-Kept: 1" in head and "Connection: close" in head
    assert len(got) == 1
    assert (record.verdict, record.method) == ("done", "POST")


@pytest.mark.parametrize(
    ("head", "status", "verdict"),
    [
        ("CONNECT other.test:443 HTTP/1.1\r\n\r\n", "403", "not_allowed"),
        ("CONNECT allowed.test:22 HTTP/1.1\r\n\r\n", "403", "not_allowed"),
        ("CONNECT 93.184.215.14:443 HTTP/1.1\r\n\r\n", "403", "not_allowed"),
        ("CONNECT [::1]:443 HTTP/1.1\r\n\r\n", "403", "not_allowed"),
        ("CONNECT 2130706433:443 HTTP/1.1\r\n\r\n", "403", "not_allowed"),
        ("GET http://169.254.169.254/latest HTTP/1.1\r\n\r\n", "403", "not_allowed"),
        ("CONNECT allowed.test HTTP/1.1\r\n\r\n", "400", "bad_request"),
        ("CONNECT user@allowed.test:443 HTTP/1.1\r\n\r\n", "400", "bad_request"),
        ("GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n", "400", "bad_request"),
        ("GET https://allowed.test/ HTTP/1.1\r\n\r\n", "400", "bad_request"),
        ("GET http://allowed.test/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "411", "bad_request"),
        ("GET http://allowed.test/ HTTP/1.1\r\nContent-Length: 1\r\ncontent-length: 2\r\n\r\n", "400", "bad_request"),
        ("GET http://allowed.test/ HTTP/1.1\r\nbroken\r\n\r\n", "400", "bad_request"),
        ("GET http://allowed.test/ HTTP/1.1\r\nA: b\nHost: other.test\r\n\r\n", "400", "bad_request"),
        ("GET http://allowed.test/\tHTTP/1.1\r\n\r\n", "400", "bad_request"),
        ("GET http://allowed.test/ HTTP/1.1\r\n" + "A: b\r\n" * 4000 + "\r\n", "431", "bad_request"),
        ("\x16\x03\x01\r\n\r\n", "400", "bad_request"),
    ],
)
async def test_refused(tmp_path: Path, head: str, status: str, verdict: str) -> None:
    async with proxied(tmp_path, ["allowed.test"]) as (path, told):
        _, line = await ask(path, head)
        assert line.split(" ")[1] == status
        assert (await ended(told)).verdict == verdict


@pytest.mark.parametrize(("private", "verdict"), [(True, "done"), (False, "private_address")])
async def test_a_browser_reaches_addresses_without_a_name_where_it_may(
    tmp_path: Path, private: bool, verdict: str
) -> None:
    async def answer(stream: Stream) -> None:
        head = await stream[0].readuntil(b"\r\n\r\n")
        stream[1].write(b"HTTP/1.1 200 OK\r\n\r\n" + head.splitlines()[1])

    told: list[Record] = []
    path = tmp_path / "egress.sock"
    async with far(answer) as port, EgressProxy(Policy.all_but([], private=private), told.append).serve(path):
        (reader, _), line = await ask(path, f"GET http://127.0.0.1:{port}/ HTTP/1.1\r\n\r\n")
        body = await reader.read()
        record = await ended(told)
    assert (record.verdict, record.host) == (verdict, "127.0.0.1")
    assert (line == "HTTP/1.1 200 OK" and body.endswith(f"Host: 127.0.0.1:{port}".encode())) is private


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["169.254.169.254"], ["93.184.215.14", "10.0.0.1"], ["fd00::1"]])
async def test_a_name_that_leads_into_the_network_is_refused(tmp_path: Path, addresses: list[str]) -> None:
    asked: list[str] = []

    async def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return addresses

    async with proxied(tmp_path, ["allowed.test"], private=False, resolver=resolver) as (path, told):
        _, line = await ask(path, "CONNECT allowed.test:443 HTTP/1.1\r\n\r\n")
        assert " 403 " in line
        record = await ended(told)
    assert (record.verdict, record.address, asked) == ("private_address", "", ["allowed.test"])


async def test_what_is_not_there(tmp_path: Path) -> None:
    async def nowhere(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    async with proxied(tmp_path, ["allowed.test"], resolver=nowhere) as (path, told):
        assert " 502 " in (await ask(path, "CONNECT allowed.test:443 HTTP/1.1\r\n\r\n"))[1]
        assert (await ended(told)).verdict == "not_found"
    async with far(echo) as port:
        pass
    async with proxied(tmp_path, [f"allowed.test:{port}"]) as (path, told):
        assert " 502 " in (await ask(path, f"CONNECT allowed.test:{port} HTTP/1.1\r\n\r\n"))[1]
        assert (await ended(told)).verdict == "unreachable"


async def test_bytes_are_counted_over_all_connections(tmp_path: Path) -> None:
    async def flood(stream: Stream) -> None:
        await stream[0].readuntil(b"\r\n\r\n")
        stream[1].write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100):
            stream[1].write(b"x" * 10_000)
            await stream[1].drain()

    limits = Limits(most_bytes=100_000)
    async with far(flood) as port, proxied(tmp_path, [f"allowed.test:{port}"], limits=limits) as (path, told):
        head = f"GET http://allowed.test:{port}/ HTTP/1.1\r\n\r\n"
        (reader, _), line = await ask(path, head)
        assert " 200 " in line and len(await reader.read()) <= 100_000
        assert (await ended(told)).verdict == "over_bytes"
        assert " 403 " in (await ask(path, head))[1]
        assert (await ended(told, 2)).verdict == "over_bytes"


@pytest.mark.parametrize("limits", [Limits(most_seconds=0.3), Limits(idle_seconds=0.3)])
async def test_time_is_limited(tmp_path: Path, limits: Limits) -> None:
    async def silent(stream: Stream) -> None:
        await stream[0].read()

    async with far(silent) as port, proxied(tmp_path, [f"allowed.test:{port}"], limits=limits) as (path, told):
        async with asyncio.timeout(PATIENCE):
            await ask(path, f"GET http://allowed.test:{port}/ HTTP/1.1\r\n\r\n")
        assert (await ended(told)).verdict == "over_time"


async def test_connections_are_limited_and_cut_at_the_end(tmp_path: Path) -> None:
    async def silent(stream: Stream) -> None:
        await stream[0].read()

    limits = Limits(most_at_once=2)
    async with far(silent) as port:
        async with proxied(tmp_path, [f"allowed.test:{port}"], limits=limits) as (path, told):
            open_ones = [await asyncio.open_unix_connection(path) for _ in range(2)]
            for _, writer in open_ones:
                writer.write(f"GET http://allowed.test:{port}/ HTTP/1.1\r\n\r\n".encode())
            await asyncio.sleep(0.2)
            assert " 503 " in (await ask(path, "CONNECT allowed.test:443 HTTP/1.1\r\n\r\n"))[1]
            assert (await ended(told)).verdict == "too_many"
        for reader, _ in open_ones:
            assert await reader.read() == b""
    assert [each.verdict for each in told] == ["too_many", "done", "done"]
