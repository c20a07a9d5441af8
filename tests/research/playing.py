"""A server that plays a model: what it says to a prompt of a research is a function of the prompt."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from earthshine.server import create_app
from earthshine.settings import Settings
from earthshine.web_searches.base import SearchQuery
from earthshine.web_searches.searches import WebSearches
from tests.patience import PATIENCE
from tests.responses.app import ROOT, People

Json = dict[str, Any]
Play = Callable[[str], str]

MODEL = "player-deep-research"
PLAN, GAPS, QUERY, NOTE = "smaller questions", "still missing", "search query", "state facts that answer"
WRITE, REWRITE, TRANSLATE, CLARIFY = (
    "Answer it in",
    "Write one short sentence",
    "Translate this",
    "Is one thing unclear",
)
WISHES = (PLAN, GAPS, QUERY, NOTE, WRITE, REWRITE, TRANSLATE, CLARIFY)

_OPTION = re.compile(r"^([A-Z])[.):] (yes|no)$", re.MULTILINE)
_SENTENCE = re.compile(r"^(.*) \[(\d+)\]$", re.MULTILINE)


@dataclass
class Player:
    """The server, and what it was asked."""

    url: str = ""
    play: Play = lambda _prompt: ""
    decide: Callable[[str], bool] | None = None
    """How it decides where it is asked for odds; it shows none without."""
    prompts: list[str] = field(default_factory=list)

    def asked(self, wish: str) -> list[str]:
        """Return the prompts with a wish."""
        return [each for each in self.prompts if wish in each]


def wish_of(prompt: str) -> str:
    return next((each for each in WISHES if each in prompt), "")


def good(prompt: str) -> str:
    """Play a model that does what it is asked: sentences that share a word with the question answer it."""
    numbered = _SENTENCE.findall(prompt)
    match wish_of(prompt):
        case "smaller questions":
            return json.dumps(["How long is the Brel bridge?", "Who built the Brel bridge?"])
        case "search query":
            return "Brel bridge"
        case "state facts that answer":
            return json.dumps([int(number) for text, number in numbered if "bridge" in text or "Bridge" in text][:5])
        case "Answer it in" | "Write one short sentence":
            return " ".join(f"{text} [{number}]" for text, number in numbered[:3])
        case _:
            return "[]"


@contextmanager
def running_player() -> Generator[Player]:
    """Serve a player."""
    player = Player()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send("application/json", json.dumps({"object": "list", "data": [{"id": "player"}]}).encode())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            prompt = body["messages"][-1]["content"]
            player.prompts.append(prompt)
            odds = None
            if body.get("logprobs") and player.decide is not None:
                odds = _odds(prompt, player.decide(prompt))
            said = odds["content"][0]["token"] if odds else player.play(prompt)
            limit = 4 * (body.get("max_tokens") or body.get("max_completion_tokens") or 10_000)
            reason = "length" if len(said) > limit else "stop"
            usage = {"prompt_tokens": len(prompt) // 4, "completion_tokens": min(len(said), limit) // 4}
            events = [
                {
                    "choices": [
                        {"index": 0, "delta": {"content": said[:limit]}, "finish_reason": None, "logprobs": odds}
                    ]
                },
                {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}], "usage": usage},
            ]
            lines = [f"data: {json.dumps({'id': 'x', **each})}\n\n" for each in events]
            self._send("text/event-stream", ("".join(lines) + "data: [DONE]\n\n").encode())

        def _send(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            # Whoever asked may have been killed.
            with suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    player.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield player
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _odds(prompt: str, yes: bool) -> Json:
    """Return the log probabilities of a model that is sure."""
    letters = {text: letter for letter, text in _OPTION.findall(prompt)}
    sure, other = (letters["yes"], letters["no"]) if yes else (letters["no"], letters["yes"])
    top = [{"token": sure, "logprob": -0.02, "bytes": None}, {"token": other, "logprob": -4.0, "bytes": None}]
    return {"content": [{**top[0], "top_logprobs": top}]}


class Desk(People):
    """A server whose one model is played, with saved pages to search."""

    player: Player

    def research(self, said: str, *, play: Play = good, **more: Any) -> Json:
        """Have a research made, in the foreground; returns its response."""
        self.player.play = play
        self.player.prompts.clear()
        own = {name: more.pop(name) for name in list(more) if name in _OWN}
        body = {"model": MODEL, "input": said, "reasoning": {"effort": "low"}, **more}
        return self.ask(
            "POST", "/responses", {**body, **({"earthshine": {"research": own}} if own else {})}, who=self.key
        )

    def get(self, research_id: str) -> Json:
        return self.ask("GET", f"/research/{research_id}", who=self.key)

    def act(self, research_id: str, what: str, body: Any = None) -> Json:
        return self.ask("POST", f"/research/{research_id}/{what}", body, who=self.key)

    def until(self, research_id: str, **wanted: Any) -> Json:
        """Wait until a research is so; returns it."""
        deadline = time.monotonic() + PATIENCE
        while not wanted.items() <= (found := self.get(research_id)).items():
            assert time.monotonic() < deadline, found
            time.sleep(0.02)
        return found


_OWN = ("clarify", "approve", "language", "languages", "limits", "since")


@contextmanager
def open_desk(data: Path, pages: dict[str, str], word: str = "bridge") -> Generator[Desk]:
    """Open a server; `pages`: HTML by address; `word`: one that some have."""
    folder = data / "pages"
    folder.mkdir(parents=True)
    for number, (url, body) in enumerate(pages.items()):
        head = f"<!-- saved from url=({len(url):04}){url} -->\n"
        (folder / f"{number}.html").write_text(head + body, encoding="utf-8")
    with running_player() as player:
        settings = {
            "data": data / "data",
            "embedded_model": False,
            "bootstrap_key": ROOT,
            "allow_private_upstreams": True,
            "upstreams": {"player": {"base_url": player.url, "models": {"player": "player"}}},
            "default_model": "player",
            "web_archive": str(folder),
        }
        app = create_app(Settings.model_validate(settings))
        with TestClient(app, raise_server_exceptions=False) as http:
            _until_found(http, app.state.services.get(WebSearches), word)
            desk = Desk(http, data)
            desk.player = player
            yield desk


def _until_found(http: TestClient, searches: WebSearches, word: str) -> None:
    """Wait until the saved pages are indexed: what is searched before finds nothing."""
    deadline = time.monotonic() + PATIENCE
    assert http.portal is not None
    while not http.portal.call(searches.search, [SearchQuery(word, 1, (), "")]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
