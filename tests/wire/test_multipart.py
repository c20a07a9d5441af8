"""Forms with files: read right however they are cut, bounded, and refused in plain words."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request

from earthshine.errors import BodyTooLarge, EarthshineError, InvalidRequest, RequestTimeout, UnsupportedMediaType
from earthshine.wire import multipart
from earthshine.wire.multipart import form_parts
from tests.patience import PATIENCE
from tests.wire.requests import part, request

BOUNDARY = b"a-boundary"
TYPE = b"multipart/form-data; boundary=a-boundary"


def written(*parts: tuple[bytes, bytes]) -> bytes:
    """A form of parts, each its headers and its content."""
    lines = [b"--" + BOUNDARY + b"\r\n" + headers + b"\r\n\r\n" + content + b"\r\n" for headers, content in parts]
    return b"".join(lines) + b"--" + BOUNDARY + b"--\r\n"


def field(name: str, content: bytes, filename: str | None = None) -> tuple[bytes, bytes]:
    head = f'Content-Disposition: form-data; name="{name}"'
    return (head + (f'; filename="{filename}"' if filename is not None else "")).encode(), content


def sent(body: bytes, size: int = 10**9, kind: bytes = TYPE) -> Request:
    pieces = [part(body[at : at + size], at + size < len(body)) for at in range(0, len(body), size)] or [part(b"")]
    return request(*pieces, headers=((b"content-type", kind),))


async def read(asked: Request, limit: int = 10**9) -> list[tuple[str, str | None, bytes]]:
    found: list[tuple[str, str | None, bytes]] = []
    async for each in form_parts(asked, limit=limit, patience=PATIENCE):
        found.append((each.name, each.filename, b"".join([piece async for piece in each.pieces()])))
    return found


contents = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.sampled_from(
            [b"\r", b"\n", b"-", b"--", b"\r\n--", b"--a-bound", b"\r\n--a-boundar", b"\r\n--a-boundary"[:-1], b"x"]
        ),
        max_size=30,
    ).map(b"".join),
)


@given(st.lists(contents, max_size=4), st.integers(1, 60))
async def test_what_was_sent_is_read_however_it_is_cut(parts: list[bytes], size: int) -> None:
    body = written(*(field(f"f{number}", content, "name.bin") for number, content in enumerate(parts)))
    assert await read(sent(body, size)) == [(f"f{n}", "name.bin", content) for n, content in enumerate(parts)]


@given(st.binary(max_size=400), st.integers(1, 50))
async def test_no_body_breaks_the_reader(body: bytes, size: int) -> None:
    for form in (body, written(field("a", b"b"))[: len(body)] + body):
        try:
            await read(sent(form, size))
        except EarthshineError as error:
            assert error.status == 400


@given(st.binary(min_size=1, max_size=200), st.data())
async def test_a_form_that_is_cut_off_is_never_taken_for_whole(content: bytes, data: st.DataObject) -> None:
    body = written(field("file", content, "a"))
    end = data.draw(st.integers(0, len(body) - 5))
    with pytest.raises(InvalidRequest, match=r"cut off|malformed"):
        await read(sent(body[:end]))


async def test_parts_that_nobody_reads_are_passed_over() -> None:
    body = written(field("a", b"x" * 10**6, "big"), field("b", b"yes"))
    names = [each.name async for each in form_parts(sent(body, 1000), limit=10**7, patience=PATIENCE)]
    assert names == ["a", "b"]


async def test_fields_are_text() -> None:
    body = written(field("purpose", "مستند".encode()), field("bad", b"\xff"), field("long", b"x" * 70_000))
    texts: list[Any] = []
    async for each in form_parts(sent(body), limit=10**6, patience=PATIENCE):
        try:
            texts.append(await each.text())
        except InvalidRequest as error:
            texts.append(error.param)
    assert texts == ["مستند", "bad", "long"]


@pytest.mark.parametrize(
    "name",
    ["تقرير.pdf", "年报 2026.txt", "../../etc/passwd", "C:\\\\dir\\\\x.txt", "a\u202egnp.exe", "", "..", "x" * 3000],
)
async def test_names_of_files_are_safe(name: str) -> None:
    [(_, filename, _)] = await read(sent(written(field("file", b"", name))))
    assert filename and "/" not in filename and "\\" not in filename and filename not in (".", "..")
    assert len(filename.encode()) <= 255
    if name.startswith(("تقرير", "年报")):
        assert filename == name


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "cut off"),
        (b"{}", "malformed"),
        (written((b"Content-Type: text/plain", b"x")), "no Content-Disposition"),
        (written((b'Content-Disposition: attachment; name="a"', b"x")), "no Content-Disposition"),
        (written((b"Content-Disposition: form-data", b"x")), "no Content-Disposition"),
        (
            written((b'Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64', b"")),
            "encoded again",
        ),
        (written((b"X: " + b"x" * 5000, b"")), "malformed"),
        (written((b"\r\n".join([b"X: y"] * 9), b"")), "malformed"),
        (written(*[field("a", b"")] * 33), "more than 32 parts"),
    ],
)
async def test_what_is_wrong_is_said(body: bytes, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        await read(sent(body))


@pytest.mark.parametrize("kind", [b"", b"application/json", b"multipart/mixed; boundary=x"])
async def test_another_kind_of_body_is_refused(kind: bytes) -> None:
    with pytest.raises(UnsupportedMediaType, match="multipart/form-data"):
        await read(sent(b"{}", kind=kind))


@pytest.mark.parametrize("kind", [b"multipart/form-data", b"multipart/form-data; boundary=" + b"x" * 71])
async def test_a_boundary_that_is_missing_or_too_long_is_refused(kind: bytes) -> None:
    with pytest.raises(InvalidRequest, match="boundary"):
        await read(sent(b"", kind=kind))


async def test_a_form_over_the_limit_is_refused_before_and_while_it_comes() -> None:
    body = written(field("file", b"x" * 10_000, "a"))
    asked = request(part(b""), headers=((b"content-type", TYPE), (b"content-length", str(len(body)).encode())))
    for each in (asked, sent(body, 100)):
        with pytest.raises(BodyTooLarge, match="larger than 5000 bytes"):
            await read(each, limit=5000)


async def test_a_client_that_stops_drips_or_goes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    body = written(field("file", b"x" * 1000, "a"))
    kind = ((b"content-type", TYPE),)
    with pytest.raises(RequestTimeout):
        async for _ in form_parts(request(part(body[:50], True), headers=kind), limit=10**6, patience=0.05):
            pass
    drips = [part(body[at : at + 1], True) for at in range(500)]
    with pytest.raises(RequestTimeout):
        async for _ in form_parts(request(*drips, headers=kind, wait=0.02), limit=10**6, patience=0.1):
            pass
    with pytest.raises(ClientDisconnect):
        await read(request(part(body[:50], True), {"type": "http.disconnect"}, headers=kind))


async def test_a_large_file_is_never_in_memory() -> None:
    head, tail = written(field("file", b"|", "a")).split(b"|")
    pieces = [part(head, True), *[part(b"x" * 65_536, True)] * 500, part(tail)]
    tracemalloc.start()
    size = 0
    async for each in form_parts(request(*pieces, headers=((b"content-type", TYPE),)), limit=10**9, patience=5):
        async for piece in each.pieces():
            size += len(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == 500 * 65_536
    assert peak < 2**20, multipart
