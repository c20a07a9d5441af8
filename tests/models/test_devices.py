"""Devices and builds, as the console sees them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from earthshine.devices import look as looking
from earthshine.devices.device import Device
from earthshine.devices.look import Sight
from earthshine.engines.llamacpp.builds.builds import builds_folder, wheel
from earthshine.engines.llamacpp.builds.figures import keep_figures
from earthshine.settings import Settings
from tests.engines.llamacpp.builds.test_figures import measured
from tests.models.console import open_console, until

GIB = 2**30
CARD = Device("CUDA0", "NVIDIA GeForce RTX 3060", "nvidia", 12 * GIB, 11 * GIB, "cuda")
STAND_IN = Path(__file__).parents[1] / "engines/llamacpp/builds/llama_server.py"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that lists the card as Vulkan does, with more of it free than there is."""
    path = tmp_path / "llama-server"
    listed = "  Vulkan0: NVIDIA GeForce RTX 3060 (12288 MiB, 12288 MiB free)"
    path.write_text(
        f'#!/bin/sh\n[ "$1" = --list-devices ] && echo "{listed}" && exit\n'
        f'[ "$1" = --help ] && echo --list-devices\nexec "{sys.executable}" "{STAND_IN}" "$@"\n'
    )
    path.chmod(0o755)
    return path


@pytest.fixture
def one_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_look", lambda: Sight((CARD,), ("AMD: amd-smi ended with 1: no driver",)))
    monkeypatch.setattr(looking, "_kept", looking._Kept())


@pytest.mark.usefixtures("one_card")
def test_devices_are_listed(tmp_path: Path, program: Path) -> None:
    budgets: Any = {"CUDA0": "9 GiB"}
    with open_console(tmp_path / "data", llama_server=str(program), device_budgets=budgets) as console:
        listed = console.ask("GET", "/devices")
        assert listed["faults"] == ["AMD: amd-smi ended with 1: no driver"]
        (card,) = listed["data"]
        assert (card["id"], card["maker"], card["backend"]) == ("CUDA0", "nvidia", "cuda"), "one card has one name"
        assert (card["memory"], card["free"], card["budget"]) == (12 * GIB, 11 * GIB, 9 * GIB)
        assert (card["reserved"], card["models"], card["shared"]) == (0, [], False)
        console.ask("GET", "/devices", who=console.project_key(), status=403)


@pytest.mark.usefixtures("one_card")
def test_the_catalog_says_what_fits_the_card(tmp_path: Path, program: Path) -> None:
    with open_console(tmp_path / "data", llama_server=str(program), device_budgets={"CUDA0": "3GiB"}) as console:
        found = {each["name"]: each for each in console.ask("GET", "/catalog")["data"]}
        smallest = min(found.values(), key=lambda each: each["size"])
        largest = max(found.values(), key=lambda each: each["size"])
        assert smallest["placement"] == "device" and smallest["speed"] == "fast"
        assert largest["placement"] == "processor" and largest["size"] > 60 * GIB
        split = [each for each in found.values() if each["placement"] == "split"]
        assert split and all(3 * GIB < 1.1 * each["needs_memory"] < 61 * GIB for each in split)


@pytest.mark.usefixtures("one_card")
def test_a_card_that_nothing_reaches_holds_nothing(tmp_path: Path) -> None:
    with open_console(tmp_path) as console:
        assert {each["placement"] for each in console.ask("GET", "/catalog")["data"]} == {"processor"}


@pytest.mark.usefixtures("one_card")
def test_devices_are_measured(tmp_path: Path, program: Path) -> None:
    with open_console(tmp_path / "data", llama_server=str(program)) as console:

        def seen() -> dict[str, float]:
            lines = [line.rpartition(" ") for line in console.text("/metrics").splitlines()]
            return {name: float(value) for name, _, value in lines if name.startswith("earthshine_device_")}

        labels, found = '{device="CUDA0",name="NVIDIA GeForce RTX 3060"}', until(seen)
        assert found == {
            f"earthshine_device_memory_bytes{labels}": 12 * GIB,
            f"earthshine_device_free_bytes{labels}": 11 * GIB,
            f"earthshine_device_budget_bytes{labels}": pytest.approx(12 * GIB * 0.9, abs=GIB / 1000),
            f"earthshine_device_reserved_bytes{labels}": 0,
        }


@pytest.mark.usefixtures("one_card")
def test_a_card_that_no_build_reaches_is_advised(tmp_path: Path) -> None:
    with open_console(tmp_path, device_budgets={"CUDA7": 1}) as console:
        assert any("names 'CUDA7'" in each for each in console.ask("GET", "/devices")["faults"])
        found = console.ask("GET", "/engines/builds")
        assert [each["name"] for each in found["data"]] == ["wheel"]
        assert "earthshine engine build cuda" in found["advice"]
        assert console.ask("GET", "/devices")["data"][0]["budget"] == int(12 * GIB * 0.9)


def test_builds_are_listed_with_their_figures(tmp_path: Path, program: Path) -> None:
    kept = [measured("wheel", "m", 10, version=wheel().version), measured(str(program), "m", 20, version="11549")]
    keep_figures(builds_folder(Settings(data=tmp_path / "data")), kept)
    with open_console(tmp_path / "data", llama_server=str(program)) as console:
        found = console.ask("GET", "/engines/builds")
        standard, own = found["data"]
        assert (standard["serves"], own["serves"], own["fault"]) == (False, True, "")
        assert own["devices"][0] == {
            "id": "Vulkan0", "name": "NVIDIA GeForce RTX 3060", "memory": 12 * GIB, "free": 12 * GIB,
        }  # fmt: skip
        assert [each["model"] for each in own["figures"]] == ["m"] and own["gain"] > 1.5
        assert found["advice"] == ""
        console.ask("GET", "/engines/builds", who=console.project_key(), status=403)
