"""Addresses that somebody else names: only public ones are connected to, whatever a name resolves to."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from earthshine.engines.base import ChatRequest
from earthshine.engines.openai_compatible import OpenAICompatible
from earthshine.engines.resolver import PublicResolver
from earthshine.errors import InvalidRequest, UpstreamFailed
from earthshine.outbound import PrivateAddress, check_url, is_public


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
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
        *("http:///v1", "http://host:99999/v1", "http://[::1/v1", "file:///etc/passwd", "http://[fe80::1%25eth0]/v1"),
    ],
)
def test_ways_around_are_closed(url: str) -> None:
    with pytest.raises(InvalidRequest):
        check_url(url, private=False, param="base_url")


def test_names_pass_and_the_operator_may_allow() -> None:
    check_url("https://api.example.com/v1", private=False, param="base_url")
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


async def test_only_public_addresses_of_a_name_are_given_out() -> None:
    mixed = PublicResolver(Names("127.0.0.1", "93.184.215.14", "10.0.0.1"))
    assert [each["host"] for each in await mixed.resolve("x")] == ["93.184.215.14"]
    with pytest.raises(PrivateAddress):
        await PublicResolver(Names("127.0.0.1")).resolve("x")


async def test_a_name_that_leads_home_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        monkeypatch.setattr("earthshine.engines.resolver.ThreadedResolver", lambda: Names("127.0.0.1"))
        engine = OpenAICompatible(base_url=f"http://innocent.example:{port}/v1", model="m", private=False)
        try:
            with pytest.raises(UpstreamFailed, match="allow_private_upstreams") as caught:
                await anext(aiter(engine.chat(ChatRequest(messages=[{"role": "user", "content": "x"}]))))
            assert caught.value.code == "upstream_address"
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.accept()
        finally:
            await engine.close()
