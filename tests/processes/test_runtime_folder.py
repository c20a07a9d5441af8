"""Folders of processes that were killed are removed by the next one; those of processes that live are not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from earthshine.processes.runtime_folder import RuntimeFolder

MAKE = (
    "import sys, pathlib; from earthshine.processes.runtime_folder import RuntimeFolder\n"
    "folder = RuntimeFolder('test', pathlib.Path(sys.argv[1])); (folder.path / 'some').write_text('thing')\n"
    "print(folder.path, flush=True); sys.stdin.read()"
)


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    theirs = tmp_path / "earthshine-made-by-hand"
    theirs.mkdir()
    command = [sys.executable, "-c", MAKE, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        made = Path(other.stdout.readline().strip())
        try:
            first = RuntimeFolder("other", tmp_path)
            assert (made / "some").read_text() == "thing"
            assert made.stat().st_mode & 0o777 == 0o700
        finally:
            other.kill()
    assert made.exists()
    second = RuntimeFolder("other", tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([theirs, first.path, second.path])
    for each in (first, second, second):
        each.remove()
    assert list(tmp_path.iterdir()) == [theirs]
