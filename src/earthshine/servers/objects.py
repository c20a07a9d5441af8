"""What the servers' routes reply with."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict


class ServerVendor(TypedDict):
    """A kind of server, or a hosted vendor, that is known beforehand."""

    object: Literal["server.vendor"]
    id: str
    name: str
    base_url: str
    """Where it usually is."""
    key: bool
    """Whether it wants a key."""
    local: bool
    """A program that people run themselves."""


class ServerVendorList(TypedDict):
    """The servers that are known beforehand."""

    object: Literal["list"]
    data: list[ServerVendor]


class ServerModelAbility(TypedDict):
    """What a model can do, and how that is known."""

    ability: str
    sure: Literal["told", "guessed"]


class ServerModelPrice(TypedDict):
    """Dollars per million tokens, where the server tells."""

    input: str | None
    cached_input: str | None
    output: str | None


class ServerModel(TypedDict):
    """A model that a server lists."""

    target: str
    """Its name there."""
    suggested_name: str
    """A name that no other model here has."""
    served_as: str | None
    """The name under which it is offered already from that address."""
    abilities: list[ServerModelAbility]
    context_length: int | None
    """Tokens of prompt plus reply."""
    context_sure: Literal["told", "guessed", "unknown"]
    context_most: int | None
    """What it was made for, where its server may give it less."""
    price: ServerModelPrice | None


class Server(TypedDict):
    """What stands at an address."""

    object: Literal["server"]
    base_url: str
    """The address that was taken of those that may have been meant."""
    vendor: str | None
    """Who or what it is, if that is known."""
    continues: Literal["none", "prefill", "vllm", "prefix", "partial"]
    listed: bool
    """Whether it has a list; else its models are to be named."""
    left_out: int
    """Models beyond those that are shown."""
    models: list[ServerModel]


class ServerTestFailure(TypedDict):
    """Why a request failed."""

    code: str
    message: str


class ServerTestResult(TypedDict):
    """How one request went."""

    probe: Literal["chat", "embedding", "tools", "vision"]
    ok: bool
    seconds: float
    said: str
    """The beginning of the reply, the tool called, or the length of the vector."""
    error: ServerTestFailure | None


class ServerTest(TypedDict):
    """How a model answers."""

    object: Literal["server.test"]
    target: str
    ok: bool
    """Whether all went well."""
    results: list[ServerTestResult]


class PrivateAddresses(TypedDict):
    """Whether deployments of the API may be at addresses of this machine and its network."""

    object: Literal["private_addresses"]
    allowed: bool
    origin: Literal["settings", "console", "default"]
    """Who says so. What the settings say cannot be switched."""
