from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earthshine.catalog.gguf.header import read_header, verify
from earthshine.errors import ModelBroken
from tests.catalog.gguf.gguf_writer import F32, Q4_0, TEMPLATE, gguf_bytes, write_gguf

WHOLE = gguf_bytes()


def broken(path: Path, content: bytes) -> str:
    """Write a file that must be refused, and return the message."""
    path.write_bytes(content)
    with pytest.raises(ModelBroken) as caught:
        verify(path)
    assert str(path) in caught.value.message
    return caught.value.message


def test_header_tells_what_the_model_is(tmp_path: Path) -> None:
    header = verify(write_gguf(tmp_path / "m.gguf"))
    assert header.architecture == "llama"
    assert header.parameters == 64 * 32 + 5
    assert header.quantization == "Q4_0"
    assert header.context_length == 128
    assert (header.bos_token, header.eos_token) == ("<s>", "</s>")
    assert header.chat_template == TEMPLATE
    assert header.kv_bytes == 2 * 2 * 2 * (16 + 16)  # bytes, layers, heads, key and value length
    assert not header.embeds


def test_quantization_without_a_file_type_is_that_of_most_weights(tmp_path: Path) -> None:
    header = verify(write_gguf(tmp_path / "m.gguf", metadata={"general.file_type": None}))
    assert header.quantization == "Q4_0"


@pytest.mark.parametrize("facts", [{"llama.pooling_type": 3}, {"llama.attention.causal": False}])
def test_embedding_models_are_recognised(tmp_path: Path, facts: dict[str, object]) -> None:
    assert verify(write_gguf(tmp_path / "m.gguf", metadata=facts)).embeds


def test_last_tensor_may_end_with_or_without_padding(tmp_path: Path) -> None:
    assert verify(write_gguf(tmp_path / "m.gguf", pad_end=False)).parameters == 64 * 32 + 5


def test_head_counts_by_layer_are_added_up(tmp_path: Path) -> None:
    header = verify(write_gguf(tmp_path / "m.gguf", metadata={"llama.attention.head_count_kv": [2, 1]}))
    assert header.kv_bytes == 2 * 3 * (16 + 16)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "only 0 bytes"),
        (b"GGUF", "only 4 bytes"),
        (b"<html>" + WHOLE, "starts with b'<htm'"),
        (b"GGUF" + struct.pack("<I", 99) + WHOLE[8:], "version is 99"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 1) + WHOLE[24:], "tensors in"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1, 2**63) + WHOLE[24:], "metadata entries in"),
        (WHOLE[:24] + struct.pack("<Q", 2**62) + WHOLE[32:], "claims 4611686018427387904 bytes"),
        (WHOLE[:-33], "cut off"),
        (WHOLE + b"x", "follow its last tensor"),
        (gguf_bytes(tensors={}), "no weights"),
        (gguf_bytes(metadata={"general.alignment": 3}), "alignment is 3"),
        (gguf_bytes(metadata={"general.architecture": None}), "name its architecture"),
        (gguf_bytes(metadata={"split.count": 5}), "one of several (5)"),
        (gguf_bytes(tensors={"a": ((33,), Q4_0)}), "impossible shape"),
        (gguf_bytes(tensors={"a": ((2,) * 9, F32)}), "9 dimensions"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: bytes, says: str) -> None:
    assert says in broken(tmp_path / "m.gguf", content)


def test_unknown_tensor_type_is_named(tmp_path: Path) -> None:
    at = WHOLE.index(b"norm.weight") + len(b"norm.weight") + 4 + 8
    assert "type 77" in broken(tmp_path / "m.gguf", WHOLE[:at] + struct.pack("<I", 77) + WHOLE[at + 4 :])


def test_gap_between_tensors_is_found(tmp_path: Path) -> None:
    at = WHOLE.index(b"norm.weight") + len(b"norm.weight") + 4 + 8 + 4
    offset = struct.unpack("<Q", WHOLE[at : at + 8])[0]
    moved = WHOLE[:at] + struct.pack("<Q", offset + 32) + WHOLE[at + 8 :] + bytes(32)
    assert "'norm.weight' starts at" in broken(tmp_path / "m.gguf", moved)


def test_missing_file_and_directory(tmp_path: Path) -> None:
    for path in (tmp_path / "none.gguf", tmp_path):
        with pytest.raises(ModelBroken, match="cannot be read"):
            read_header(path)


def test_huge_counts_in_a_large_sparse_file_end_quickly(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    key = struct.pack("<Q", 1) + b"k"
    strings = struct.pack("<IIQ", 9, 8, 500_000_000)  # a list of 500 million empty texts
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + key + strings)
    with path.open("r+b") as file:
        file.truncate(2**33)
    started = time.thread_time()
    with pytest.raises(ModelBroken, match="claims 500000000 entries"):
        verify(path)
    assert time.thread_time() - started < 1


@pytest.mark.parametrize("count", [2**16, 2**40, 2**63 - 1, 2**64 - 1])
def test_a_list_longer_than_its_file_is_refused(count: int, tmp_path: Path) -> None:
    numbers = struct.pack("<Q", 1) + b"k" + struct.pack("<I", 9) + struct.pack("<IQ", 12, count) + bytes(100)
    assert "in the middle of a list" in broken(tmp_path / "m.gguf", b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + numbers)


def test_nested_lists_do_not_recurse_without_end(tmp_path: Path) -> None:
    nested = struct.pack("<Q", 1) + b"k" + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 5000
    assert "unknown type 9" in broken(tmp_path / "m.gguf", b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + nested)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, len(WHOLE) - 32))
def test_every_truncation_is_refused(tmp_path: Path, cut: int) -> None:
    broken(tmp_path / "m.gguf", WHOLE[:cut])


@settings(max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), min_size=1, max_size=8))
def test_random_damage_is_refused_or_harmless(tmp_path: Path, changes: list[tuple[int, int]]) -> None:
    content = bytearray(WHOLE)
    for place, byte in changes:
        content[place] = byte
    path = tmp_path / "m.gguf"
    path.write_bytes(content)
    try:
        header = verify(path)
    except ModelBroken:
        return
    assert header.parameters > 0
    assert header.kv_bytes >= 0


@settings(max_examples=100, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=2000))
def test_random_header_is_refused(tmp_path: Path, noise: bytes) -> None:
    broken(tmp_path / "m.gguf", b"GGUF\x03\x00\x00\x00" + noise)


def _lists(count: int) -> bytes:
    """Return a header whose only entry is a list of empty lists."""
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"k"
    return head + struct.pack("<IIQ", 9, 9, count) + struct.pack("<IQ", 0, 0) * count


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (_lists(500_000), "lists inside lists"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 400_000) + bytes(16 * 400_000), "400000 metadata entries"),
        (b"GGUF" + struct.pack("<IQQ", 3, 400_000, 0) + bytes(16 * 400_000), "400000 tensors"),
        (
            b"GGUF"
            + struct.pack("<IQQ", 3, 0, 9000)
            + (struct.pack("<Q", 1) + b"k" + struct.pack("<IIQ", 9, 0, 1000) + bytes(1000)) * 9000,
            "bytes of memory",
        ),
    ],
)
def test_headers_that_would_take_much_memory_are_refused_early(tmp_path: Path, content: bytes, says: str) -> None:
    started = time.thread_time()
    assert says in broken(tmp_path / "m.gguf", content)
    assert time.thread_time() - started < 20
