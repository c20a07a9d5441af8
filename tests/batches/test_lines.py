"""An input file is read line by line, however it is cut, and within bounds."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest

from earthshine.batches.dialect import LineFault
from earthshine.batches.endpoints import Endpoints
from earthshine.batches.lines import MOST_LINES, Checked, InputFile
from earthshine.batches.openai_dialect import OpenAIBatches
from tests.batches.conftest import chat, lines_of

CHAT = "/v1/chat/completions"


class Cut:
    """Bytes that come in pieces."""

    def __init__(self, content: bytes, size: int) -> None:
        self._content, self._size = content, size

    async def find(self, _: str) -> None:
        return None

    async def read(self, _: None) -> AsyncGenerator[bytes]:
        for start in range(0, len(self._content), self._size):
            yield self._content[start : start + self._size]


def input_file(content: bytes, size: int = 2**18, longest: int = 2**20) -> InputFile:
    dialect = OpenAIBatches(cast("Endpoints", None))
    return InputFile(cast("Any", Cut(content, size)), "file_1", dialect, CHAT, longest)


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_lines_are_whole_however_they_come(size: int) -> None:
    words = ["moon", "قمر\u2028", "月 🌒"]
    content = b"\n\r\n" + lines_of([chat(each) for each in words], CHAT).replace(b"\n", b"\r\n").rstrip()
    lines = [line async for line in input_file(content, size).lines()]
    assert [(line.number, line.custom_id) for line in lines] == [(3, "r0"), (4, "r1"), (5, "r2")]
    assert [line.body["messages"][0]["content"] for line in lines] == words
    checked = await input_file(content, size).check()
    assert (checked.total, checked.model, checked.errors) == (3, "scripted", [])


def codes(checked: Checked) -> list[tuple[str, int | None]]:
    return [(each["code"], each["line"]) for each in checked.errors]


async def test_a_line_without_end_is_not_read_to_its_end() -> None:
    content = lines_of([chat("moon")], CHAT) + b"x" * 2000
    assert codes(await input_file(content, 100, 1000).check()) == [("line_too_long", None)]
    with pytest.raises(LineFault, match="Line 2"):
        _ = [line async for line in input_file(content, 100, 1000).lines()]


async def test_there_is_an_end_to_lines_and_to_what_is_wrong_with_them() -> None:
    many = lines_of([chat("")] * (MOST_LINES + 1), CHAT)
    assert codes(await input_file(many).check()) == [("too_many_requests", None)]
    wrong = await input_file(b"{\n" * 1000).check()
    assert codes(wrong) == [("invalid_json_line", number) for number in range(1, 101)]
