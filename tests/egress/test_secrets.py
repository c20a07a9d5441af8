"""Secrets of domains: put in on the way to their domain, in plain HTTP and in TLS, and to no other."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvloop

from earthshine.egress import EgressProxy, Policy, Record, Secret, Secrets
from earthshine.egress.authority import Authority
from earthshine.egress.secrets import check_secrets, filled
from earthshine.errors import InvalidRequest
from tests.egress.test_proxy import Stream, ask, certificate, ended, far, loopback, served

__all__ = ["certificate"]
KEY = Secret("allowed.test", "API_KEY", "sk-very/secret")
BOTH = Secrets([KEY, Secret("*.other.test", "API_KEY", "another")], salt="cntr_1")
PLACEHOLDER = BOTH.placeholders["API_KEY"]


def test_a_placeholder_is_the_same_in_one_sandbox_and_differs_in_others() -> None:
    assert Secrets([KEY], salt="cntr_1").placeholders == {"API_KEY": PLACEHOLDER}
    assert Secrets([KEY], salt="cntr_2").placeholders["API_KEY"] != PLACEHOLDER
    assert "secret" not in PLACEHOLDER
    assert BOTH.of("allowed.test", 443) == {PLACEHOLDER: KEY.value}
    assert BOTH.of("x.other.test", 80) == {PLACEHOLDER: "another"}
    assert BOTH.of("other.test", 443) == BOTH.of("allowed.test", 8443) == {}


def test_it_is_put_into_the_target_fields_and_basic_authentication() -> None:
    pair = base64.b64encode(f"me:{PLACEHOLDER}".encode()).decode()
    head = (
        f"GET /a?key={PLACEHOLDER} HTTP/1.1\r\nHost: allowed.test\r\nX-Key: {PLACEHOLDER}\r\n"
        f"Authorization: Basic {pair}\r\nProxy-Authorization: Basic not base64!\r\n\r\n"
    )
    lines = filled(head.encode(), BOTH.of("allowed.test", 443)).decode().split("\r\n")
    assert lines[0] == "GET /a?key=sk-very%2Fsecret HTTP/1.1"
    assert lines[2] == "X-Key: sk-very/secret"
    assert base64.b64decode(lines[3].removeprefix("Authorization: Basic ")) == b"me:sk-very/secret"
    assert lines[4:] == ["Proxy-Authorization: Basic not base64!", "", ""]
    assert filled(head.encode(), {}).decode() == head


@pytest.mark.parametrize(
    ("domains", "secrets", "fits"),
    [
        (["a.test"], ["a.test"], True),
        (["A.test"], ["a.test"], True),
        (["*.a.test"], ["x.a.test", "*.a.test", "*.x.a.test"], True),
        (["a.test"], ["*.a.test"], False),
        (["*.a.test"], ["a.test"], False),
        (["a.test"], ["a.test:8443"], False),
        (["a.test:8443"], ["a.test:8443"], True),
        (["a.test"], ["b.test"], False),
        (["a.test"], ["10.0.0.1"], False),
        (["a.test"], ["a.test", "a.test"], False),
    ],
)
def test_a_secret_belongs_to_a_domain_that_is_allowed(domains: list[str], secrets: list[str], fits: bool) -> None:
    given = [Secret(each, "K", "v") for each in secrets]
    if fits:
        check_secrets(Policy.allow(domains), given, "x")
        return
    with pytest.raises(InvalidRequest) as caught:
        check_secrets(Policy.allow(domains), given, "x")
    assert (caught.value.param or "").startswith("x[")
    assert "'v'" not in caught.value.message


@asynccontextmanager
async def opening(
    folder: Path, port: int, certificate: Path | None
) -> AsyncIterator[tuple[Path, list[Record], ssl.SSLContext]]:
    """Serve a proxy with a secret; gives its socket, what is told, and what a sandbox trusts."""
    told: list[Record] = []
    authority = Authority()
    trust = folder / "trust.pem"
    trust.write_text(authority.bundle())
    domains = [f"allowed.test:{port}", f"plain.test:{port}"]
    proxy = EgressProxy(
        Policy.allow(domains, private=True),
        told.append,
        secrets=Secrets([Secret(domains[0], KEY.name, KEY.value)], salt="cntr_1"),
        authority=authority,
        trust=ssl.create_default_context(cafile=certificate) if certificate else None,
        resolver=loopback,
    )
    async with proxy.serve(folder / "egress.sock"):
        yield folder / "egress.sock", told, ssl.create_default_context(cafile=trust)


def answering(heads: list[bytes], body: bytes = b"hello") -> Callable[[Stream], object]:
    async def answer(stream: Stream) -> None:
        heads.append(await stream[0].readuntil(b"\r\n\r\n"))
        stream[1].write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body))
        await stream[1].drain()

    return answer


async def fetch(path: Path, port: int, trust: ssl.SSLContext, name: str = "allowed.test") -> bytes:
    """Ask for a page by TLS through the proxy, as code inside would."""
    (reader, writer), line = await ask(path, f"CONNECT {name}:{port} HTTP/1.1\r\nHost: {name}\r\n\r\n")
    assert line == "HTTP/1.1 200 Connection established"
    await reader.readline()
    await writer.start_tls(trust, server_hostname=name)
    assert writer.get_extra_info("ssl_object").selected_alpn_protocol() is None
    writer.write(f"GET /page HTTP/1.1\r\nHost: elsewhere.test\r\nX-Key: {PLACEHOLDER}\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer


def on_each_loop(test: Callable[..., object]) -> Callable[..., object]:
    """Run it on the loop that servers run on, too."""
    return pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])(
        test
    )


@on_each_loop
def test_it_is_put_into_requests_by_tls(
    tmp_path: Path, certificate: Path, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    heads: list[bytes] = []
    large = b"moon" * 2_000_000

    async def run() -> None:
        async with (
            far(answering(heads, large), served(certificate)) as port,
            opening(tmp_path, port, certificate) as (path, told, trust),
        ):
            assert (await fetch(path, port, trust)).endswith(large)
            record = await ended(told)
        assert (record.verdict, record.method, record.host) == ("done", "CONNECT", "allowed.test")
        assert KEY.value not in str(record.form())
        assert f"Host: allowed.test:{port}\r\n".encode() in heads[0]
        assert b"X-Key: sk-very/secret\r\n" in heads[0]

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(run())


async def test_it_is_put_into_requests_in_plain_http(tmp_path: Path) -> None:
    heads: list[bytes] = []
    async with far(answering(heads)) as port, opening(tmp_path, port, None) as (path, told, _trust):
        for name in ("allowed.test", "plain.test"):
            head = f"GET http://{name}:{port}/ HTTP/1.1\r\nX-Key: {PLACEHOLDER}\r\n\r\n"
            assert (await ask(path, head))[1] == "HTTP/1.1 200 OK"
        await ended(told, 2)
    assert b"X-Key: sk-very/secret\r\n" in heads[0]
    assert f"X-Key: {PLACEHOLDER}\r\n".encode() in heads[1]


async def test_other_hosts_are_not_opened(tmp_path: Path, certificate: Path) -> None:
    seen: list[bytes] = []

    async def listen(stream: Stream) -> None:
        seen.append(await stream[0].read(5))

    async with far(listen) as port, opening(tmp_path, port, certificate) as (path, told, trust):
        with pytest.raises((OSError, ssl.SSLError)):
            await fetch(path, port, trust, "plain.test")
        await ended(told)
    assert seen[0][:3] == b"\x16\x03\x01"  # the ClientHello of the sandbox itself


async def test_a_server_that_cannot_show_who_it_is_gets_nothing(tmp_path: Path, certificate: Path) -> None:
    heads: list[bytes] = []
    async with (
        far(answering(heads), served(certificate)) as port,
        opening(tmp_path, port, None) as (path, told, _trust),
    ):
        _, line = await ask(path, f"CONNECT allowed.test:{port} HTTP/1.1\r\n\r\n")
        assert line.startswith("HTTP/1.1 502 allowed.test cannot be trusted: self")
        assert (await ended(told)).verdict == "untrusted"
    assert heads == []


async def test_the_name_in_tls_must_be_the_host(tmp_path: Path, certificate: Path) -> None:
    heads: list[bytes] = []
    async with (
        far(answering(heads), served(certificate)) as port,
        opening(tmp_path, port, certificate) as (path, told, trust),
    ):
        for name in ("plain.test", None):
            (reader, writer), _ = await ask(path, f"CONNECT allowed.test:{port} HTTP/1.1\r\n\r\n")
            await reader.readline()
            if name is None:
                trust.check_hostname = False
            with pytest.raises((OSError, ssl.SSLError)):
                await writer.start_tls(trust, server_hostname=name)
                writer.write(b"GET / HTTP/1.1\r\n\r\n")
                assert await reader.read() != b""
            writer.close()
        await ended(told, 2)
    assert {each.verdict for each in told} == {"other_server_name"}
    assert heads == []


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET https://other.test/ HTTP/1.1\r\n\r\n", b"400"),
        ("CONNECT other.test:443 HTTP/1.1\r\n\r\n", b"400"),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        ("GET / HTTP/1.1\r\n" + "A: b\r\n" * 4000 + "\r\n", b"431"),
    ],
)
async def test_what_is_no_plain_request_is_refused_with_words(
    tmp_path: Path, certificate: Path, head: str, status: bytes
) -> None:
    heads: list[bytes] = []
    async with (
        far(answering(heads), served(certificate)) as port,
        opening(tmp_path, port, certificate) as (path, told, trust),
    ):
        (reader, writer), _ = await ask(path, f"CONNECT allowed.test:{port} HTTP/1.1\r\n\r\n")
        await reader.readline()
        await writer.start_tls(trust, server_hostname="allowed.test")
        writer.write(head.encode())
        assert (await reader.read()).startswith(b"HTTP/1.1 " + status)
        assert (await ended(told)).verdict == "bad_request"
        writer.close()
    assert heads == []
