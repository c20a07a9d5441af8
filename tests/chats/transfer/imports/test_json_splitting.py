"""The objects of a file are found, or it is refused."""

from __future__ import annotations

import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earthshine.chats.transfer.imports import json_splitting
from earthshine.chats.transfer.imports.json_splitting import split_objects
from earthshine.errors import InvalidRequest


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"12", b"[", b'[{"a": "b"}', b'{"a": [}', b'["', b'[{"a": "b"}, {"c', b"[]]", b"{}}"]
)
async def test_files_that_are_none(content: bytes) -> None:
    with pytest.raises(InvalidRequest):
        list(split_objects(content))


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text(st.sampled_from('a"\\{}[]é,:'), max_size=5), JSON), max_size=4)


@settings(max_examples=20)
@given(values=OBJECTS, indent=st.sampled_from([None, 1]), plain=st.booleans())
def test_objects_are_found_wherever_they_stand(values: list[Any], indent: int | None, plain: bool) -> None:
    listed = "\ufeff" + json.dumps(values, indent=indent, ensure_ascii=plain)
    assert [json.loads(each) for each in split_objects(listed.encode())] == values
    assert [json.loads(each) for each in split_objects((listed + "\n" + listed).encode())] == values * 2
    if values:
        lines = "\n".join(json.dumps(value, indent=indent, ensure_ascii=plain) for value in values)
        assert [json.loads(each) for each in split_objects(lines.encode())] == values


def test_what_stands_where_an_object_should_is_told_too() -> None:
    file = b'[null, {"a": 1}, [], "x", -2.5e3 {"b": [1]}] true {"c": 2} "y'
    assert list(split_objects(file)) == [
        b"null", b'{"a": 1}', b"[]", b'""', b"-2.5e3", b'{"b": [1]}', b"true", b'{"c": 2}', b'"y',
    ]  # fmt: skip
    assert [len(each) for each in split_objects(b"[" + b"1" * 10**6 + b"]")] == [100]


@pytest.mark.parametrize("inside", [b"\\\\", b'\\"', b"\\u00e9", b"{[,", b"a"])
@pytest.mark.parametrize("end", [b'"}]', b""])
def test_long_texts_take_no_memory_and_no_time_that_grows_with_its_square(inside: bytes, end: bytes) -> None:
    file = b'[{"a":"' + inside * (2**21 // len(inside)) + end
    tracemalloc.start()
    begun = time.thread_time()
    if end:
        assert [len(each) for each in split_objects(file)] == [len(file) - 2]
    else:
        with pytest.raises(InvalidRequest, match="cut off"):
            list(split_objects(file))
    taken = time.thread_time() - begun  # before: ten seconds for 32 MiB that end, without end for ever
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < 2
    assert peak < 3 * len(file)


def test_of_a_chat_that_is_too_long_little_more_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_splitting, "MOST_BYTES", 100)
    assert [len(each) for each in split_objects(b'[{"a":"' + b"x" * 1000 + b'"},{"b":1}]')] == [101, 7]
