from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import pytest

from earthshine.blobs import Blobs, open_store
from earthshine.database import Database
from earthshine.settings import Settings
from tests.blobs.s3_server import S3Server, running_s3_server

NODE = "node_test"


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[S3Server]:
    with running_s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(params=["disk", "s3"])
def place(request: Any, tmp_path: Path) -> str:
    """The setting `blobs`, for each kind of store."""
    if request.param == "disk":
        return str(tmp_path / "blobs")
    server: S3Server = request.getfixturevalue("s3_server")
    for file in server.files():
        file.unlink()
    return server.blobs


@pytest.fixture
async def blobs(place: str, tmp_path: Path, database: Database) -> AsyncGenerator[Blobs]:
    """Stored contents, not started: nothing is removed behind a test's back."""
    settings = Settings(data=tmp_path, blobs=place)
    opened = Blobs(database, open_store(settings, NODE), NODE, quota=10_000_000)
    yield opened
    await opened.close()
