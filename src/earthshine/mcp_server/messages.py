"""JSON-RPC as the protocol uses it: what a client sends, what it is answered, and what goes wrong with a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, cast

from pydantic import BaseModel, Field, StrictInt, StrictStr
from typing_extensions import TypedDict

from earthshine.tools.mcp.client import HANDSHAKE, STATELESS

Json = dict[str, Any]

VERSIONS = (STATELESS, *HANDSHAKE)
"""Revisions of the protocol that are spoken here, the newest first."""
PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
HEADER_MISMATCH, UNKNOWN_VERSION = -32020, -32022
_STATUS: Mapping[int, int] = {NO_METHOD: 404}
"""Of HTTP, for an error to a stateless request; 400 for the rest."""
_META = "io.modelcontextprotocol/"


class RpcMessage(BaseModel):
    """A message of a client: a request, or, without an id, a notification; or an answer, which is not read."""

    jsonrpc: Literal["2.0"]
    id: StrictStr | StrictInt | None = None
    method: str | None = Field(default=None, max_length=256)
    params: dict[str, Any] = Field(default_factory=dict[str, Any])

    @property
    def meta(self) -> Json:
        """What a stateless request says of itself."""
        meta: Any = self.params.get("_meta")
        return cast("Json", meta) if isinstance(meta, dict) else {}

    @property
    def version(self) -> Any:
        """The revision that it says of itself."""
        return self.meta.get(f"{_META}protocolVersion")


class RpcError(TypedDict):
    """What went wrong."""

    code: int
    message: str
    data: NotRequired[dict[str, Any]]


class RpcAnswer(TypedDict):
    """The answer to a request: a result or an error."""

    jsonrpc: Literal["2.0"]
    id: str | int | None
    result: NotRequired[dict[str, Any]]
    error: NotRequired[RpcError]


class RpcFailed(Exception):
    """A request that cannot be answered with a result."""

    def __init__(self, code: int, message: str, data: Json | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data

    def answer(self, number: str | int | None) -> RpcAnswer:
        """Return it as the answer to the request with this id."""
        error: RpcError = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return {"jsonrpc": "2.0", "id": number, "error": error}

    def status(self, *, stateless: bool) -> int:
        """Return the status of HTTP; older clients read errors only with 200."""
        return _STATUS.get(self.code, 400) if stateless else 200


def is_stateless(message: RpcMessage, headers: Mapping[str, str]) -> bool:
    """Tell whether a request says everything itself, and is not part of what a handshake began."""
    return message.version is not None or headers.get("mcp-protocol-version") not in (None, *HANDSHAKE)


def check_stateless(message: RpcMessage, headers: Mapping[str, str]) -> None:
    """Raise `RpcFailed` for a stateless request of another revision, or one with something missing.

    Headers repeat what the message says, so that proxies can read it; they must not differ from it.
    """
    said = message.version
    if headers.get("mcp-protocol-version") != said:
        raise RpcFailed(
            HEADER_MISMATCH,
            f"The header MCP-Protocol-Version and `_meta` of the message name different revisions; {STATELESS} "
            "wants both.",
        )
    if said != STATELESS:
        data = {"supported": list(VERSIONS), "requested": str(said)[:100]}
        raise RpcFailed(UNKNOWN_VERSION, f"This revision is not known here; these are: {', '.join(VERSIONS)}.", data)
    if not isinstance(message.meta.get(f"{_META}clientCapabilities"), dict):
        raise RpcFailed(INVALID_PARAMS, f"`params._meta` lacks {_META}clientCapabilities.")
    name: Any = message.params.get("name") if message.method == "tools/call" else None
    for header, value in (("mcp-method", message.method), ("mcp-name", name)):
        if value is not None and headers.get(header) != value:
            raise RpcFailed(HEADER_MISMATCH, f"The header {header} does not say what the message says.")
