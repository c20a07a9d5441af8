"""What devices and builds of the engine reply with. Sizes are bytes."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict


class DeviceModel(TypedDict):
    """What a device holds of a model."""

    model: str
    memory: int
    layers: int
    """The part behind the last layer counts as one."""


class Device(TypedDict):
    """A graphics card, a part of one, or a chip's own graphics."""

    object: Literal["device"]
    id: str
    name: str
    maker: Literal["nvidia", "amd", "intel", "apple", "software", "other"]
    backend: str
    """What programs reach it by: cuda, rocm, vulkan, metal, sycl, or empty."""
    memory: int
    """0 where nobody tells."""
    free: int
    """As it was seen in the last half minute."""
    budget: int
    """What all models may take of it together."""
    reserved: int
    """What models have of it."""
    shared: bool
    """Its memory is the machine's own, and counts there too."""
    models: list[DeviceModel]


class DeviceList(TypedDict):
    """The devices of the server's machine."""

    object: Literal["list"]
    data: list[Device]
    faults: list[str]
    """Why a maker's devices, which may be there, are not known; and budgets of devices that are not there."""


class BuildDevice(TypedDict):
    """A device as a build names it."""

    id: str
    name: str
    memory: int
    free: int


class BuildFigures(TypedDict):
    """How quick a build is with a model here."""

    model: str
    reads: float
    """Tokens of a prompt in a second."""
    writes: float
    """Tokens of one reply in a second."""


class EngineBuild(TypedDict):
    """A build of llama.cpp."""

    object: Literal["engine_build"]
    name: str
    made_for: str
    version: str
    fault: str
    """Why it cannot be used; empty for one that can."""
    serves: bool
    """Whether models are served by it, unless their own figures speak for another."""
    devices: list[BuildDevice]
    figures: list[BuildFigures]
    gain: float | None
    """How many times as quick as the one that comes with Earthshine; null where that is not proved."""


class EngineBuildList(TypedDict):
    """The builds of llama.cpp on the server's machine."""

    object: Literal["list"]
    data: list[EngineBuild]
    advice: str
    """What another build would gain; empty where none would."""
