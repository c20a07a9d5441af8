from __future__ import annotations

from pathlib import Path

import pytest

from earthshine.catalog import Card
from earthshine.catalog.curated import EMBEDDED, entries, find, recommended, speed
from earthshine.catalog.machine import Machine, fits, gib
from earthshine.catalog.sources import open_source, schemes
from earthshine.settings import Settings

GIB = 2**30


def machine(memory: float, cores: int = 4, disk: float = 1000) -> Machine:
    return Machine(memory=int(memory * GIB), disk_free=int(disk * GIB), cores=cores)


def root_with(tmp_path: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_this_machine_is_measured(tmp_path: Path) -> None:
    here = Machine.here(tmp_path / "not" / "there" / "yet")
    assert here.memory > 0
    assert here.disk_free > 0
    assert here.cores >= 1


def test_limit_of_a_container_counts(tmp_path: Path) -> None:
    files = {
        "proc/meminfo": "MemTotal:       16000000 kB\n",
        "proc/self/cgroup": "0::/system.slice/app.service\n",
        "sys/fs/cgroup/system.slice/app.service/memory.max": "max\n",
        "sys/fs/cgroup/system.slice/memory.max": "2000000000\n",
    }
    assert Machine.here(tmp_path, root_with(tmp_path, files)).memory == 2_000_000_000


def test_limit_of_an_old_container_counts(tmp_path: Path) -> None:
    files = {
        "proc/meminfo": "MemTotal:       16000000 kB\n",
        "proc/self/cgroup": "5:cpu,cpuacct:/a\n4:memory:/a\n0::/\n",
        "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "1000000000\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    }
    assert Machine.here(tmp_path, root_with(tmp_path, files)).memory == 1_000_000_000


def test_processor_and_graphics_card_are_read(tmp_path: Path) -> None:
    block = "model name\t: Lake 9\nphysical id\t: 0\ncore id\t\t: {}\nflags\t\t: fpu avx avx2 fma\n"
    files = {
        "proc/meminfo": "MemTotal: 1000 kB\n",
        "proc/cpuinfo": "\n".join(block.format(core) for core in (0, 0)),
        "proc/driver/nvidia/gpus/0000/information": "Model: \t\t NVIDIA L4\nIRQ: 1\n",
    }
    found = Machine.here(tmp_path, root_with(tmp_path, files))
    assert (found.cores, found.cpu, found.gpus) == (1, "Lake 9", ("NVIDIA L4",))
    assert found.cpu_flags == {"avx", "avx2", "fma"}


def test_fit_counts_weights_context_and_engine() -> None:
    card = Card(name="x", size=2 * GIB, kv_bytes=131_072, context_length=8192)
    fit = fits(card, machine(4.3))
    assert not fit.ok
    assert "4.4 GiB" in fit.reason
    assert fits(card, machine(4.5)).ok
    assert fit.memory == 2 * GIB + GIB + 400 * 2**20


def test_fit_looks_at_the_disk_only_before_the_download() -> None:
    card = Card(name="x", size=2 * GIB)
    assert "of disk" in fits(card, machine(16, disk=1)).reason
    assert fits(Card(name="x", size=2 * GIB, path=Path("/x")), machine(16, disk=1)).ok


def test_upstream_models_always_fit() -> None:
    assert fits(Card(name="x", kind="upstream", size=10**15), machine(1)).ok


@pytest.mark.parametrize(("count", "text"), [(0, "0 MiB"), (98_362_432, "94 MiB"), (2**30, "1.0 GiB")])
def test_bytes_for_people(count: int, text: str) -> None:
    assert gib(count) == text


# --- the curated list ------------------------------------------------------------------------------------------------


def test_entries_are_complete_and_their_sources_can_be_opened(tmp_path: Path) -> None:
    listed = entries()
    assert len({entry.card.name for entry in listed}) == len(listed)
    for entry in listed:
        card = entry.card
        assert (card.parameters and card.size and card.context_length) or entry.server, card.name
        assert card.licence and card.owner and card.family and card.abilities, card.name
        assert card.description.endswith(".") and len(card.description) < 140, card.name
        assert entry.checked.endswith(("2026-08", "2026-11")), card.name
        assert entry.active <= card.parameters
        assert not card.sha256 or len(card.sha256) == 64
        if entry.server:
            assert not card.source
        else:
            assert open_source(card.source, Settings(data=tmp_path)).address == card.source


def test_families_that_users_know_are_there() -> None:
    families = {entry.card.family for entry in entries()}
    assert {
        "Qwen",
        "QwQ",
        "DeepSeek",
        "Kimi",
        "GLM",
        "LongCat",
        "ERNIE",
        "Baichuan",
        "SmolLM",
        "Gemma",
        "Llama",
    } <= families


@pytest.mark.parametrize(
    ("memory", "cores", "name"),
    [
        (1, 2, None),
        (2, 2, EMBEDDED),
        (4, 2, "qwen2.5-coder-1.5b"),
        (8, 2, "qwen3.5-4b"),
        (16, 2, "gemma-4-e4b"),
        (64, 16, "glm-4.7-flash"),
    ],
)
def test_recommendation_grows_with_the_machine(memory: float, cores: int, name: str | None) -> None:
    entry = recommended(machine(memory, cores))
    assert (entry.card.name if entry else None) == name


def test_recommendation_leaves_room_on_the_disk() -> None:
    entry = recommended(machine(64, 16, disk=1))
    assert entry is not None
    assert entry.card.name == "gemma-3-1b"


def test_speed_counts_only_active_weights() -> None:
    card = Card(name="x", parameters=30_000_000_000, size=18_000_000_000)
    assert speed(card, machine(64, 2)) == "slow"
    assert speed(card, machine(64, 2), active=3_000_000_000) == "usable"
    assert find("smollm2-135m") is not None


def test_built_in_sources_are_registered() -> None:
    assert set(schemes()) >= {"hf", "pypi", "file"}
