"""What a file says, through the API: read once, part by part, shown, searched, extracted, and gone with its file."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import httpx2
import pytest

from tests.patience import PATIENCE
from tests.server_process import ServerProcess

LONG = "\n\n".join(f"Paragraph {number}: {'word ' * 100}".strip() for number in range(3000))
ARABIC = "القمر يضيئه نور الأرض.\n\nوالكتاب على الطاولة، والكتب كثيرة."


@pytest.fixture(scope="module")
def http(scripted_server: ServerProcess) -> Generator[httpx2.Client]:
    headers = {"authorization": f"Bearer {scripted_server.key}"}
    with httpx2.Client(base_url=scripted_server.url, headers=headers, timeout=60) as client:
        yield client


def send(http: httpx2.Client, content: str | bytes, name: str = "a.txt", purpose: str = "user_data") -> str:
    content = content.encode() if isinstance(content, str) else content
    sent = http.post("/v1/files", files={"file": (name, content)}, data={"purpose": purpose})
    assert sent.status_code == 200, sent.text
    return sent.json()["id"]


def get(http: httpx2.Client, path: str) -> Any:
    reply = http.get(f"/earthshine/v1/documents/{path}")
    assert reply.status_code == 200, reply.text
    return reply.json()


def read(http: httpx2.Client, file_id: str) -> Any:
    """Have a file read, and return what is known of it when that has ended."""
    began = http.post(f"/earthshine/v1/documents/{file_id}").json()
    assert began["status"] == "queued"
    deadline = time.monotonic() + PATIENCE
    while (document := get(http, file_id))["status"] in ("queued", "reading"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return document


def parts(http: httpx2.Client, file_id: str) -> list[Any]:
    found: list[Any] = []
    while True:
        page = get(http, f"{file_id}/parts?first={len(found)}")
        found += page["data"]
        if not page["has_more"]:
            return found


def test_a_file_is_read_when_somebody_asks_for_it(http: httpx2.Client) -> None:
    file_id = send(http, LONG, "long.txt")
    unread = get(http, file_id)
    assert (unread["status"], unread["parts"], unread["began_at"]) == ("unread", 0, None)
    assert get(http, f"{file_id}/parts") == {"object": "list", "data": [], "has_more": False}
    document = read(http, file_id)
    assert document["status"] == "read"
    assert document["parts"] == document["parts_read"] > 3
    assert document["characters"] == len(LONG)
    found = parts(http, file_id)
    assert [part["number"] for part in found] == list(range(document["parts"]))
    # The text of the document is the parts joined, and each says where it stands in it.
    assert "\n\n".join(part["text"] for part in found) == LONG
    assert all(LONG[part["start"] : part["end"]] == part["text"] for part in found)
    some = get(http, f"{file_id}/parts?first=1&last=2")
    assert [part["number"] for part in some["data"]] == [1, 2]


def test_reading_again_begins_anew(http: httpx2.Client) -> None:
    file_id = send(http, ARABIC)
    first, second = read(http, file_id), read(http, file_id)
    assert first["characters"] == second["characters"] == len(ARABIC)
    assert len(parts(http, file_id)) == 1


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "empty.txt", "empty"),
        (b"PK\x03\x04 cut", "cut.docx", "damaged"),
        (bytes(range(256)) * 40, "what.bin", "unsupported_format"),
    ],
)
def test_what_cannot_be_read_says_why(http: httpx2.Client, content: bytes, name: str, code: str) -> None:
    document = read(http, send(http, content, name))
    assert (document["status"], document["error"]["code"]) == ("failed", code)
    assert document["error"]["message"]


def test_words_are_found_with_their_places(http: httpx2.Client) -> None:
    file_id = send(http, ARABIC)
    read(http, file_id)

    def search(**asked: Any) -> Any:
        return http.post(f"/earthshine/v1/documents/{file_id}/search", json=asked).json()

    found = search(query="كتاب")["data"]
    assert [ARABIC[each["start"] : each["end"]] for each in found] == ["والكتاب"]
    [(start, end)] = found[0]["highlights"]
    assert found[0]["snippet"][start:end] == "والكتاب"
    everything = search(query="القمر كتاب الطاولة")["data"]
    assert [each["start"] for each in everything] == sorted(each["start"] for each in everything)
    one = search(query="القمر كتاب الطاولة", limit=1)
    assert (len(one["data"]), one["has_more"]) == (1, True)
    rest = search(query="القمر كتاب الطاولة", after=one["data"][0]["end"])
    assert one["data"] + rest["data"] == everything
    assert search(query="«على الطاولة»")["data"][0]["end"] - search(query="«على الطاولة»")["data"][0]["start"] == 11
    assert search(query="..")["data"] == []


def test_a_file_for_extraction_gives_its_text(http: httpx2.Client) -> None:
    file_id = send(http, ARABIC, "كتاب.txt", "file-extract")
    content = http.get(f"/v1/files/{file_id}/content")
    assert content.headers["content-type"] == "application/json"
    assert content.json() == {
        "content": ARABIC,
        "file_type": "text/plain",
        "filename": "كتاب.txt",
        "title": "كتاب.txt",
        "type": "file",
    }
    assert http.get(f"/v1/files/{file_id}").json()["status"] == "processed"
    assert file_id in [each["id"] for each in http.get("/v1/files?purpose=file-extract").json()["data"]]


def test_extraction_that_fails_is_said_twice(http: httpx2.Client) -> None:
    file_id = send(http, b"PK\x03\x04 cut", "cut.docx", "file-extract")
    refused = http.get(f"/v1/files/{file_id}/content")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "damaged")
    file = http.get(f"/v1/files/{file_id}").json()
    assert (file["status"], file["status_details"]) == ("error", refused.json()["error"]["message"])


def test_a_document_goes_with_its_file(http: httpx2.Client) -> None:
    file_id = send(http, ARABIC)
    read(http, file_id)
    http.delete(f"/v1/files/{file_id}")
    for path in (file_id, f"{file_id}/parts"):
        assert http.get(f"/earthshine/v1/documents/{path}").status_code == 404
    assert http.post(f"/earthshine/v1/documents/{file_id}").status_code == 404


def test_bad_questions_are_refused(http: httpx2.Client) -> None:
    file_id = send(http, "x")
    for path in ("parts?first=-1", "parts?first=x", "parts?other=1"):
        assert http.get(f"/earthshine/v1/documents/{file_id}/{path}").status_code == 400
    for body in ({}, {"query": 1}, {"query": "x" * 501}, {"query": "x", "limit": 0}, {"query": "x", "more": 1}):
        assert http.post(f"/earthshine/v1/documents/{file_id}/search", json=body).status_code == 400
