"""Bodies are read within their limits, or refused."""

from __future__ import annotations

import tracemalloc
from typing import Any

import orjson
import pytest
from starlette.requests import ClientDisconnect

from earthshine.errors import BodyTooLarge, InvalidRequest, RequestTimeout
from earthshine.wire import load_json, read_body
from earthshine.wire.decoding import MOST_CONTAINERS, MOST_VALUES, check_count
from tests.wire.requests import part, request


async def test_a_body_in_pieces() -> None:
    assert await read_body(request(part(b"a", True), part(b"b", True), part(b"c")), limit=3, timeout=1) == b"abc"


async def test_a_body_over_the_limit_declared_or_not() -> None:
    declared = request(part(b""), headers=((b"content-length", b"4"),))
    for big in (declared, request(part(b"aa", True), part(b"bb"))):
        with pytest.raises(BodyTooLarge, match="larger than 3 bytes"):
            await read_body(big, limit=3, timeout=1)


async def test_a_slow_body() -> None:
    slow = request(*[part(b"a", True)] * 10, wait=0.02)
    with pytest.raises(RequestTimeout, match=r"within 0\.05 seconds"):
        await read_body(slow, limit=100, timeout=0.05)


async def test_a_client_that_leaves_while_sending() -> None:
    with pytest.raises(ClientDisconnect):
        await read_body(request(part(b"a", True), {"type": "http.disconnect"}), limit=100, timeout=1)


@pytest.mark.parametrize("depth", [100, 128, 129, 250, 254, 255, 1023, 5000])
def test_nesting_is_bounded_below_what_can_be_written_out(depth: int) -> None:
    body = b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)
    if depth <= 128:
        assert orjson.dumps(load_json(body)) == body
        return
    with pytest.raises(InvalidRequest) as caught:
        load_json(body)
    assert caught.value.code == "invalid_json"


def test_width_is_not_depth() -> None:
    wide = {"a": [[{}] for _ in range(5000)]}
    assert load_json(orjson.dumps(wide)) == wide
    deep: Any = []
    for _ in range(200):
        deep = [deep]
    with pytest.raises(InvalidRequest, match="flatter"):
        load_json(orjson.dumps({"a": [1, "[" * 500, deep]}))


def test_brackets_inside_text_are_no_nesting() -> None:
    assert load_json(orjson.dumps({"a": "[{" * 10_000}))["a"].startswith("[{[{")


@pytest.mark.parametrize("within", ["[{,", '"', "\\", '\\"[', 'a\\\\"{', "\n[{\\"], ids=repr)
def test_marks_inside_text_are_not_counted_however_it_is_cut(within: str) -> None:
    """Texts are looked at in slices, which end inside escapes and inside strings."""
    for length in (1, 2, 3):
        texts = [within * (200_000 + place) for place in range(4)]
        full = orjson.dumps({"a" * length: texts, "b": [{}] * (MOST_CONTAINERS - 3)})
        check_count(full)
        with pytest.raises(InvalidRequest, match="20000 objects and lists"):
            check_count(full.replace(b'"b":[', b'"b":[[],[],'))


def test_values_and_objects_are_bounded_apart() -> None:
    assert len(load_json(orjson.dumps({"a": [1] * (MOST_VALUES - 2)}))["a"]) == MOST_VALUES - 2
    for many in ([1] * (MOST_VALUES + 1), [{}] * MOST_CONTAINERS, [[]] * MOST_CONTAINERS):
        with pytest.raises(InvalidRequest, match="Split it"):
            load_json(orjson.dumps({"a": many}))


def test_what_has_too_many_texts_is_refused_in_little_memory() -> None:
    """Also where they must be told from the marks inside of them."""
    body = bytearray(b'{"a":[' + b'"",' * (2 * MOST_VALUES) + b'""]}')
    tracemalloc.start()
    with pytest.raises(InvalidRequest, match="300000 values"):
        load_json(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 2**20
