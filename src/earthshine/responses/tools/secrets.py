"""What is stored with a tool of a request, and told to nobody: its secrets, encrypted, and what was looked up for it.

A response that a crash cut must go on, and reach its tools; so they are kept with it, and dropped when it has ended. A
stored tool has them under `SEALED_KEY`, which no client may send.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import orjson

from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.tools.definitions import HostedTool
from earthshine.sealing import SecretCipher
from earthshine.sealing.columns import SEALED_KEY
from earthshine.settings import Settings

Json = dict[str, Any]

_PREPARED = "prepared"
"""The key of a stored tool that has what `Tool.prepare` found. No client may send it."""


class ToolSecrets:
    """Encrypts and decrypts them with the keys of the installation."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def sealed(self, create: ResponseCreate, body: Json) -> Json:
        """Return a request as it is stored. Raises `Unavailable` when the keys of the installation are none."""
        tools: list[Json] = body.get("tools") or []
        kept = [
            self._seal(tool, offered.tool.secrets) if isinstance(offered, HostedTool) and offered.tool else tool
            for tool, offered in zip(tools, create.tools, strict=True)
        ]
        return {**body, "tools": kept} if kept != tools else body

    def opened(self, body: Json) -> Json:
        """Return a stored request as it was sent. Raises `ModelBroken` when no key here fits."""
        tools: list[Json] = body.get("tools") or []
        if not any(SEALED_KEY in tool or _PREPARED in tool for tool in tools):
            return body
        cipher = SecretCipher.open(self._settings) if any(SEALED_KEY in tool for tool in tools) else None
        return {**body, "tools": [_open(tool, cipher) for tool in tools]}

    def _seal(self, tool: Json, paths: tuple[str, ...]) -> Json:
        rest, secret = tool, dict[str, Any]()
        for path in paths:
            rest, found = _taken(rest, path.split("."))
            if found is not None:
                secret[path] = found
        if not secret:
            return tool
        return {**rest, SEALED_KEY: SecretCipher.open(self._settings).encrypt(orjson.dumps(secret).decode())}


def with_prepared(body: Json, known: Sequence[Json | None]) -> Json:
    """Return a request with what was looked up for each of its tools."""
    if not any(known):
        return body
    pairs = zip(body["tools"], known, strict=True)
    return {**body, "tools": [tool if found is None else {**tool, _PREPARED: found} for tool, found in pairs]}


def give_prepared(create: ResponseCreate, body: Json) -> None:
    """Give the tools of a request what is stored for them."""
    for offered, tool in zip(create.tools, body.get("tools") or (), strict=True):
        if isinstance(offered, HostedTool) and _PREPARED in tool:
            offered.prepare(tool[_PREPARED])


def bare(request: Json) -> Json | None:
    """Return what of a stored request stays when its response has ended; None when all of it does."""
    return told(request) if any(SEALED_KEY in tool for tool in request.get("tools") or ()) else None


def told(request: Mapping[str, Any]) -> Json:
    """Return a stored request without what is secret in it."""
    tools: list[Json] = request.get("tools") or []
    return {**request, "tools": [without_secrets(tool) for tool in tools]} if tools else dict(request)


def without_secrets(tool: Json) -> Json:
    """Return a stored tool as it is told."""
    return {name: each for name, each in tool.items() if name not in (SEALED_KEY, _PREPARED)}


def _open(tool: Json, cipher: SecretCipher | None) -> Json:
    rest = without_secrets(tool)
    if cipher is not None and SEALED_KEY in tool:
        for path, secret in orjson.loads(cipher.decrypt(tool[SEALED_KEY])).items():
            rest = _put(rest, path.split("."), secret)
    return rest


def _taken(within: Json, path: list[str]) -> tuple[Json, Any]:
    """Return an object without what is at a path in it, and that; None where nothing is."""
    name, *deeper = path
    each = within.get(name)
    if deeper and isinstance(each, dict):
        rest, found = _taken(cast("Json", each), deeper)
        return {**within, name: rest}, found
    return ({key: value for key, value in within.items() if key != name}, each) if not deeper else (within, None)


def _put(within: Json, path: list[str], secret: Any) -> Json:
    name, *deeper = path
    return {**within, name: _put(within[name], deeper, secret) if deeper else secret}
