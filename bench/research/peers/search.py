"""A search over the frozen web for peers: our own index, so that all find the same pages, behind what they call.

`POST /search` answers as Tavily's API does; `GET /?query=` as gpt-researcher's custom retriever wants it.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from earthshine.search.keyword_index import KeywordIndex

Json = dict[str, Any]
_MOST = 5


class _Blocks(HTMLParser):
    """What a page shows; like the product's reader, without hidden blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = "display:none" in (dict(attrs).get("style") or "")
        self.text += "\n" if tag in ("p", "tr", "h1", "nav", "footer") else " "

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text += data


def shown(page: str) -> str:
    """Return the text of a page."""
    reader = _Blocks()
    reader.feed(page.partition("<body>")[2])
    return "\n".join(" ".join(line.split()) for line in reader.text.splitlines() if line.strip())


class Search:
    """The index of some pages."""

    def __init__(self, pages: Path, place: Path) -> None:
        """`pages`: the `pages.jsonl` of a corpus; `place`: an empty folder for the index."""
        read = [json.loads(line) for line in pages.read_text().splitlines()]
        self._pages = [
            {"url": each["url"], "title": each["title"], "raw_content": shown(each["html"])} for each in read
        ]
        self._index = KeywordIndex(place)
        texts = [(number, 0, f"{each['title']}\n{each['raw_content']}") for number, each in enumerate(self._pages)]
        self._index.apply(texts, [], 1)

    def find(self, query: str, most: int = _MOST) -> list[Json]:
        """Return the best pages."""
        found, _ = self._index.search(query, most)
        return [{**self._pages[number], "content": self._pages[number]["raw_content"][:500]} for number, _ in found]


@contextmanager
def serving(pages: Path) -> Generator[str]:
    """Serve a corpus; yields the address."""
    with tempfile.TemporaryDirectory() as folder:
        search = Search(pages, Path(folder))

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(search.find(parse_qs(urlsplit(self.path).query).get("query", [""])[0]))

            def do_POST(self) -> None:
                asked: Json = json.loads(self.rfile.read(int(self.headers["content-length"])))
                results = [
                    {"score": 1.0, **each} for each in search.find(asked["query"], asked.get("max_results", _MOST))
                ]
                self._send({"query": asked["query"], "results": results, "images": [], "response_time": 0.1})

            def _send(self, told: object) -> None:
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(told, ensure_ascii=False).encode())

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
