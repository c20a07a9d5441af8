"""What goes wrong between here and a server, as the model and the client are told of it."""

from __future__ import annotations

from typing import Any, Literal

from earthshine.errors import UpstreamFailed


class McpFailed(UpstreamFailed):
    """A server did not answer, or not as the protocol wants it."""

    def __init__(
        self,
        message: str,
        code: int,
        kind: Literal["http_error", "mcp_protocol_error"] = "http_error",
        *,
        data: Any = None,
        sent: bool = True,
    ) -> None:
        """`code`: the status of HTTP, or that of the protocol. `data`: what the server says besides."""
        super().__init__(message)
        self.number = code
        self.kind = kind
        self.data = data
        self.sent = sent
        """Whether the server may have read the request."""

    @property
    def told(self) -> dict[str, Any]:
        """The error as OpenAI's API has it in a call's item."""
        return {"type": self.kind, "code": self.number, "message": self.message}
