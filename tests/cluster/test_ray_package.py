"""The extra `ray`: what is said when it, a token or a cluster is missing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from earthshine.cluster.ray_package import connect, load_ray, prepare_environment
from earthshine.errors import Unavailable


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {name: text for name, text in os.environ.items() if not name.startswith("RAY_")})


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "ray.serve", raising=False)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(Unavailable, match=r"pip install 'earthshine\[ray\]'"):
        load_ray()


def test_the_first_node_makes_the_token_that_others_need(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"cluster\.token"):
        prepare_environment(tmp_path / "other")
    prepare_environment(tmp_path / "data", make_token=True)
    token = tmp_path / "data" / "cluster.token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600 and len(token.read_text()) == 64
    assert os.environ["RAY_AUTH_MODE"] == "token" and os.environ["RAY_AUTH_TOKEN_PATH"] == str(token)
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"


def test_neither_the_server_nor_the_command_line_imports_ray() -> None:
    asked = "import sys, earthshine.server, earthshine.cli.cluster.cluster; sys.exit('ray' in sys.modules)"
    subprocess.run([sys.executable, "-c", asked], check=True)


def test_a_token_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "cluster.token").write_text("mine")
    prepare_environment(tmp_path, make_token=True)
    assert (tmp_path / "cluster.token").read_text() == "mine"


def test_the_environments_own_token_is_used(tmp_path: Path) -> None:
    os.environ["RAY_AUTH_TOKEN"] = "theirs"
    prepare_environment(tmp_path)
    assert "RAY_AUTH_TOKEN_PATH" not in os.environ


@pytest.mark.filterwarnings("ignore:Using extra keyword arguments")  # Ray's own, when it is imported
@pytest.mark.parametrize("address", ["127.0.0.1:9", "nowhere", "127.0.0.1:port", "127.0.0.1:99999"])
def test_a_cluster_that_is_not_there(tmp_path: Path, address: str) -> None:
    with pytest.raises(Unavailable, match="earthshine cluster start"):
        prepare_environment(tmp_path, make_token=True)
        connect(address, tmp_path)
