"""Arguments of a call that its server wants in headers, too, so that proxies can route by them.

Source: `x-mcp-header` of the revision 2026-07-28, https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, cast

Json = dict[str, Any]

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}")
_DEEPEST, _MOST = 8, 32


def param_headers(schema: Any, arguments: Json) -> dict[str, str]:
    """Return the headers that the schema of a tool's input asks for, with what the arguments have for them."""
    headers: dict[str, str] = {}
    for token, value in _marked(schema, arguments, _DEEPEST):
        if len(headers) < _MOST and isinstance(value, bool | int | str):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            headers[f"mcp-param-{token.lower()}"] = header_value(text)
    return headers


def _marked(schema: Any, values: Any, deepest: int) -> Iterator[tuple[str, Any]]:
    """Yield the marked properties that are there, also those of objects inside."""
    properties: Any = cast("Json", schema).get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict) or not isinstance(values, dict) or not deepest:
        return
    for name, each in cast("Json", properties).items():
        if name not in values or not isinstance(each, dict):
            continue
        value, inner = cast("Json", values)[name], cast("Json", each)
        token: Any = inner.get("x-mcp-header")
        if isinstance(token, str) and _TOKEN.fullmatch(token):
            yield token, value
        yield from _marked(inner, value, deepest - 1)


def header_value(text: str) -> str:
    """Return a text as the protocol puts it into a header: in base64 when it would not come through as it is."""
    plain = text.isascii() and text.isprintable() and text == text.strip()
    if plain and not (text.startswith("=?base64?") and text.endswith("?=")):
        return text
    return f"=?base64?{b64encode(text.encode()).decode()}?="
