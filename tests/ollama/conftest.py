"""The official client in a strict form: a reply that does not fit its types to the letter is an error."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest

from ollama import Client, ResponseError
from tests.server_process import ServerProcess


class StrictClient(Client):
    """Reads replies without turning one type into another, and keeps the headers of the last one."""

    ignored: str = ""

    def _request(self, cls: Any, *args: Any, stream: bool = False, **kwargs: Any) -> Any:
        if stream:
            return self._lines(cls, *args, **kwargs)
        reply = self._request_raw(*args, **kwargs)
        self.ignored = reply.headers.get("x-earthshine-ignored", "")
        return cls.model_validate_json(reply.content, strict=True)

    def _lines(self, cls: Any, *args: Any, **kwargs: Any) -> Generator[Any]:
        with self._client.stream(*args, **kwargs) as reply:
            if reply.is_error:
                raise ResponseError(reply.read().decode(), reply.status_code)
            assert reply.headers["content-type"] == "application/x-ndjson"
            for line in reply.iter_lines():
                if error := json.loads(line).get("error"):
                    raise ResponseError(error)
                yield cls.model_validate_json(line, strict=True)


@pytest.fixture(scope="session")
def ollama(scripted_server: ServerProcess) -> Generator[StrictClient]:
    with StrictClient(scripted_server.url, headers={"Authorization": f"Bearer {scripted_server.key}"}) as client:
        yield client
