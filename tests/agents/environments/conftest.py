"""What tests of environments may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from earthshine.sandboxes.launch import NOBODY


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder that commands in a sandbox may write to, also where the tests run as root."""
    made = tmp_path / "workspace"
    made.mkdir()
    if os.geteuid() == 0:
        for each in (*tmp_path.parents, tmp_path):
            if each.stat().st_uid == 0 and str(each).startswith("/tmp/"):
                each.chmod(each.stat().st_mode | 0o011)
        os.chown(made, NOBODY, NOBODY)
    return made
