"""Which pages a file has, and from where they are said to be."""

from __future__ import annotations

import gzip
import os
import random
from pathlib import Path

import pytest

from earthshine.web_searches.archive.saved_files import pages_in, saved_files
from tests.web_searches.archive.saved import TOWER, answer, html, mhtml, record, warc


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def url_of(folder: Path, name: str, data: bytes) -> str | None:
    return next((page.url for _, page in pages_in(folder, put(folder, name, data))), None)


@pytest.mark.parametrize(
    ("name", "data", "url"),
    [
        ("a.html", html("https://a.test/x?y=1&amp;z=2"), "https://a.test/x?y=1&z=2"),
        (
            "a.html",
            b"<!--\n Page saved with SingleFile \n url: https://b.test/p \n saved date: x\n-->",
            "https://b.test/p",
        ),
        ("a.html", b"<link href='https://c.test/q' rel='canonical'>", "https://c.test/q"),
        ("A.HTM", b"<link rel=canonical href=https://c.test/q>", "https://c.test/q"),
        ("www.d.test/dir/index.html", TOWER.encode(), "https://www.d.test/dir/"),
        ("d.test/dir/page.html", TOWER.encode(), "https://d.test/dir/page.html"),
        ("notes/page.html", TOWER.encode(), None),
        ("page.html", TOWER.encode(), None),
        ("a.html", html("javascript:alert(1)"), None),
        ("a.mhtml", mhtml("https://e.test/m", TOWER), "https://e.test/m"),
        ("a.mht", mhtml("cid:frame", TOWER), None),
        ("a.mht", b"broken", None),
    ],
)
def test_where_a_page_is_from(tmp_path: Path, name: str, data: bytes, url: str | None) -> None:
    assert url_of(tmp_path, name, data) == url


def test_files_are_found_and_links_are_not_followed(tmp_path: Path) -> None:
    outside = put(tmp_path, "outside/secret.html", html("https://a.test/"))
    folder = tmp_path / "inside"
    put(folder, "b.warc.gz", b"")
    put(folder, "a/c.html", b"")
    put(folder, "a/c.png", b"")
    os.symlink(outside, folder / "link.html")
    os.symlink(outside.parent, folder / "folder")
    assert [path.relative_to(folder).as_posix() for path in saved_files(folder)] == ["b.warc.gz", "a/c.html"]


@pytest.mark.parametrize("packed", [False, True])
def test_answers_in_a_warc_file(tmp_path: Path, packed: bool) -> None:
    page = TOWER.encode()
    chunked = b"5;x=y\r\n" + page[:5] + b"\r\n" + f"{len(page) - 5:x}".encode() + b"\r\n" + page[5:] + b"\r\n0\r\n\r\n"
    path = tmp_path / ("a.warc.gz" if packed else "a.warc")
    warc(
        path,
        record("https://a.test/1", answer(page)),
        record("https://a.test/asked", b"GET / HTTP/1.1\r\n\r\n", kind="request"),
        record("<https://a.test/2>", answer(gzip.compress(page), "Content-Encoding: gzip")),
        record("https://a.test/gone", answer(page, status="404 Not Found")),
        record("https://a.test/3", answer(chunked, "Transfer-Encoding: chunked")),
        record("dns:a.test", b"x", kind="resource"),
        record("https://a.test/long", answer(b"a" * 17 * 2**20)),
        record("https://a.test/4", answer(b"%PDF-1.7", kind="application/pdf")),
        packed=packed,
    )
    found = list(pages_in(tmp_path, path))
    assert [each.url for _, each in found] == [f"https://a.test/{n}" for n in (1, 2, 3, 4)]
    assert [each.body for _, each in found] == [page, page, page, b"%PDF-1.7"]
    assert (found[0][1].content_type, found[0][1].charset, found[0][1].at) == ("text/html", "utf-8", 1767323045)
    for place, each in found:
        assert next(pages_in(tmp_path, path, place)) == (place, each)


def test_broken_warc_files_end_early_and_raise_nothing(tmp_path: Path) -> None:
    path, rand = tmp_path / "a.warc.gz", random.Random(3)
    warc(path, *(record(f"https://a.test/{n}", answer(TOWER.encode())) for n in range(5)), packed=True)
    whole = path.read_bytes()
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(rand.randint(1, 5)):
            data[rand.randrange(len(data))] = rand.randrange(256)
        path.write_bytes(bytes(data[: rand.randrange(len(data))]))
        assert len(list(pages_in(tmp_path, path))) <= 5
    plain = tmp_path / "b.warc"
    for data in (b"", b"WARC/1.1\r\n", b"WARC/1.1\r\nContent-Length: x\r\n\r\n", b"\r\n" * 100, b"a" * 200_000):
        plain.write_bytes(data)
        assert list(pages_in(tmp_path, plain)) == []
