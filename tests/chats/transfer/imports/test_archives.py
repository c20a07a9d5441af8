"""Files of chats as programs hand them out: packed, in several parts, among other files; and archives that are none."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from earthshine.chats.transfer.imports import archives
from earthshine.chats.transfer.imports.archives import unpack
from earthshine.chats.transfer.imports.json_splitting import split_objects
from earthshine.errors import BodyTooLarge, EarthshineError, InvalidRequest


def zipped(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def read(content: bytes, folder: Path) -> list[object]:
    """Return the objects of a file that may be packed."""
    with io.BytesIO(content) as file, unpack(file, folder) as plain:
        plain.seek(0)
        return [json.loads(each) for each in split_objects(plain.read())]


A, B, C = ({"title": name} for name in ("قمر", "b", "c"))

PACKED = {
    "as it is": (json.dumps([A, B]).encode(), [A, B]),
    "gzip": (gzip.compress(json.dumps([A, B]).encode()), [A, B]),
    "two gzip members": (gzip.compress(b'{"title": "b"}\n') + gzip.compress(b'{"title": "c"}'), [B, C]),
    "ChatGPT's of before": (zipped({"user.json": "{}", "x/conversations.json": json.dumps([A])}), [A]),
    "ChatGPT's of today": (
        zipped(
            {
                "conversations-001.json": json.dumps([B, C]),
                "conversations-000.json": "\ufeff" + json.dumps([A]),
                "shared_conversations.json": json.dumps([{"id": "no chat"}]),
                "__MACOSX/._conversations-000.json": b"\0\1",
                "chat.html": "<p>",
            }
        ),
        [A, B, C],
    ),
    "stored": (zipped({"Conversations-12.JSON": json.dumps([A])}, zipfile.ZIP_STORED), [A]),
    "Open WebUI's": (zipped({"chat-export-1764.json": json.dumps([A, B]), "read.me": "x"}), [A, B]),
    "our own": (zipped({"chats.jsonl": '{"title": "b"}\n{"title": "c"}\n', ".hidden.json": "{}"}), [B, C]),
}


@pytest.mark.parametrize("name", PACKED)
def test_chats_are_found_in(name: str, tmp_path: Path) -> None:
    content, chats = PACKED[name]
    assert read(content, tmp_path) == chats


def _listing(size: int) -> bytes:
    """Return an archive that says its list of contents has this size."""
    return b"PK\3\4" + b"\0" * size + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, size, 4, 0)


WHOLE = zipped({"conversations.json": json.dumps([A] * 1000)})
BROKEN = {
    "no chats": (zipped({"chat.html": "x"}), "holds no chats"),
    "nothing at all": (zipped({}), "holds no chats"),
    "cut off": (WHOLE[: len(WHOLE) // 2], "damaged or cut off"),
    "its data spoilt": (WHOLE[:50] + b"\xff" * 40 + WHOLE[90:], "damaged or cut off"),
    "a place that is not in it": (WHOLE[:-6] + b"\xf0\xff\xff\xff\0\0", "damaged or cut off"),
    "packed by something else": (zipped({"a.json": "[]"}, zipfile.ZIP_BZIP2), "not read here"),
    "encrypted": (WHOLE[:6] + b"\1" + WHOLE[7:].replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1"), "encrypted"),
    "gzip, cut off": (gzip.compress(b"[]" * 5000)[:-9], "damaged or cut off"),
    "gzip of nothing": (gzip.compress(b""), "nothing in it"),
    "letters only": (b"PK and more", "damaged or cut off"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_unpacked_is_refused_with_words(name: str, tmp_path: Path) -> None:
    content, words = BROKEN[name]
    with pytest.raises(InvalidRequest, match=words):
        read(content, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_unpacked_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 2**21)
    bomb = b"[" + b" " * 2**22 + b"]"
    for content in (
        gzip.compress(bomb),
        zipped({"conversations.json": bomb}),
        zipped({f"conversations-{number:03}.json": bomb[: 2**19] for number in range(5)}),
    ):
        assert len(content) < 2**14
        with pytest.raises(BodyTooLarge, match="unpacked"):
            read(content, tmp_path)
    monkeypatch.setattr(archives, "MOST_FILES", 3)
    with pytest.raises(BodyTooLarge, match="more than 3 files"):
        read(zipped({f"{number}.json": "[]" for number in range(4)}), tmp_path)
    monkeypatch.setattr(archives, "_LONGEST_LIST", 1000)
    with pytest.raises(BodyTooLarge, match="lists too many"):
        read(_listing(1001), tmp_path)


def test_an_archive_spoilt_anywhere_is_read_or_refused(tmp_path: Path) -> None:
    """Each byte of a small archive once, in three ways."""
    content = zipped({"conversations.json": "[]"}, zipfile.ZIP_STORED)
    for place in range(len(content)):
        for value in (0, 0x7F, 0xFF):
            with suppress(EarthshineError):
                read(content[:place] + bytes([value]) + content[place + 1 :], tmp_path)
