"""Bodies that are no JSON object: the same for every route that takes one."""

from __future__ import annotations

from tests.faults.bad_rows.row import Row

_BROKEN: list[tuple[str, bytes, str]] = [
    ("empty", b"", "empty"),
    ("white space", b" \n\t ", "empty"),
    ("cut", b'{"model": "scripted", "input": "hel', "not valid JSON"),
    ("single quotes", b"{'model': 'scripted'}", "not valid JSON"),
    ("trailing comma", b'{"model": "scripted",}', "not valid JSON"),
    ("two objects", b'{"model": "scripted"} {}', "not valid JSON"),
    ("array", b'["scripted"]', "must be a JSON object"),
    ("string", b'"scripted"', "must be a JSON object"),
    ("null", b"null", "must be a JSON object"),
    ("NaN", b'{"model": "scripted", "temperature": NaN}', "not valid JSON"),
    ("number over the largest", b'{"model": "scripted", "temperature": 1e999}', "not valid JSON"),
    ("invalid UTF-8", b'{"model": "scripted", "input": "\xff\xfe"}', "not valid JSON"),
    ("lone surrogate", b'{"model": "scripted", "input": "\\ud83d"}', "not valid JSON"),
    ("lone low surrogate", b'{"model": "scripted", "input": "\\ude00!"}', "not valid JSON"),
    ("raw NUL", b'{"model": "scripted", "input": "a\x00b"}', "not valid JSON"),
    ("form", b"model=scripted&input=hello", "not valid JSON"),
    ("nested 100,000 deep", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "objects and lists"),
    ("nested 1,000 deep", b'{"a":' * 1000 + b"1" + b"}" * 1000, "Make it flatter"),
]
BODY_ROUTES = [
    "/v1/responses",
    "/v1/responses/input_tokens",
    "/v1/responses/compact",
    "/v1/conversations",
    "/v1/conversations/@conversation",
    "/v1/conversations/@conversation/items",
    "/v1/chat/completions",
    "/v1/chat/completions/@chat",
    "/v1/completions",
    "/v1/decisions",
    "/v1/embeddings",
]
BROKEN = [
    Row(f"{path}: body {name}", "POST", path, body, 400, "invalid_json", None, (says,))
    for path in BODY_ROUTES
    for name, body, says in _BROKEN
]
