from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from earthshine.metering.ledger.spool import Spool


def row(number: int) -> dict[str, Any]:
    return {"id": f"chatcmpl-{number}", "cost": number, "user": "سارة 🌙\n"}


def test_rows_outlive_the_process(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for number in range(3):
        spool.append(row(number))
    assert Spool(tmp_path).read() == [row(0), row(1), row(2)]


def test_two_files_take_turns(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(row(1))
    full = spool.turn()
    spool.append(row(2))
    spool.empty(full)
    assert Spool(tmp_path).read() == [row(2)]


def test_a_torn_last_line_was_never_charged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spool = Spool(tmp_path)
    spool.append(row(1))
    spool.append(row(2))
    file = tmp_path / "a.spool"
    os.truncate(file, file.stat().st_size - 5)
    assert Spool(tmp_path).read() == [row(1)]
    assert "ends in the middle of a line" in caplog.text
    assert not (tmp_path / "damaged.spool").exists()


@pytest.mark.parametrize("damage", [b"X", b"\n", b"\xff"])
def test_a_damaged_line_is_set_aside_and_the_others_are_read(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path)
    for number in range(3):
        spool.append(row(number))
    file = tmp_path / "a.spool"
    lines = file.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1][:30] + damage + lines[1][31:]
    file.write_bytes(b"".join(lines))
    assert Spool(tmp_path).read() == [row(0), row(2)]
    assert (tmp_path / "damaged.spool").read_bytes() == lines[1]
    assert "kept in" in caplog.text


def test_what_could_not_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path)
    spool.append(row(1))
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:7]))
    with pytest.raises(OSError, match="only 7 of"):
        spool.append(row(2))
    monkeypatch.undo()
    spool.append(row(3))
    assert Spool(tmp_path).read() == [row(1), row(3)]
