"""What must hold for the files of the repository as a whole."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

# Written in two parts, so that this file does not contain what it forbids.
FORBIDDEN = [
    "pypi" + r"\.org",
    "python" + r"hosted\.org",
    "registry" + r"\.npm" + r"js",
    "deb" + r"\.debian\.org",
    "file:///" + "opt",
    r"/work/" + r"(main|lab|shared)\b",
]


def tracked() -> list[Path]:
    """Return the files that git tracks; all files where this is no clone."""
    ended = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if ended.returncode != 0:
        skipped = {".venv", ".cache", ".git", "data", "__pycache__"}
        return [path for path in ROOT.rglob("*") if path.is_file() and not skipped & set(path.relative_to(ROOT).parts)]
    return [ROOT / name for name in ended.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    pattern = re.compile("|".join(FORBIDDEN))
    found: list[str] = []
    for file in tracked():
        for number, line in enumerate(file.read_bytes().decode(errors="replace").splitlines(), 1):
            if pattern.search(line) and file != Path(__file__):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line[:120]}")
    assert not found


@pytest.mark.parametrize("lock", ["runtime.txt", "dev.txt"])
def test_lock_files_pin_and_hash_everything_and_name_no_index(lock: str) -> None:
    lines = (ROOT / "requirements" / lock).read_text().replace("\\\n", " ").splitlines()
    wanted = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert len(wanted) > 30  # and none of them an option such as the address of an index:
    for line in wanted:
        assert re.match(r"[a-z0-9._-]+==\S+( *;[^#]*?)?( +--hash=sha256:[0-9a-f]{64})+\s*$", line), line[:100]


def test_the_development_lock_contains_the_runtime_lock() -> None:
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9._-]+==\S+", (ROOT / "requirements" / lock).read_text(), re.MULTILINE))

    assert pins("runtime.txt") <= pins("dev.txt")


@pytest.mark.parametrize("script", [".ci/run", "scripts/get-postgresql", "scripts/lock", "scripts/make-venv"])
def test_scripts_may_be_run(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)


def test_make_alone_lists_the_verbs() -> None:
    out = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(f"make {verb}" in out for verb in ("setup", "serve", "test", "check", "bench", "docs"))


def test_a_missing_or_old_python_is_explained() -> None:
    ended = subprocess.run(["scripts/make-venv", "no-such-python"], cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Install Python 3.11 or newer" in ended.stderr
