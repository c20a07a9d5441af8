"""The four calls of uploads through the official SDK, with its strict validation on."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from openai import APIStatusError, BadRequestError, NotFoundError, OpenAI

PARTS = [os.urandom(100_000), "جزء 月".encode() * 5_000, b"z" * 7]
WHOLE = b"".join(PARTS)


def begin(sdk: OpenAI, size: int = len(WHOLE), **more: Any) -> str:
    given: Any = {"filename": "كبير.bin", "mime_type": "application/octet-stream", "purpose": "user_data", **more}
    return sdk.uploads.create(bytes=size, **given).id


def send(sdk: OpenAI, upload: str, content: bytes) -> str:
    part = sdk.uploads.parts.create(upload, data=content)
    assert (part.upload_id, part.object) == (upload, "upload.part")
    return part.id


def test_an_upload_whose_parts_come_in_any_order_and_twice(sdk: OpenAI) -> None:
    made = sdk.uploads.create(
        bytes=len(WHOLE),
        filename="../كبير.bin",
        mime_type="application/octet-stream",
        purpose="user_data",
        expires_after={"anchor": "created_at", "seconds": 7200},
    )
    assert (made.status, made.filename, made.expires_at, made.file) == (
        "pending",
        "كبير.bin",
        made.created_at + 3600,
        None,
    )
    third, first = send(sdk, made.id, PARTS[2]), send(sdk, made.id, PARTS[0])
    # A reply that was lost: the part is sent again.
    send(sdk, made.id, PARTS[0])
    with ThreadPoolExecutor() as threads:
        second, _ = threads.map(lambda content: send(sdk, made.id, content), [PARTS[1], PARTS[1]])
    done = sdk.uploads.complete(made.id, part_ids=[first, second, third], md5=hashlib.md5(WHOLE).hexdigest())
    assert (done.status, done.id) == ("completed", made.id)
    assert done.file is not None
    assert (done.file.bytes, done.file.filename) == (len(WHOLE), "كبير.bin")
    assert done.file.expires_at == done.file.created_at + 7200
    assert sdk.files.content(done.file.id).content == WHOLE
    # Asked again, as when the reply was lost, it is the same.
    assert sdk.uploads.complete(made.id, part_ids=[first, second, third]) == done
    for call in (
        lambda: sdk.uploads.complete(made.id, part_ids=[first]),
        lambda: sdk.uploads.cancel(made.id),
        lambda: send(sdk, made.id, b"more"),
    ):
        with pytest.raises(BadRequestError, match="completed"):
            call()


def test_many_complete_at_once_and_one_file_is_made(sdk: OpenAI) -> None:
    name = begin(sdk)
    ids = [send(sdk, name, part) for part in PARTS]
    with ThreadPoolExecutor(6) as threads:
        done = list(threads.map(lambda _: sdk.uploads.complete(name, part_ids=ids), range(6)))
    assert len({each.file.id for each in done if each.file is not None}) == 1
    assert {each.status for each in done} == {"completed"}


def test_the_sdks_own_helper(sdk: OpenAI, tmp_path: Path) -> None:
    file = tmp_path / "large.jsonl"
    file.write_bytes(WHOLE)
    done = sdk.uploads.upload_file_chunked(
        file=file, mime_type="application/jsonl", purpose="batch", part_size=50_000, md5=hashlib.md5(WHOLE).hexdigest()
    )
    assert done.file is not None
    assert sdk.files.content(done.file.id).content == WHOLE
    assert done.file.expires_at is not None


def test_what_does_not_make_up_the_file_is_refused_and_the_upload_stays_open(sdk: OpenAI) -> None:
    name, other = begin(sdk), begin(sdk)
    ids = [send(sdk, name, part) for part in PARTS]
    foreign = send(sdk, other, PARTS[0])
    for part_ids, md5, param in (
        (ids[:2], None, "part_ids"),
        ([*ids, ids[0]], None, "part_ids"),
        ([ids[0], "part_unknown", ids[2]], None, "part_ids[1]"),
        ([foreign, *ids[1:]], None, "part_ids[0]"),
        ([], None, "part_ids"),
        (ids[::-1], hashlib.md5(WHOLE).hexdigest(), "md5"),
        (ids, "no hash", "md5"),
    ):
        with pytest.raises(BadRequestError) as refused:
            sdk.uploads.complete(name, part_ids=part_ids, **({"md5": md5} if md5 else {}))
        assert refused.value.param == param
    assert sdk.uploads.complete(name, part_ids=ids).status == "completed"


def test_a_cancelled_upload_takes_nothing_more(sdk: OpenAI) -> None:
    name = begin(sdk)
    part = send(sdk, name, PARTS[0])
    assert sdk.uploads.cancel(name).status == "cancelled"
    assert sdk.uploads.cancel(name).status == "cancelled"
    for call in (lambda: send(sdk, name, b"x"), lambda: sdk.uploads.complete(name, part_ids=[part])):
        with pytest.raises(BadRequestError, match="cancelled"):
            call()


@pytest.mark.parametrize(
    ("field", "value"),
    [("bytes", 0), ("bytes", 2**50), ("bytes", "x"), ("filename", ""), ("purpose", "other"), ("mime_type", "")],
)
def test_an_upload_that_cannot_be_is_refused(field: str, value: Any, sdk: OpenAI) -> None:
    given: Any = {"bytes": 5, "filename": "a", "mime_type": "text/plain", "purpose": "batch", field: value}
    with pytest.raises(BadRequestError) as refused:
        sdk.uploads.create(**given)
    assert refused.value.param == field


def test_parts_have_bounds(sdk: OpenAI) -> None:
    name = begin(sdk, size=10)
    with pytest.raises(APIStatusError) as refused:
        send(sdk, name, bytes(64 * 2**20 + 1))
    assert refused.value.status_code == 413
    for wrong in ("upload_unknown", "x" * 300):
        with pytest.raises(NotFoundError):
            send(sdk, wrong, b"x")
        with pytest.raises(NotFoundError):
            sdk.uploads.complete(wrong, part_ids=["part_1"])
        with pytest.raises(NotFoundError):
            sdk.uploads.cancel(wrong)
