from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.chats.api import Api, serving


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Generator[Api]:
    with serving(tmp_path_factory.mktemp("chats")) as opened:
        yield opened
