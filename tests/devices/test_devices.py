"""What makers' tools print, in their published forms with figures of real cards, and rubbish."""

from __future__ import annotations

from pathlib import Path

import pytest

from earthshine.cli.diagnosis.checks import check_devices
from earthshine.devices import amd, apple, intel, look, nvidia, tools
from earthshine.devices.tools import Unreadable

MIB = 2**20
CARD = """<gpu id="00000000:01:00.0"><product_name>{}</product_name><mig_devices>{}</mig_devices>
<fb_memory_usage><total>{}</total><used>1 MiB</used><free>{}</free></fb_memory_usage></gpu>"""
PART = """<mig_device><index>{}</index><fb_memory_usage><total>19968 MiB</total><free>19955 MiB</free></fb_memory_usage>
</mig_device>"""


def log(*cards: str) -> str:
    head = '<?xml version="1.0" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM "x.dtd">'
    return f"{head}<nvidia_smi_log>{''.join(cards)}</nvidia_smi_log>"


def test_nvidia_cards_parts_and_shared_memory() -> None:
    cards = nvidia.read(
        log(
            CARD.format("NVIDIA GeForce RTX 4090", "None", "24564 MiB", "23990 MiB"),
            CARD.format("NVIDIA A100-SXM4-40GB", PART.format(0) + PART.format(1), "40960 MiB", "40000 MiB"),
            CARD.format("NVIDIA GB10", "None", "N/A", "N/A"),
        )
    )
    assert [(each.id, each.memory // MIB, each.free // MIB, each.shared) for each in cards] == [
        ("CUDA0", 24564, 23990, False),
        ("CUDA1", 19968, 19955, False),
        ("CUDA2", 19968, 19955, False),
        ("CUDA3", 0, 0, True),
    ]


def test_amd_cards_by_both_tools_and_the_kernel(tmp_path: Path) -> None:
    old = """{"card0": {"VRAM Total Memory (B)": "21458059264", "VRAM Total Used Memory (B)": "27856896",
        "Card Series": "Radeon RX 7900 XT"}, "card1": {"VRAM Total Memory (B)": "67108864",
        "VRAM Total Used Memory (B)": "26079232", "Card Series": "Raphael"}, "system": {}}"""
    assert [(each.memory, each.free, each.shared) for each in amd.read_rocm_smi(old)] == [
        (21458059264, 21430202368, False),
        (67108864, 41029632, True),
    ]
    size = '{"value": 196592, "unit": "MB"}'
    about = '[{"gpu": 0, "asic": {"market_name": "AMD Instinct MI300X"}, "vram": {"size": ' + size + "}}]"
    used = (
        '{"gpu_data": [{"gpu": 0, "mem_usage": {"total_vram": '
        + size
        + ', "used_vram": {"value": 283, "unit": "MB"}}}]}'
    )
    assert [each.free // MIB for each in amd.read_amd_smi(about, used)] == [196309]
    folder = tmp_path / "sys/class/drm/card0/device"
    folder.mkdir(parents=True)
    for name, text in {
        "vendor": "0x1002\n",
        "mem_info_vram_total": "17163091968",
        "mem_info_vram_used": "692142080",
    }.items():
        (folder / name).write_text(text)
    assert [each.free for each in amd.read_kernel(tmp_path)] == [16470949888]


def test_intel_and_apple() -> None:
    told = {"device_name": "Intel(R) Graphics [0xe211]", "memory_physical_size_byte": "25669140480"}
    assert intel.read([told | {"memory_free_size_byte": "25447600128"}])[0].free == 25447600128
    said = "machdep.cpu.brand_string: Apple M2 Max\nhw.memsize: 68719476736\niogpu.wired_limit_mb: 0\n"
    mac = apple.read(said, "(page size of 16384 bytes)\nPages free: 100.\nPages inactive: 50.\n")[0]
    assert (mac.memory, mac.free, mac.shared) == (51539607552, 150 * 16384, True)


@pytest.mark.parametrize("text", ["", "NVIDIA-SMI has failed", "<a/>", "[" * 100_000, "null", '{"a": NaN}'])
def test_rubbish_is_named(text: str) -> None:
    with pytest.raises(Unreadable):
        nvidia.read(text)
    with pytest.raises(Unreadable):
        amd.read_amd_smi(text, text)


def test_a_tool_that_hangs_is_named_by_doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "nvidia-smi"
    path.write_text("#!/bin/sh\nexec sleep 60\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(tools, "PATIENCE", 0.2)
    monkeypatch.setattr(look, "_kept", look._Kept())
    finding = check_devices(look.look())[-1]
    assert finding.state == "warning"
    assert "nvidia-smi did not answer" in finding.detail
