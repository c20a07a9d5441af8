"""Saved pages as browsers, mirrors and crawlers write them."""

from __future__ import annotations

import gzip
from pathlib import Path

TOWER = "<title>The tower</title><p>The tower is 330 metres high. It was built in 1889.</p>"
ARABIC = "<title>الجسر</title><p>بُنِيَ الجسرُ عام ١٩٣٢ من الفولاذ.</p>"


def html(url: str = "", body: str = TOWER) -> bytes:
    """As a browser saves it: it says from where."""
    return (f"<!-- saved from url=({len(url):04}){url} -->\n" if url else "").encode() + body.encode()


def mhtml(url: str, body: str) -> bytes:
    """As a browser saves a page with all that belongs to it."""
    return (
        f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {url}\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        f"Content-Location: {url}\r\n\r\n{body}\r\n"
        f"--b\r\nContent-Type: image/png\r\nContent-Location: {url}/a.png\r\n\r\nx\r\n--b--\r\n"
    ).encode()


def record(url: str, answer: bytes, kind: str = "response", date: str = "2026-01-02T03:04:05Z") -> bytes:
    """One record of a WARC file."""
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return head.encode() + answer + b"\r\n\r\n"


def answer(body: bytes, *fields: str, status: str = "200 OK", kind: str = "text/html; charset=utf-8") -> bytes:
    """What a site answered."""
    return "\r\n".join((f"HTTP/1.1 {status}", f"Content-Type: {kind}", *fields, "", "")).encode() + body


def warc(path: Path, *records: bytes, packed: bool) -> None:
    """Write a WARC file."""
    info = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 4\r\n\r\na: b\r\n\r\n"
    path.write_bytes(b"".join(gzip.compress(each) if packed else each for each in (info, *records)))
