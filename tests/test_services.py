"""Features open themselves: each adds its services, asks for those of others, and is closed in the opposite order."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest

import earthshine
from earthshine.server import FEATURES, load_features
from earthshine.services import Feature, Services


class Lamp:
    """A service."""

    def shine(self) -> str:
        return "light"


class Shining(Protocol):
    """What a package below asks of it."""

    def shine(self) -> str: ...


def recording(name: str, said: list[str], *, broken: bool = False) -> Feature:
    async def open_it(services: Services) -> None:
        said.append(f"open {name}")
        services.on_close(lambda: said.append(f"close {name}"))

        async def start() -> None:
            said.append(f"start {name}")

        services.on_start(start)
        if broken:
            raise RuntimeError(name)

    return Feature(open=open_it)


def test_a_service_is_found_by_its_type_and_by_what_others_ask_of_it() -> None:
    services = Services()
    lamp = services.add(Lamp(), Shining)
    assert services.get(Lamp) is lamp
    assert services.get(Shining).shine() == "light"


def test_a_service_that_nobody_added_is_named() -> None:
    services = Services()
    assert services.find(Lamp) is None
    with pytest.raises(LookupError, match=r"service Lamp.*server\.FEATURES"):
        services.get(Lamp)


async def test_features_are_opened_then_started_and_closed_in_the_opposite_order() -> None:
    said: list[str] = []
    async with Services().opened([recording("a", said), Feature(), recording("b", said)]):
        assert said == ["open a", "open b", "start a", "start b"]
    assert said[4:] == ["close b", "close a"]


async def test_what_was_opened_is_closed_when_a_later_feature_cannot_open() -> None:
    said: list[str] = []
    with pytest.raises(RuntimeError, match="b"):
        async with Services().opened([recording("a", said), recording("b", said, broken=True), recording("c", said)]):
            pass
    assert said == ["open a", "open b", "close b", "close a"]


def test_every_package_that_adds_something_is_listed_once() -> None:
    packages = {file.parent.name for file in Path(earthshine.__file__).parent.glob("*/feature.py")}
    assert packages == set(FEATURES)
    assert len(FEATURES) == len(set(FEATURES)) == len(load_features())
