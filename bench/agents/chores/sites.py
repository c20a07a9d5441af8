"""Chores with small web sites, served on loopback: find a number on a page, follow links."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Mapping
from functools import partial
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from bench.agents.checks import all_of, number_is, says, says_none
from bench.agents.chores.make import chore
from bench.agents.task import Function, Outcome

_READ: Any = {
    "type": "object",
    "properties": {"url": {"type": "string", "description": "The address of the page"}},
    "required": ["url"],
    "additionalProperties": False,
}


class _Text(HTMLParser):
    """The words of a page, with the addresses of its links."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url, self.words, self.link = url, list[str](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.link = urljoin(self.url, dict(attrs).get("href") or "")
        elif tag in ("p", "tr", "li", "h1", "h2"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.words.append(f"[{self.link}]")

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


class _Pages(BaseHTTPRequestHandler):
    def __init__(self, *arguments: Any, pages: Mapping[str, str]) -> None:
        self._pages = pages
        super().__init__(*arguments)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a page."""
        page = self._pages.get(unquote(urlsplit(self.path).path).lstrip("/"))
        self.send_response(404 if page is None else 200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((page or "<p>No such page.").encode())


class Site:
    """A site that is served while its task runs, with a function that reads a page."""

    def __init__(self, pages: Mapping[str, str]) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, pages=pages))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.words = {"site": f"http://127.0.0.1:{self._server.server_port}/"}
        about = "Reads a web page and returns its text, with the addresses of its links in brackets."
        self.functions = [Function("read_page", about, _READ, self.read)]

    def read(self, url: str) -> str:
        """Return a page as text. Raises `ValueError` for another site's address."""
        asked = urlsplit(url)
        if asked.netloc != urlsplit(self.words["site"]).netloc:
            raise ValueError(f"Only pages of {self.words['site']} can be read.")
        connection = http.client.HTTPConnection(asked.netloc, timeout=10)
        try:
            connection.request("GET", quote(asked.path or "/", safe="/%"))
            text = _Text(url)
            text.feed(connection.getresponse().read().decode())
        finally:
            connection.close()
        return " ".join(text.words).replace(" \n", "\n").strip()

    def ended_turn(self) -> None:
        """Nothing depends on turns."""

    def problem(self, _: Outcome) -> str:
        """Return nothing: a site is only read."""
        return ""

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()


_SHOP = {
    "": "<h1>Lamp shop</h1><p>Open daily.<p><a href='lamps.html'>Lamps</a> <a href='about.html'>About us</a>",
    "lamps.html": "<h1>Lamps</h1><table><tr><td>Orion</td><td>34.90</td></tr><tr><td>Vega</td><td>58.50</td></tr></table>",
    "about.html": "<p>Since 1987. Call 555 0134.",
}
_STAFF = {
    "": "<h1>Observatory</h1><p>Our <a href='people/'>people</a>.",
    "people/": "<li><a href='ada.html'>Ada</a><li><a href='ben.html'>Ben</a><li><a href='cleo.html'>Cleo</a>",
    "people/ada.html": "<h1>Ada</h1><p>Telescopes. Room 12.",
    "people/ben.html": "<h1>Ben</h1><p>Kitchen. Room 3.",
    "people/cleo.html": "<h1>Cleo</h1><p>Director. Room 41.",
}
_MUSEUM = {
    "": "<h1>متحف المدينة</h1><p><a href='hours.html'>أوقات العمل</a> <a href='tickets.html'>التذاكر</a>",
    "hours.html": "<p>يفتح المتحف من التاسعة إلى الخامسة.",
    "tickets.html": "<table><tr><td>الكبار</td><td>٤٥ درهماً</td></tr><tr><td>الأطفال</td><td>٢٠ درهماً</td></tr></table>",
}
_TRAINS = {
    "": "<h1>Horaires</h1><p><a href='lyon.html'>Paris - Lyon</a> <a href='lille.html'>Paris - Lille</a>",
    "lyon.html": "<table><tr><td>06:58</td><td>quai 9</td></tr><tr><td>08:24</td><td>quai 14</td></tr></table>",
    "lille.html": "<table><tr><td>07:16</td><td>quai 5</td></tr><tr><td>08:24</td><td>quai 3</td></tr></table>",
}
_BOOKS = {
    "": "<h1>小书店</h1><li><a href='1.html'>山海经</a><li><a href='2.html'>茶经</a><li><a href='3.html'>水经注</a>",
    "1.html": "<p>山海经，48元，库存3本。",
    "2.html": "<p>茶经，26元，库存0本。",
    "3.html": "<p>水经注，65元，库存8本。",
}


TASKS = [
    chore(
        "sites-price",
        "On the site {site} find what the lamp Vega costs, and tell me the price.",
        says(58.5),
        world=partial(Site, _SHOP),
        right="Vega costs 58.50.",
        wrong="Vega costs 34.90.",
    ),
    chore(
        "sites-director",
        "The site {site} has pages about people. In which room is the director? Write the number into room.txt.",
        number_is("room.txt", 41),
        world=partial(Site, _STAFF),
        right={"room.txt": "41"},
        wrong={"room.txt": "12"},
    ),
    chore(
        "sites-tickets",
        "كم ثمن تذكرة الأطفال في المتحف الذي موقعه {site} ؟",
        all_of(says(20), says_none("٤٥", "45")),
        world=partial(Site, _MUSEUM),
        right="ثمن تذكرة الأطفال ٢٠ درهماً.",
        wrong="ثمن تذكرة الأطفال ٤٥ درهماً.",
        language="ar",
    ),
    chore(
        "sites-platform",
        "D'après le site {site}, de quel quai part le train de 08:24 pour Lyon ? Écris le numéro du quai dans quai.txt.",
        number_is("quai.txt", 14),
        world=partial(Site, _TRAINS),
        right={"quai.txt": "14"},
        wrong={"quai.txt": "3"},
        language="fr",
    ),
    chore(
        "sites-stock",
        "网站 {site} 上哪一本书没有库存？",
        all_of(says("茶经"), says_none("山海经", "水经注")),
        world=partial(Site, _BOOKS),
        right="没有库存的是《茶经》。",
        wrong="没有库存的是《山海经》。",
        language="zh",
    ),
]
