"""Bodies that are meant to hurt, made from the OpenAPI document for every route that takes one, and what they do."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Self

import httpx2
import orjson

from earthshine.wire.bounded import MOST_MESSAGES

Json = dict[str, Any]
Make = Callable[[], bytes]
"""What makes a body or a part of one when it is wanted: all at once would not fit into memory."""

_READ = ("text", "text of commas", "one wide character", "escapes", "placeholders", "special tokens")
_TEXTS = (*_READ, "half escapes", "marks")
_PLAIN = (*_READ, "digits")
"""What is refused alike by every text that is checked, so that one tells for all."""
_CARRIED = ("input", "prompt", "messages", "instructions", "items")
"""Fields that reach what a route does, and not only its checks."""
_CHAT_TOOL = b'[{"type":"function","function":{"name":"a","parameters":%(it)s}}]'
_SCHEMAS = {
    "response_format": b'{"type":"json_schema","json_schema":{"name":"a","schema":%(it)s}}',
    "text": b'{"format":{"type":"json_schema","name":"a","schema":%(it)s}}',
    "tools": b'[{"type":"function","name":"a","parameters":%(it)s}]',
}
"""Fields that JSON Schemas come in, and how."""
_PIECES = {
    "text": b"a ",
    "text of commas": b"[{,:",
    "escapes": b"\\ud83d\\ude00",
    "half escapes": b"\\ud83d",
    "backslashes": b"\\\\",
    "placeholders": "\ue0001\ue001".encode(),
    "ligatures": "\ufdfa".encode(),
    "special tokens": b"<|im_start|>",
}
"""What texts are made of, over and over."""
_FILES = ("/earthshine/v1/chats/import",)
"""What takes a file as it is, which the document does not describe."""
_NEEDED = {
    "/v1/chat/completions": {"store": True},
    "/earthshine/v1/chats/{chat_id}/turns": {"input": "Hello.", "model": "scripted"},
    "/earthshine/v1/deployments": {"base_url": "http://127.0.0.1:9/v1"},
    "/v1/organization/users": {"email": "a@example.org"},
    "/v1/organization/spend_alerts": {"notification_channel": {"type": "email", "recipients": ["a@example.org"]}},
    "/v1/organization/projects/{project_id}/spend_alerts": {
        "notification_channel": {"type": "email", "recipients": ["a@example.org"]}
    },
}
"""What the document does not say that a body must have, for something to be made of it."""


@dataclass
class Attack:
    """One request."""

    method: str
    path: str
    kind: str
    """What is hostile about it, and in which field."""
    body: Make
    checked_by: str = ""
    """What looks at it; of two requests with the same, one tells for both."""


@dataclass
class Harm:
    """What one request did to the server."""

    attack: Attack
    size: int
    """Bytes of the body."""
    status: int
    seconds: float
    """Until it was answered."""
    health: float
    """Seconds that the slowest `/health` took meanwhile."""
    growth: int
    """Bytes of memory that the server's process had at its peak more than before."""


# --- making them -----------------------------------------------------------------------------------------------------


def sample(all_of_them: Iterator[Attack]) -> Iterator[Attack]:
    """Yield one request for each kind of each schema of a field: routes share many."""
    seen: set[str] = set()
    for attack in all_of_them:
        if attack.checked_by not in seen:
            seen.add(attack.checked_by)
            yield attack


def attacks(
    document: Json, size: int, model: str = "scripted", places: Mapping[str, str] | None = None
) -> Iterator[Attack]:
    """Yield requests with bodies of about `size` bytes, for every method and path that takes a body.

    `places` has for paths with parameters where something stands; elsewhere nothing does, and that is found out first.
    """
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if path in _FILES and method == "post":
                yield from (Attack("POST", path, kind, body, path + kind) for kind, body in _whole(size))
            if "requestBody" not in operation:
                continue
            where = (places or {}).get(path) or re.sub(r"\{[^}]*\}", "default", path)
            kinds = operation["requestBody"]["content"]
            schema = kinds.get("application/json", {}).get("schema", {})
            about = _resolve(document, schema).get("properties", {})
            for kind, body in _bodies(document, schema, size, model):
                name, _, what = kind.partition(": ")
                # What is done with these differs from route to route; the others are checked, and that is all.
                place = where if name in _CARRIED or what.endswith("right items") else ""
                shape = "" if not place and what in _PLAIN else orjson.dumps(_bare(about.get(name))).decode()
                yield Attack(method.upper(), where, kind, body, f"{place} {shape} {what or name}")


class Places:
    """Paths at which something stands: what they need is made by the routes themselves."""

    def __init__(self, document: Json, url: str, key: str) -> None:
        self._document = document
        self._http = httpx2.Client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=60)
        self._ids = {"/earthshine/v1/settings": "site_name"}
        """What a path up to its last parameter has for that; `default` where nothing can be made."""

    def all(self) -> dict[str, str]:
        """Return for each path that takes a body where to send it."""
        with self._http:
            return {
                path: self._at(path)
                for path, methods in self._document["paths"].items()
                if any("requestBody" in operation for operation in methods.values())
            }

    def _at(self, path: str) -> str:
        collection, parameter, rest = path.rpartition("/{")
        if not parameter:
            return path
        if collection == "/v1/projects":  # where roles stand; made elsewhere
            return path.replace("{project_id}", self._at("/v1/organization/projects/{project_id}").rpartition("/")[2])
        if collection not in self._ids:
            self._ids[collection] = self._make(collection)
        return f"{self._at(collection)}/{self._ids[collection]}{rest.partition('}')[2]}"

    def _make(self, collection: str) -> str:
        operation = self._document["paths"].get(collection, {}).get("post", {})
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        body = _least(self._document, _resolve(self._document, schema)) | _NEEDED.get(collection, {})
        reply = self._http.post(self._at(collection), json=body)
        made: Json = reply.json() if reply.is_success else {}
        return made.get("id") or made.get("turn", {}).get("id") or "default"


def _bodies(document: Json, schema: Json, size: int, model: str) -> Iterator[tuple[str, Make]]:
    shape = _resolve(document, schema)
    least = _least(document, shape)
    if "model" in least:
        least["model"] = model
    yield from _whole(size)
    yield "unknown keys", lambda: _with(least, b",".join(b'"k%07d":1' % i for i in range(size // 13)))
    for name, value in _values(size).items():
        yield f"unknown field: {name}", _put(least, "unknown", value)
    for name, about in shape.get("properties", {}).items():
        for kind, value in _for_field(document, about, size):
            yield f"{name}: {kind}", _put(least, name, value)
        if name in _SCHEMAS and "model" in least:
            wrap = _SCHEMAS[name] if name != "tools" or "messages" not in shape["properties"] else _CHAT_TOOL
            for kind, value in json_schemas(size).items():
                yield f"{name}: {kind}", _put(least, name, partial(_wrapped, wrap, value))


def json_schemas(size: int) -> dict[str, Make]:
    """Return JSON Schemas that take long to compile where nothing bounds it."""
    few = min(size // 40, 9_000)
    schemas: dict[str, Callable[[], Any]] = {
        "doubled references": lambda: _chain("allOf"),
        "either reference": lambda: _chain("anyOf"),
        "many properties": lambda: _wide(few),
        "many required": lambda: _wide(few) | {"required": [*_wide(few)["properties"]], "additionalProperties": False},
        "many choices": lambda: {"enum": [f"e{i}" for i in range(few)]},
        "long pattern": lambda: _pattern("[a-z]b" * (size // 6)),
        "negated classes": lambda: _pattern(r"[^\w]" * (size // 8)),
        "counted pattern": lambda: _pattern("((((a{1,99}){1,99}){1,99}){1,99}){1,99}"),
        "nested counts": lambda: _counted(40),
    }
    return {kind: partial(_written, schema) for kind, schema in schemas.items()}


def _written(schema: Callable[[], Any]) -> bytes:
    return orjson.dumps(schema())


def _wrapped(wrap: bytes, value: Make) -> bytes:
    return wrap % {b"it": value()}


def _chain(keyword: str) -> Json:
    links = {f"d{i}": {keyword: [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(60)}
    return {"$ref": "#/$defs/d0", "$defs": links | {"d60": {"type": "object"}}}


def _wide(count: int) -> Json:
    return {"type": "object", "properties": {f"k{i}": {"type": "integer"} for i in range(count)}}


def _pattern(text: str) -> Json:
    return {"type": "string", "pattern": f"^{text}$"}


def _counted(depth: int) -> Json:
    inner = _counted(depth - 1) if depth else {"type": "string"}
    return {"type": "array", "items": inner, "minItems": 9, "maxItems": 99}


def _whole(size: int) -> Iterator[tuple[str, Make]]:
    """Yield bodies that are no object at all."""
    for name, value in _values(size).items():
        yield f"the body: {name}", value
    yield "the body: blanks", lambda: b" " * size
    yield "the body: bad UTF-8", lambda: b'{"a":"' + b"\xff" * (size - 8) + b'"}'
    yield "the body: unfinished", lambda: b'{"a":[' + b"{}," * (size // 3)


def _values(size: int) -> dict[str, Make]:
    """Return values of each JSON kind that are as large as may be."""
    return {
        "lists": lambda: b"[" + b"[]," * (size // 3) + b"[]]",
        "objects": lambda: b"[" + b"{}," * (size // 3) + b"{}]",
        "numbers": lambda: b"[" + b"1," * (size // 2) + b"1]",
        "texts": lambda: b"[" + b'"",' * (size // 3) + b'""]',
        "nesting": lambda: b"[" * (size // 2) + b"]" * (size // 2),
        "wide object": lambda: b"{" + b",".join(b'"k%07d":{}' % i for i in range(size // 14)) + b"}",
        "digits": lambda: b"1" * size,
        **{name: partial(_text, piece, size) for name, piece in _PIECES.items()},
        "one wide character": lambda: b'"' + b"a" * size + "😀".encode() + b'"',
        "marks": lambda: b'"a' + "\u0301\u0327".encode() * (size // 4) + b'"',
    }


def _text(piece: bytes, size: int) -> bytes:
    return b'"' + piece * (size // len(piece)) + b'"'


def _for_field(document: Json, about: Json, size: int) -> Iterator[tuple[str, Make]]:
    """Yield large values of the kinds that a field takes, and for lists and objects large wrong ones."""
    values = _values(size)
    shapes = list(_shapes(document, about))
    for shape in shapes:
        match shape.get("type"):
            case "array":
                for name in ("lists", "objects", "numbers", "texts"):
                    yield name, values[name]
                each = orjson.dumps(_least_value(document, shape.get("items", {})))
                yield "right items", partial(_items, each, size // (len(each) + 1), 0)
                for count in (100, MOST_MESSAGES):
                    yield f"{count} right items", partial(_items, each, count, size // count)
                for text in ("text", "one wide character"):
                    yield f"list of {text}", partial(_wrapped, b"[%(it)s]", values[text])
            case "object":
                yield "wide object", values["wide object"]
                yield "lists inside", partial(_wrapped, b'{"a":%(it)s}', values["lists"])
                yield "nesting inside", partial(_wrapped, b'{"a":%(it)s}', values["nesting"])
            case "string":
                for name in _TEXTS:
                    yield name, values[name]
            case "integer" | "number":
                yield "digits", values["digits"]
            case _:
                pass


def _items(each: bytes, count: int, size: int) -> bytes:
    """Return a list of so many items, each with a first text that makes it about `size` bytes long."""
    large = each.replace(b'"a"', b'"' + b"a " * (max(0, size - len(each) - 1) // 2) + b'"', 1)
    return b"[" + b",".join([large] * count) + b"]"


def _put(least: Json, name: str, value: Make) -> Make:
    others = {key: each for key, each in least.items() if key != name}
    return lambda: _with(others, orjson.dumps(name) + b":" + value())


def _with(others: Json, members: bytes) -> bytes:
    rest = orjson.dumps(others)
    return rest[:-1] + (b"," if others else b"") + members + b"}"


def _bare(about: Json | None) -> Json:
    """Return a field's schema without what is only said about it."""
    return {key: value for key, value in (about or {}).items() if key not in ("title", "description", "default")}


# --- reading the document --------------------------------------------------------------------------------------------


def _resolve(document: Json, schema: Json) -> Json:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _shapes(document: Json, schema: Json) -> Iterator[Json]:
    """Yield the alternatives of a schema, one for each type."""
    schema = _resolve(document, schema)
    seen: set[str] = set()
    for key in ("anyOf", "oneOf"):
        for each in schema.get(key, ()):
            for shape in _shapes(document, each):
                if shape.get("type", "") not in seen:
                    seen.add(shape.get("type", ""))
                    yield shape
    if "type" in schema:
        yield schema


def _least(document: Json, schema: Json) -> Json:
    """Return the smallest object of this kind."""
    needs = schema.get("required", ())
    return {
        name: "scripted" if name == "model" else _least_value(document, schema["properties"][name]) for name in needs
    }


def _least_value(document: Json, schema: Json) -> Any:
    schema = _resolve(document, schema)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for shape in _shapes(document, schema):
        match shape.get("type"):
            case "object":
                return _least(document, shape)
            case "array":
                count = max(1, shape.get("minItems", 0))
                return [_least_value(document, shape.get("items", {}))] * count
            case "integer" | "number":
                return max(1, shape.get("minimum", 1))
            case "boolean":
                return False
            case "string":
                return shape.get("const") or (shape.get("enum") or ["a" * max(1, shape.get("minLength", 1))])[0]
            case _:
                continue
    return "a"


# --- looking what they do --------------------------------------------------------------------------------------------


@dataclass
class Target:
    """A server that is attacked and watched."""

    host: str
    port: int
    key: str
    pid: int
    patience: float = 120
    _stop: threading.Event = field(default_factory=threading.Event)
    _worst: float = 0
    _asked: float = 0

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(self.patience)

    def suffer(self, attack: Attack) -> Harm:
        """Send one request, and see how long `/health` waits and how much memory it takes."""
        body = attack.body()
        before = self._resident()
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        self._worst = 0
        begun = time.monotonic()
        status = self._send(attack, body)
        seconds = time.monotonic() - begun
        # The one that waits now began while the request was served.
        time.sleep(0.011)
        while self._asked and self._asked < begun + seconds and time.monotonic() - begun < self.patience:
            time.sleep(0.01)
        return Harm(attack, len(body), status, seconds, self._worst, max(0, self._peak() - before))

    def quiet(self, seconds: float = 0.3) -> float:
        """Return the seconds that the slowest `/health` takes while nothing else is asked."""
        self._worst = 0
        time.sleep(seconds)
        return self._worst

    def _send(self, attack: Attack, body: bytes) -> int:
        # Kept open: a reply that comes before the body is read would be lost where the connection ends with it.
        connection = HTTPConnection(self.host, self.port, timeout=self.patience)
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        with closing(connection):
            try:
                with suppress(ConnectionResetError, BrokenPipeError):  # it may be refused before it is read
                    connection.request(attack.method, attack.path, body, headers)
                reply = connection.getresponse()
                reply.read()
            except (OSError, HTTPException):
                return 0
            return reply.status

    def _watch(self) -> None:
        while not self._stop.is_set():
            with suppress(OSError):  # a connection that waited too long is closed, and another asks on
                self._ask()
            self._asked = 0

    def _ask(self) -> None:
        ask = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
        with socket.create_connection((self.host, self.port), timeout=self.patience) as connection:
            while not self._stop.is_set():
                begun = self._asked = time.monotonic()
                connection.sendall(ask)
                if not connection.recv(4096):
                    return
                self._worst = max(self._worst, time.monotonic() - begun)
                self._asked = 0
                time.sleep(0.01)

    def _resident(self) -> int:
        return self._status("VmRSS")

    def _peak(self) -> int:
        return self._status("VmHWM")

    def _status(self, name: str) -> int:
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+)", text)[1]) * 1024  # type: ignore[index] - always there
