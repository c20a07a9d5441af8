"""What a file is: told by its bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from earthshine.documents.errors import UnreadableFile
from earthshine.documents.reading.formats import tell

MAIL = b"Received: by mx\r\nDate: Sun, 29 Nov 2026 10:00:00 +0000\r\nFrom: a@example.org\r\nSubject: hi\r\n\r\nText"


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"%PDF-1.7\n", "a.docx", "pdf"),
        (b"\r\n\r\n%PDF-1.4", "a", "pdf"),
        (b"{\\rtf1\\ansi hello}", "a.doc", "rtf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.txt", "png"),
        (b"<!DOCTYPE html><p>x", "a.txt", "html"),
        ("\ufeff<html><p>x".encode("utf-16"), "a", "html"),
        (b"  <p>x", "a.html", "html"),
        (b"a,b\n1,2\n", "a.csv", "csv"),
        (b"# Title\n", "a.MD", "markdown"),
        (b"MZ is how this text begins, and it goes on for long enough.\n", "a.txt", "text"),
        (b"BM", "a.txt", "text"),
        (b"print(1)\n", "a.py", "text"),
        ("ا".encode(), "", "text"),
        (MAIL, "letter", "email"),
        (MAIL.replace(b"\r\n", b"\n"), "letter", "email"),
        (b"Note: From: To: this is a plain text.\n", "a", "text"),
    ],
)
def test_bytes_say_it(tmp_path: Path, content: bytes, name: str, kind: str) -> None:
    (tmp_path / "f").write_bytes(content)
    assert tell(tmp_path / "f", name).kind == kind


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.txt", "empty"),
        (b"MZ\x90\0" + bytes(100), "a.pdf", "mislabelled"),
        (b"MZ\x90\0" + bytes(100), "a.exe", "unsupported_format"),
        (b"plain\0\1\2\3\4" * 100, "a.bin", "unsupported_format"),
        (b"PK\x03\x04 cut", "a.docx", "damaged"),
        (bytes(5000), "a.pdf", "damaged"),
        (b"\x1f\x8b\x08\0", "a.txt.gz", "unsupported_format"),
    ],
)
def test_what_cannot_be_read_has_a_reason(tmp_path: Path, content: bytes, name: str, code: str) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(UnreadableFile) as refused:
        tell(tmp_path / "f", name)
    assert refused.value.code == code


@pytest.mark.parametrize("content", [b"1\n00:00 --> 00:02\nwords\n", bytes(range(200))])
def test_a_strangers_reader_gets_what_nobody_else_knows(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "f").write_bytes(content)
    assert tell(tmp_path / "f", "a.SRT", frozenset({"srt", "text"})).reader == "srt"
    (tmp_path / "f").write_bytes(b"%PDF-1.7")
    assert tell(tmp_path / "f", "a.srt", frozenset({"srt"})).reader == "pdf"
