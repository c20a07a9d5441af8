"""What anybody may send as a picture: each ends in a picture or a clear 400, soon, and in little memory."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest
from aiohttp import web

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


async def test_a_fetched_picture_may_lead_on_and_is_kept_for_a_while() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path_qs)
        match request.path:
            case "/away":
                raise web.HTTPFound("/a.png?size=1")
            case "/round":
                raise web.HTTPFound("/round")
            case "/large":
                return web.Response(body=bytes(MOST_BYTES + 1))
            case "/inside":
                raise web.HTTPFound("http://user:secret@169.254.169.254/")
            case "/gone":
                raise web.HTTPNotFound
            case _:
                return web.Response(body=saved("PNG"), content_type="text/plain")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    home = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        pictures = Pictures(private=True)
        for _ in range(2):
            [picture] = await pictures.all([Wanted(f"{home}/away", "auto", "x")])
            assert picture.width == 60
        assert asked == ["/away", "/a.png?size=1"]
        for path, says in (
            ("round", "leads on"),
            ("large", "20 MiB"),
            ("inside", "user name"),
            ("gone", "answered 404"),
        ):
            with pytest.raises(InvalidRequest, match=says):
                await pictures.all([Wanted(f"{home}/{path}", "auto", "x")])
        with pytest.raises(InvalidRequest, match="machine or network"):
            await Pictures().all([Wanted(f"{home}/a.png", "auto", "x")])
    finally:
        await runner.cleanup()


async def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earthshine.pictures.pictures._KEPT", 400)
    pictures = Pictures()
    await pictures.all([Wanted(url(saved("PNG", (40 + n, 40))), "auto", "x") for n in range(6)])
    assert 0 < pictures._size <= 400
    assert pictures._size == sum(len(picture.data) for picture, _ in pictures._kept.values())
