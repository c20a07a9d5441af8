"""What `earthshine cluster` says when something is missing or wrong; a real cluster is in tests/cluster."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from earthshine.cli import main


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {name: text for name, text in os.environ.items() if not name.startswith("RAY_")})


def fail(*words: str | Path) -> str:
    """Run a command that fails, and return its one line."""
    done = CliRunner().invoke(main, ["cluster", *map(str, words)])
    assert done.exit_code == 1 and "Traceback" not in done.output
    return done.output


@pytest.mark.parametrize("words", [("start", "--join", "127.0.0.1:9"), ("deploy", "small"), ("status",)])
def test_without_the_token(words: tuple[str, ...], tmp_path: Path) -> None:
    said = fail(*words, "--data", tmp_path)
    assert "cluster.token. Copy it from the data directory" in said


@pytest.mark.parametrize("words", [("start",), ("deploy", "small"), ("remove", "small"), ("status",)])
def test_without_the_extra(words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cluster.token").write_text("0" * 64)
    monkeypatch.delitem(sys.modules, "ray.serve", raising=False)
    monkeypatch.setitem(sys.modules, "ray", None)
    assert "pip install 'earthshine[ray]'" in fail(*words, "--data", tmp_path)


@pytest.mark.parametrize("words", [("deploy", "small"), ("remove", "small"), ("status",)])
@pytest.mark.filterwarnings("ignore:Using extra keyword arguments")  # Ray's own, when it is imported
def test_where_no_cluster_is(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "cluster.token").write_text("0" * 64)
    said = fail(*words, "--address", "127.0.0.1:9", "--data", tmp_path)
    assert "No Ray cluster can be reached from here" in said and "earthshine cluster start" in said


def test_replicas_that_are_none(tmp_path: Path) -> None:
    assert "must rise" in fail("deploy", "small", "--replicas", "4..2", "--data", tmp_path)
