"""What anybody may send as a picture: each ends in a picture or a clear 400, soon, and in little memory."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest

from earthshine.errors import InvalidRequest
from earthshine.pictures.decoder import SECONDS, Decoder
from earthshine.pictures.picture import LONGEST, MOST_BYTES
from earthshine.pictures.pictures import Pictures, Wanted
from tests.pictures.hostile import hostile, saved

SEEN = {
    "PNG of 49 million pixels that are there",
    "PNG one pixel high",
    "JPEG with a lying EXIF",
    "JPEG with an EXIF that points at itself",
    "JPEG of CMYK",
}
"""Those that are odd, and pictures all the same."""


def url(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def test_there_are_sixty() -> None:
    names = [name for name, _ in hostile()]
    assert len(names) == len(set(names)) >= 60


async def test_hostile_pictures_end_in_a_picture_or_a_clear_error(
    record_property: Callable[[str, object], None],
) -> None:
    slowest, largest = 0.0, 0
    for name, data in hostile():
        began = time.monotonic()
        async with Decoder().opened() as decoding:
            try:
                picture = await decoding.decode(data, "auto", "input[0]")
            except InvalidRequest as error:
                assert (error.param, error.code) == ("input[0]", "invalid_image"), name
                assert name not in SEEN, (name, error.message)
            else:
                assert max(picture.width, picture.height) <= LONGEST["auto"], name
                assert picture.data.startswith(b"\x89PNG"), name
            largest = max(largest, decoding.memory)
        slowest = max(slowest, time.monotonic() - began)
    record_property("slowest, seconds", slowest)
    record_property("most memory after a picture, MiB", largest // 2**20)
    assert slowest < SECONDS + 10


async def test_after_a_hostile_picture_the_same_child_still_reads() -> None:
    """Or it is gone, and says so: nothing of it comes back as another's picture."""
    async with Decoder().opened() as decoding:
        for name, data in list(hostile())[10:30]:
            try:
                await decoding.decode(data, "low", name)
            except InvalidRequest:
                continue
        assert (await decoding.decode(saved("PNG"), "low", "x")).width == 60


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("data:image/png,abc", "base64"),
        ("data:image/png;base64,*", "base64"),
        ("data:image/png;base64," + "A" * (MOST_BYTES * 2), "20 MiB"),
        ("https://127.0.0.1/a.png", "machine or network"),
        ("https://169.254.169.254/latest/meta-data?x=1", "machine or network"),
        ("https://[::1]/a.png#b", "machine or network"),
        ("https://2130706433/a.png", "no http"),
        ("https://a b/c.png", "no http"),
        ("https://user:pass@example.com/a.png", "user name"),
        ("file:///etc/passwd", "no http"),
        ("https://nowhere.invalid/a.png?size=1", "cannot be fetched"),
    ],
)
async def test_addresses_of_no_picture(address: str, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says) as refused:
        await Pictures().all([Wanted(address, "auto", "messages[0].content[1]")])
    assert refused.value.param == "messages[0].content[1]"


async def test_only_so_many_pictures_at_once() -> None:
    with pytest.raises(InvalidRequest, match="64 pictures"):
        await Pictures().all([Wanted(url(saved("PNG")), "auto", str(number)) for number in range(65)])
