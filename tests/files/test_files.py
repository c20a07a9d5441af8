"""The five calls of files through the official SDK, with its strict validation on, and what it would not send."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, Literal, get_args

import httpx2
import pytest
from openai import BadRequestError, NotFoundError, OpenAI
from openai.types import FilePurpose

from earthshine.files.schemas import Purpose
from tests.patience import PATIENCE
from tests.server_process import ServerProcess

CONTENT = "نص الملف 月\n".encode() * 20_000


@pytest.fixture(scope="module")
def http(scripted_server: ServerProcess) -> Generator[httpx2.Client]:
    headers = {"authorization": f"Bearer {scripted_server.key}"}
    with httpx2.Client(base_url=f"{scripted_server.url}/v1", headers=headers) as client:
        yield client


def test_a_file_from_begin_to_end(sdk: OpenAI) -> None:
    made = sdk.files.create(file=("تقرير سنوي.pdf", CONTENT), purpose="user_data")
    assert made.id.startswith("file_")
    assert (made.bytes, made.filename, made.purpose) == (len(CONTENT), "تقرير سنوي.pdf", "user_data")
    assert made.expires_at is None
    assert sdk.files.retrieve(made.id) == made
    assert sdk.files.content(made.id).content == CONTENT
    assert made in sdk.files.list(purpose="user_data").data
    gone = sdk.files.delete(made.id)
    assert (gone.id, gone.deleted, gone.object) == (made.id, True, "file")
    for call in (sdk.files.retrieve, sdk.files.content, sdk.files.delete):
        with pytest.raises(NotFoundError):
            call(made.id)
    assert made not in sdk.files.list(purpose="user_data").data


@pytest.mark.parametrize("purpose", get_args(FilePurpose))
def test_all_purposes_of_the_sdk(purpose: Any, sdk: OpenAI) -> None:
    # The SDK's own type of a reply lacks `evals`, which its type of a request has.
    relaxed = OpenAI(base_url=sdk.base_url, api_key=sdk.api_key, max_retries=0)
    made = relaxed.files.create(
        file=("a.jsonl", b"{}"), purpose=purpose, expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert (made.purpose, made.expires_at) == (purpose, made.created_at + 3600)
    assert made.id in [each.id for each in relaxed.files.list(purpose=purpose).data]
    assert {each.purpose for each in relaxed.files.list(purpose=purpose).data} == {purpose}


def test_ours_are_the_purposes_of_the_sdk_and_one_of_other_platforms() -> None:
    assert set(get_args(Purpose)) == {*get_args(FilePurpose), "file-extract"}


def test_files_for_batches_go_after_thirty_days(sdk: OpenAI) -> None:
    made = sdk.files.create(file=("a.jsonl", b""), purpose="batch")
    assert (made.bytes, made.expires_at) == (0, made.created_at + 30 * 86_400)
    assert sdk.files.content(made.id).content == b""


def test_pages_join_to_the_whole(sdk: OpenAI) -> None:
    made = [sdk.files.create(file=(f"{number}", b"x"), purpose="vision").id for number in range(5)]
    orders: tuple[Literal["asc", "desc"], ...] = ("asc", "desc")
    for order in orders:
        first = sdk.files.list(purpose="vision", limit=2, order=order)
        assert len(first.data) == 2
        listed = [each.id for each in first if each.id in made]
        assert listed == (made if order == "asc" else made[::-1])
    refusals: tuple[dict[str, Any], ...] = ({"limit": 0}, {"limit": 10_001}, {"order": "up"}, {"purpose": "other"})
    for wrong in refusals:
        with pytest.raises(BadRequestError) as refused:
            sdk.files.list(**wrong)
        assert refused.value.param == next(iter(wrong))


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ({"files": {"file": ("a", b"x")}}, "purpose"),
        ({"files": {"file": ("a", b"x")}, "data": {"purpose": "other"}}, "purpose"),
        ({"files": {"other": ("a", b"x")}, "data": {"purpose": "batch"}}, "file"),
        ({"files": {"purpose": (None, b"batch")}}, "file"),
        ({"files": {"file": (None, b"x"), "purpose": (None, b"batch")}}, "file"),
        ({"files": [("file", ("a", b"x")), ("file", ("b", b"x"))], "data": {"purpose": "batch"}}, "file"),
        ({"files": {"file": ("a", b"x")}, "data": {"purpose": "batch", "extra": "1"}}, "extra"),
        ({"files": {"file": ("a", b"x")}, "data": {"purpose": "batch", "expires_after[seconds]": "9999"}}, "anchor"),
        (
            {
                "files": {"file": ("a", b"x")},
                "data": {"purpose": "batch", "expires_after[seconds]": "5", "expires_after[anchor]": "created_at"},
            },
            "seconds",
        ),
        ({"json": {"purpose": "batch"}}, None),
    ],
)
def test_a_form_that_is_wrong_is_refused_and_leaves_nothing(
    form: Any, param: str | None, http: httpx2.Client, scripted_server: ServerProcess
) -> None:
    before = http.get("/files").json()["data"]
    reply = http.post("/files", **form)
    assert reply.status_code == (400 if param else 415), reply.text
    assert param is None or str(reply.json()["error"]["param"]).endswith(param)
    assert http.get("/files").json()["data"] == before
    assert spool(scripted_server) == []


def spool(server: ServerProcess) -> list[Path]:
    return [path for path in (server.data / "blobs" / "incoming").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=300000-", 300_000, None),
        ("bytes=-5", -5, None),
        ("bytes=5-99999999", 5, None),
        ("bytes=-99999999", 0, None),
    ],
)
def test_ranges(asked: str, start: int, end: int | None, http: httpx2.Client, sdk: OpenAI) -> None:
    name = sdk.files.create(file=("a", CONTENT), purpose="user_data").id
    reply = http.get(f"/files/{name}/content", headers={"range": asked})
    assert reply.status_code == 206
    assert reply.content == CONTENT[start:end]
    first = start % len(CONTENT)
    assert reply.headers["content-range"] == f"bytes {first}-{first + len(reply.content) - 1}/{len(CONTENT)}"


def _own(sdk: OpenAI, file_id: str) -> str:
    return str(sdk.base_url.join(f"/earthshine/v1/files/{file_id}"))


@pytest.mark.parametrize(
    ("asked", "named"),
    [("تقرير.pdf", "تقرير.pdf"), ("../../etc/passwd", "passwd"), ("a\u202eb", "ab"), ("x" * 300, "x" * 255)],
)
def test_a_file_is_renamed_to_a_safe_name(asked: str, named: str, http: httpx2.Client, sdk: OpenAI) -> None:
    made = sdk.files.create(file=("a.txt", CONTENT), purpose="user_data")
    reply = http.patch(_own(sdk, made.id), json={"filename": asked})
    assert reply.status_code == 200, reply.text
    assert reply.json() == {**made.model_dump(), "filename": named}
    assert sdk.files.retrieve(made.id).filename == named
    assert sdk.files.content(made.id).content == CONTENT


@pytest.mark.parametrize("body", [{}, {"filename": ""}, {"filename": "../.."}, {"filename": "\u200b"}, {"filename": 1}])
def test_what_is_no_name_is_refused(body: Any, http: httpx2.Client, sdk: OpenAI) -> None:
    made = sdk.files.create(file=("a.txt", b"x"), purpose="user_data")
    reply = http.patch(_own(sdk, made.id), json=body)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "filename")
    assert sdk.files.retrieve(made.id).filename == "a.txt"
    assert http.patch(_own(sdk, "file_gone"), json={"filename": "b"}).status_code == 404


def test_what_is_no_range_and_what_is_past_the_end(http: httpx2.Client, sdk: OpenAI) -> None:
    name = sdk.files.create(file=("a", b"0123456789"), purpose="user_data").id
    whole = http.get(f"/files/{name}/content")
    assert (whole.status_code, whole.content) == (200, b"0123456789")
    for asked in ("bytes=0-1,3-4", "lines=1-2", "bytes=-", "bytes=5-2", "bytes=x"):
        reply = http.get(f"/files/{name}/content", headers={"range": asked})
        assert (reply.status_code, reply.content) == (200, b"0123456789")
    for asked in ("bytes=10-", "bytes=-0", "bytes=99-100"):
        reply = http.get(f"/files/{name}/content", headers={"range": asked})
        assert (reply.status_code, reply.json()["error"]["code"]) == (416, "range_not_satisfiable")
    tag = whole.headers["etag"]
    assert http.get(f"/files/{name}/content", headers={"if-none-match": tag}).status_code == 304
    for held, status in ((tag, 206), ('"other"', 200)):
        reply = http.get(f"/files/{name}/content", headers={"range": "bytes=1-2", "if-range": held})
        assert reply.status_code == status


def test_a_download_is_never_shown_as_a_page(http: httpx2.Client, sdk: OpenAI) -> None:
    name = sdk.files.create(file=("../../<b>قمر\u202e.html", b"<script>alert(1)</script>"), purpose="user_data")
    assert name.filename == "<b>قمر.html"
    headers = http.get(f"/files/{name.id}/content").headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''%3Cb%3E")
    assert (headers["x-content-type-options"], "sandbox" in headers["content-security-policy"]) == ("nosniff", True)


def test_a_client_that_vanishes_leaves_nothing(scripted_server: ServerProcess, http: httpx2.Client) -> None:
    before = http.get("/files").json()["data"]
    host, _, port = scripted_server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as client:
        head = (
            f"POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {scripted_server.key}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 90000000\r\n\r\n"
            '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        )
        client.sendall(head.encode() + os.urandom(3_000_000))
        deadline = time.monotonic() + PATIENCE
        while not spool(scripted_server) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert spool(scripted_server)
    deadline = time.monotonic() + PATIENCE
    while spool(scripted_server) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert spool(scripted_server) == []
    assert http.get("/files").json()["data"] == before


def test_a_file_over_the_limit_or_the_projects_room_is_refused_before_it_is_sent(
    scripted_server: ServerProcess,
) -> None:
    host, _, port = scripted_server.url.removeprefix("http://").partition(":")
    for size, status in ((600 * 2**20, b"413"), (200 * 2**30, b"400")):
        with socket.create_connection((host, int(port)), timeout=10) as client:
            head = (
                f"POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {scripted_server.key}\r\n"
                f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {size}\r\n\r\n"
            )
            client.sendall(head.encode())
            assert client.recv(65_536).split()[1] == status


def test_equal_files_are_stored_once(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    content = os.urandom(1000)
    name = hashlib.sha256(content).hexdigest()

    def kept() -> int:
        return len(list((scripted_server.data / "blobs").rglob(f"{name}-*")))

    made = [sdk.files.create(file=("a", content), purpose="user_data").id for _ in range(3)]
    deadline = time.monotonic() + PATIENCE
    while kept() > 1 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert kept() == 1
    for each in made:
        assert sdk.files.content(each).content == content
        sdk.files.delete(each)
    deadline = time.monotonic() + PATIENCE
    while kept() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert kept() == 0
