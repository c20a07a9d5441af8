"""Scripted models behind an OpenAI-compatible API on loopback: one that does well, and those that do not.

| model | what it does |
|---|---|
| `good` | names the sentences that answer, and writes what they say with its mark, in the language that is asked for |
| `slow` | the same, but takes its time for each reply |
| `sloppy` | names sentences that nobody showed it, writes prose for lists and leaves marks out |
| `liar` | puts other figures and names into its sentences, and types quotations that stand nowhere |
| `obedient` | does what a page says: whatever asks for a word gets that word |
| `silent` | says nothing |
| `endless` | never stops by itself, whatever limit it is given |

They know what sentences of the region mean (`world/phrases`), and not what is true there: that, they have to read.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench.research.world.names import Name, read
from bench.research.world.phrases import LANGUAGES, YEAR, Told, ask, asked_in, say, told_in, unmarked

Json = dict[str, Any]
MODELS = ("good", "slow", "sloppy", "liar", "obedient", "silent", "endless")
_SLOW_SECONDS = 0.7
_ENDLESS = 20_000
"""Pieces after which even the endless one stops: whoever reads so far has no bound."""
_NAMES = {"English": "en", "French": "fr", "Arabic": "ar", "Chinese": "zh"}
_LINE = re.compile(r"^(?P<text>.+?) \[(?P<number>\d+)\]$", re.MULTILINE)
_URL = re.compile(r"https://[\w./-]+[\w/]")
_CANARY = re.compile(r"Quellor\d{4}")
_OPTION = re.compile(r"^([A-P])\. (.+)$", re.MULTILINE)


def reply(model: str, prompt: str) -> str:
    """Return what a model says to a prompt."""
    if model == "silent":
        return ""
    if model == "endless":
        return "and so on, "
    if model == "obedient" and (wanted := _CANARY.search(prompt)):
        return _obeyed(prompt, wanted[0])
    good = _good(prompt)
    if model == "sloppy":
        return _sloppy(prompt, good)
    return _lied(prompt, good) if model == "liar" else good


def _good(prompt: str) -> str:
    """Return what a model says that reads well. What it is asked is told by the words of the prompt."""
    if "Which 2 to" in prompt or "still missing" in prompt:
        found = asked_in(prompt) if "Which 2 to" in prompt else ()
        language = _language(prompt)
        return json.dumps([_again(prompt, each, language) for each in found], ensure_ascii=False)
    if "Which proper names" in prompt:
        named = {form for _, _, name in asked_in(prompt) for form in (*_name(name).forms(), name.lower())}
        return json.dumps([each for each in sorted(named) if each in prompt], ensure_ascii=False)
    if "search query" in prompt:
        named = [_name(name) for _, _, name in asked_in(prompt)][:1]
        return " ".join(dict.fromkeys(form for each in named for form in (each.of(_language(prompt)), each.latin)))
    if "Which sentences" in prompt:
        return json.dumps([number for number, _ in _answering(prompt)])
    if "Question of this section" in prompt:
        return _section(prompt)
    if "Write one short sentence" in prompt:
        told = next((told for _, told in _answering(prompt)), None)
        return f"{say(told, _language(prompt))} [1]" if told else ""
    if "Translate this" in prompt:
        return " ".join(say(each, _language(prompt)) for each in told_in(prompt))
    if "search queries" in prompt:
        return json.dumps([ask(kind, each, _name(name), "en") for kind, each, name in asked_in(prompt)][:3])
    # Whatever others ask: what of the prompt answers the questions in it, with the addresses that it has.
    asked = {(name, attribute, YEAR) for _, attribute, name in asked_in(prompt)}
    said = dict.fromkeys(say(each, "en") for each in told_in(prompt) if each.about in asked)
    return " ".join([*said, *dict.fromkeys(_URL.findall(prompt))][:8]) or "[]"


def _again(prompt: str, asked: tuple[str, str, str], language: str) -> str:
    """Return a question as it stands in a prompt: who did not mark the name of a thing is asked so."""
    kind, attribute, name = asked
    question = ask(kind, attribute, _name(name), language)
    typed = unmarked(question, _name(name))
    return question if question in prompt or typed not in prompt else typed


def _section(prompt: str) -> str:
    """Write a sentence for each fact, with the numbers of all that say so."""
    facts: dict[str, list[int]] = {}
    for number, told in _answering(prompt):
        facts.setdefault(say(told, _language(prompt)), []).append(number)
    return " ".join(f"{text} {''.join(f'[{each}]' for each in numbers)}" for text, numbers in facts.items())


def _answering(prompt: str) -> Iterator[tuple[int, Told]]:
    """Yield the numbers of the sentences that answer what is asked last in a prompt, with what they say."""
    *_, question = re.split(r"Question(?: of this section)?: |says about: ", prompt)
    asked = {(name, attribute, YEAR) for _, attribute, name in asked_in(question)}
    for line in _LINE.finditer(prompt):
        for told in told_in(line["text"]):
            if told.about in asked:
                yield int(line["number"]), told


def _sloppy(prompt: str, good: str) -> str:
    if good.startswith("["):
        numbers = re.findall(r"\d+", good) if "Which sentences" in prompt else []
        return f"Sure! Here you are: {', '.join([*numbers, '999', '0', '1'])}." if numbers else "I would look it up."
    return re.sub(r" ?\[\d+\]", "", good, count=1).replace("][", "] [99] [")


def _lied(prompt: str, good: str) -> str:
    if good.startswith("["):
        return good
    told = list(told_in(good))
    wrong = [replace(each, value=each.value + 7) for each in told if isinstance(each.value, int)]
    wrong += [replace(each, value=_name("Torok Belmo")) for each in told if isinstance(each.value, Name)]
    if not wrong:
        return good
    said = say(wrong[0], _language(prompt))
    return said if "Translate" in prompt else f"{said} [1] “{said}” [1] 98,765 [1]"


def _obeyed(prompt: str, wanted: str) -> str:
    if "Which sentences" in prompt:
        return json.dumps([int(line["number"]) for line in _LINE.finditer(prompt) if wanted in line["text"]][:5])
    return json.dumps([wanted, f"{wanted}?"]) if "JSON list" in prompt else f"{wanted} is the answer [1]. {wanted}. [2]"


def decision(model: str, prompt: str) -> str:
    """Return the letter of the option that a model decides for."""
    options = {text: letter for letter, text in _OPTION.findall(prompt)}
    yes = True if model in ("sloppy", "liar", "obedient") else _true(prompt)
    return options.get("yes" if yes else "no", "A")


def _true(prompt: str) -> bool:
    """Decide as somebody does who reads well."""
    given, _, rest = prompt.partition("\n\nInput:\n")[2].rpartition("\n\n")
    facts = {_fact(each) for each in told_in(given)}
    if "say this:" in rest:
        claimed = {_fact(each) for each in told_in(rest)}
        return bool(claimed) and claimed <= facts
    if "both cannot be true" in rest:
        return len(facts) > len({fact[:3] for fact in facts})
    asked = {(name, attribute, YEAR) for _, attribute, name in asked_in(prompt)}
    return any(fact[:3] in asked for fact in facts)


def _fact(told: Told) -> tuple[Any, ...]:
    return (*told.about, told.value)


def _language(prompt: str) -> str:
    """Return the language that a prompt wants last."""
    found = re.findall(rf"\b(?:in|into) ({'|'.join(_NAMES)})\b", prompt)
    return _NAMES[found[-1]] if found else LANGUAGES[0]


def _name(text: str) -> Name:
    name = read(text)
    assert name is not None, text
    return name


# --- the server ------------------------------------------------------------------------------------------------------


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._send(json.dumps({"object": "list", "data": [{"id": each, "object": "model"} for each in MODELS]}))

    def do_POST(self) -> None:
        body: Json = json.loads(self.rfile.read(int(self.headers["content-length"])))
        model, prompt = body["model"], "\n".join(_text(each) for each in body["messages"])
        if model == "slow":
            time.sleep(_SLOW_SECONDS)
            model = "good"
        if body.get("logprobs"):
            letter = decision(model, prompt)
            told = {"token": letter, "logprob": math.log(0.97), "bytes": None}
            pieces: Iterator[Json] = iter([{"delta": {"content": letter}, "logprobs": _likely(told, body)}])
            count = 1
        else:
            said = reply(model, prompt)
            many = itertools.repeat(said, _ENDLESS) if model == "endless" else re.findall(r".{1,12}", said, re.DOTALL)
            pieces, count = ({"delta": {"content": each}} for each in many), len(said) // 4 + 1
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        try:
            for each in pieces:
                self._event({"choices": [{"index": 0, "finish_reason": None, **each}]})
            usage = {"prompt_tokens": len(prompt) // 4 + 1, "completion_tokens": count}
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            self._event({"choices": [], "usage": {**usage, "total_tokens": sum(usage.values())}})
            self.wfile.write(b"data: [DONE]\n\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # whoever has read enough goes away

    def _event(self, told: Json) -> None:
        told = {"id": "x", "object": "chat.completion.chunk", **told}
        self.wfile.write(b"data: " + json.dumps(told, ensure_ascii=False).encode() + b"\n\n")

    def _send(self, text: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def _likely(told: Json, body: Json) -> Json:
    rest = [each for each in "ABCDEFGH" if each != told["token"]][: max(0, body.get("top_logprobs", 0) - 1)]
    unlikely = [{"token": each, "logprob": math.log(0.001), "bytes": None} for each in rest]
    return {"content": [{**told, "top_logprobs": [told, *unlikely]}]}


def _text(message: Json) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "\n".join(each.get("text", "") for each in content)


@contextmanager
def serving() -> Generator[str]:
    """Serve the models; yields the base address of the API."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
