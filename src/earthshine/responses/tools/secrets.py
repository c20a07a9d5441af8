"""What a request tells a tool that nobody else may read: tokens and headers. Stored encrypted, and told to nobody.

A response that a crash cut must go on, and reach its tools; so they are kept with it, and dropped when it has ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.tools.definitions import HostedTool
from earthshine.routing.secret_cipher import SecretCipher
from earthshine.settings import Settings

Json = dict[str, Any]

_SEALED = "sealed"
"""The key of a stored tool that has its secrets, encrypted. No client may send it."""


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
        if not any(_SEALED in tool for tool in tools):
            return body
        cipher = SecretCipher.open(self._settings)
        return {**body, "tools": [_open(tool, cipher) for tool in tools]}

    def _seal(self, tool: Json, names: tuple[str, ...]) -> Json:
        secret = {name: tool[name] for name in names if tool.get(name) is not None}
        if not secret:
            return tool
        rest = {name: each for name, each in tool.items() if name not in secret}
        return {**rest, _SEALED: SecretCipher.open(self._settings).encrypt(orjson.dumps(secret).decode())}


def bare(request: Json) -> Json | None:
    """Return what of a stored request stays when its response has ended; None when all of it does."""
    return told(request) if any(_SEALED in tool for tool in request.get("tools") or ()) else None


def told(request: Mapping[str, Any]) -> Json:
    """Return a stored request without what is secret in it."""
    tools: list[Json] = request.get("tools") or []
    return {**request, "tools": [without_secrets(tool) for tool in tools]} if tools else dict(request)


def without_secrets(tool: Json) -> Json:
    """Return a stored tool as it is told."""
    return {name: each for name, each in tool.items() if name != _SEALED}


def _open(tool: Json, cipher: SecretCipher) -> Json:
    rest = without_secrets(tool)
    return {**rest, **orjson.loads(cipher.decrypt(tool[_SEALED]))} if _SEALED in tool else tool
