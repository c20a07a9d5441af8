"""Addresses that somebody else names: only public ones are connected to, whatever a name resolves to."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from earthshine.engines.openai_compatible.engine import OpenAICompatible
from earthshine.engines.requests import ChatRequest
from earthshine.errors import EarthshineError, InvalidRequest, UpstreamFailed, UpstreamUnreachable
from earthshine.outbound import PrivateAddress, check_url, is_public, public_socket


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e", "::ffff:93.184.215.14"]
)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("64:ff9b:1::5db8:d70e", "::7f00:1", "::ffff:0:127.0.0.1", "2001:0:0:0:0:0:80ff:fffe"),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "nonsense", ""),
    ],
)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://2130706433/v1",
            "http://0x7f.1/v1",
            "http://127.1/v1",
            "http://LOCALHOST/v1",
            "http://a.localhost/v1",
        ),
        *(f"http://127{dot}0{dot}0{dot}1/v1" for dot in "\u3002\uff0e\uff61"),
        *(
            "http://169\u3002254\u3002169\u3002254/",
            "http://\u2460\u2461\u2466.0.0.1/v1",
            "http://\uff11\uff12\uff17.1/v1",
        ),
        *("http://0177.0.0.1/v1", "http://0x7f000001/v1", "http://127.0x1/v1", "http://127.0.0.1./v1"),
        *(
            "http://localhost./v1",
            "http://\u24db\u24deCALHOST/v1",
            "http://[::ffff:127.0.0.1]/v1",
            "http://1.2.3.4.5/v1",
        ),
        *("http://[64:ff9b::7f00:1]/v1", "http://[::127.0.0.1]/v1", "http://2852039166/", "http://017700000001/v1"),
        *(
            "http://a.example\\@127.0.0.1/v1",
            "http://127.0.0.1\t/v1",
            "http://a@b.example/v1",
            "http://:p@b.example/v1",
        ),
        *("http://a.example:0/v1", "http://.../v1", "http://@b.example/v1", "http://a.example/v1?"),
        *("http:///v1", "http://host:99999/v1", "http://[::1/v1", "file:///etc/passwd", "http://[fe80::1%25eth0]/v1"),
    ],
)
def test_ways_around_are_closed(url: str) -> None:
    with pytest.raises(InvalidRequest):
        check_url(url, private=False, param="base_url")


@pytest.mark.parametrize(
    "host", ["0", "127.1", "256.1.1.1", "1.2.3.4.5", "2130706433", "\uff11", "a..b", ".a", f"{'a' * 64}.example", "..."]
)
def test_what_nobody_can_look_for_is_no_address_either_where_private_ones_are_allowed(host: str) -> None:
    with pytest.raises(InvalidRequest):
        check_url(f"http://{host}/v1", private=True, param="base_url")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1.", "[::1]", "localhost", "gpu_1", "m\u00fcnchen.example", "a1"]
)
def test_places_of_the_own_network_are_addresses(host: str) -> None:
    check_url(f"http://{host}:8000/v1", private=True, param="base_url")


def test_names_pass_and_the_operator_may_allow() -> None:
    for host in (
        "api.example.com",
        "\u4f8b\u3048.jp",
        "93.184.215.14",
        "1e100.net",
        "0xdeadbeef.example",
        "[2606:2800::1]",
    ):
        check_url(f"https://{host}/v1", private=False, param="base_url")
    check_url("http://127.0.0.1:8000/v1", private=True, param="base_url")


class Names(AbstractResolver):
    """Resolves every name to the same addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses
        ]

    async def close(self) -> None:
        pass


async def connect(base_url: str, port: int) -> EarthshineError:
    engine = OpenAICompatible(base_url=base_url.format(port=port), model="m", private=False)
    try:
        with pytest.raises(EarthshineError) as caught:
            await anext(aiter(engine.chat(ChatRequest(messages=[{"role": "user", "content": "x"}]))))
        return caught.value
    finally:
        await engine.close()


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["127.0.0.1", "::1"], ["::ffff:127.0.0.1"]])
async def test_a_name_that_leads_home_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setattr("aiohttp.connector.DefaultResolver", lambda **_: Names(*addresses))
        error = await connect("http://innocent.example:{port}/v1", listener.getsockname()[1])
        assert (error.code, "allow_private_upstreams" in error.message) == ("upstream_address", True)
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127\u30020\u30020\u30021", "localhost", "[::ffff:7f00:1]", "0x7f.1", "0177.0.0.1", "127.0.0.1."],
)
async def test_an_address_is_judged_when_it_is_connected_to(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setattr("earthshine.engines.openai_compatible.engine.check_url", lambda *_, **__: None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        error = await connect(f"http://{host}:{{port}}/v1", listener.getsockname()[1])
        assert isinstance(error, UpstreamUnreachable | UpstreamFailed)
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_socket_to_a_public_address_is_made() -> None:
    public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))).close()
    with pytest.raises(PrivateAddress):
        public_socket((socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::1%eth0", 443, 0, 2)))
