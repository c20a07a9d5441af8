"""Fetching pages: what comes back, what is refused, and what goes out."""

from __future__ import annotations

import gzip
from collections.abc import Generator

import pytest

from earthshine.errors import EarthshineError, InvalidRequest, PermissionDenied
from earthshine.webpages.fetcher import MOST_BYTES, Fetched, Fetcher
from earthshine.webpages.stored_form import bytes_of, filename_of
from tests.webpages.site import Site, running_site


@pytest.fixture
def site() -> Generator[Site]:
    with running_site() as running:
        yield running


def anything(url: str) -> None:
    """Allow it."""


async def test_a_page_as_it_came(site: Site) -> None:
    site.put("/a", "<p>é</p>".encode("latin-1"), "text/html; charset=ISO-8859-1")
    page = await Fetcher(private=True).fetch(f"{site.url}/a#part", anything)
    assert (page.url, page.content_type, page.charset) == (f"{site.url}/a", "text/html", "iso-8859-1")
    assert page.body == b"<p>\xe9</p>"
    assert site.asked == ["/robots.txt", "/a"]
    sent = site.heads[1]
    assert "Earthshine/" in sent["User-Agent"]
    assert not {"Cookie", "Authorization", "Referer"} & sent.keys()


async def test_robots_are_asked_once_and_obeyed(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /secret", "text/plain")
    site.put("/secret", "no")
    fetcher = Fetcher(private=True)
    await fetcher.fetch(f"{site.url}/tower", anything)
    with pytest.raises(PermissionDenied, match="robots"):
        await fetcher.fetch(f"{site.url}/secret", anything)
    assert site.asked == ["/robots.txt", "/tower"]


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (503, False), (429, False)])
async def test_a_site_that_cannot_say_what_it_allows(site: Site, status: int, allowed: bool) -> None:
    site.put("/robots.txt", "x", "text/plain", status=status)
    fetching = Fetcher(private=True).fetch(f"{site.url}/tower", anything)
    if allowed:
        assert (await fetching).body
    else:
        with pytest.raises(PermissionDenied):
            await fetching


async def test_redirects_are_judged_each(site: Site) -> None:
    site.put("/moved", "", status=302, Location="/tower#x")
    seen: list[str] = []
    assert (await Fetcher(private=True).fetch(f"{site.url}/moved", seen.append)).url == f"{site.url}/tower"
    assert f"{site.url}/moved" in seen and f"{site.url}/tower" in seen

    def not_there(url: str) -> None:
        if url.endswith("/tower"):
            raise PermissionDenied("blocked")

    with pytest.raises(PermissionDenied, match="blocked"):
        await Fetcher(private=True).fetch(f"{site.url}/moved", not_there)
    site.put("/loop", "", status=301, Location="/loop")
    with pytest.raises(InvalidRequest, match="leads on more than"):
        await Fetcher(private=True).fetch(f"{site.url}/loop", anything)
    site.put("/file", "", status=302, Location="file:///etc/passwd")
    with pytest.raises(InvalidRequest):
        await Fetcher(private=True).fetch(f"{site.url}/file", anything)


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:{port}/tower", "http://localhost:{port}/", "http://[::1]:{port}/", "http://2130706433/"),
        *(
            "http://169.254.169.254/latest/meta-data/",
            "http://0x7f.1/",
            "http://10.0.0.1/",
            "http://user:pw@example.org/",
        ),
        *("ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "http://", "nonsense", "http://a b/"),
        "http://example.org/" + "a" * 2000,
    ],
)
async def test_addresses_that_are_not_public_are_refused(site: Site, url: str) -> None:
    with pytest.raises(EarthshineError):
        await Fetcher().fetch(url.replace("{port}", site.url.rpartition(":")[2]), anything)
    assert site.asked == []


async def test_a_name_that_leads_here_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from aiohttp.resolver import ThreadedResolver

    async def here(self: ThreadedResolver, host: str, port: int = 0, family: int = 0) -> object:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}]

    monkeypatch.setattr("aiohttp.connector.DefaultResolver.resolve", here)
    port = site.url.rpartition(":")[2]
    with pytest.raises(InvalidRequest, match="of this server's machine"):
        await Fetcher().fetch(f"http://rebound.example:{port}/tower", anything)
    assert site.asked == []


async def test_sizes_are_bounded_packed_or_not(site: Site) -> None:
    site.put("/packed", gzip.compress(b"<p>hello</p>" * 1000), **{"Content-Encoding": "gzip"})
    assert (await Fetcher(private=True).fetch(f"{site.url}/packed", anything)).body == b"<p>hello</p>" * 1000
    bomb = gzip.compress(b"\0" * (MOST_BYTES + 1))
    for path, body, head in (("/bomb", bomb, {"Content-Encoding": "gzip"}), ("/big", b"a" * (MOST_BYTES + 1), {})):
        site.put(path, body, **head)
        with pytest.raises(InvalidRequest, match="more than 16 MiB"):
            await Fetcher(private=True).fetch(site.url + path, anything)
    site.put("/broken", b"no gzip", **{"Content-Encoding": "gzip"})
    site.put("/odd", b"x", **{"Content-Encoding": "zstd"})
    for path in ("/broken", "/odd", "/none"):
        with pytest.raises(InvalidRequest):
            await Fetcher(private=True).fetch(site.url + path, anything)


def page(body: bytes, kind: str = "text/html", charset: str = "", url: str = "https://example.org/a/b") -> Fetched:
    return Fetched(url, kind, charset, body, 0)


def test_bytes_stay_unless_only_the_header_says_what_they_are() -> None:
    japanese = "日本語のページ".encode("shift_jis")
    assert bytes_of(page(japanese, charset="shift_jis")).decode() == "日本語のページ"
    for same in (
        page(b"<meta charset=shift_jis>" + japanese, charset="shift_jis"),
        page("é".encode(), charset="latin-1"),
        page(japanese, charset="no-such-charset"),
        page(japanese),
        page(japanese, "application/pdf", "shift_jis"),
    ):
        assert bytes_of(same) is same.body


@pytest.mark.parametrize(
    ("url", "kind", "name"),
    [
        ("https://example.org", "text/html", "example.org.html"),
        ("https://example.org/a/The%20tower.HTML", "text/html", "example.org - The tower.HTML"),
        ("https://example.org/a%2Fb%00/", "application/pdf", "example.org - a b.pdf"),
        ("https://example.org/x.pdf?y", "application/octet-stream", "example.org - x.pdf"),
    ],
)
def test_names_of_pages(url: str, kind: str, name: str) -> None:
    assert filename_of(page(b"", kind, url=url)) == name
