"""A small site on the loopback address, in a thread of its own, which tells what was asked of it."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOWER = (
    "<!doctype html><html><head><title>The tower</title></head><body><nav>Home</nav><main><h1>The tower</h1>"
    "<p>The tower is 330 metres high.[12] It was built in 1889 by an engineer from Dijon.</p>"
    "<p>See <i>{url}/paint</i> for more.</p></main></body></html>"
)


@dataclass
class Site:
    """What it has, by path."""

    url: str = ""
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Paths, in order."""
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    """That were sent."""
    hold: threading.Event | None = None
    """What a page called `/slow` waits for."""

    def put(
        self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **head: str
    ) -> str:
        """Have a page; returns its address."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = status, {"Content-Type": kind, **head}, data
        return self.url + path


@contextmanager
def running_site() -> Generator[Site]:
    """Serve a site."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.heads.append(dict(self.headers.items()))
            if self.path == "/slow" and site.hold is not None:
                site.hold.wait(30)
            plain = self.path.partition("?")[0]
            status, head, body = site.pages.get(self.path) or site.pages.get(plain) or (404, {}, b"not here")
            self.send_response(status)
            for name, value in head.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            site.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    site.put("/tower", TOWER.format(url=site.url))
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
