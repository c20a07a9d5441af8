"""What a kept connector is to the tool: a server, and what whoever keeps it says of its tools."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from earthshine.accounts.authorization.caller import Caller
from earthshine.tools.mcp.filters import ApprovalFilter, ToolFilter
from earthshine.tools.mcp.transport import Server
from earthshine.wire.strict import Strict


class ConnectorPolicy(Strict):
    """What whoever keeps a connector says of it; stored with a response that uses it."""

    host: str
    """Where it is, in lower case; empty for a program that is run here."""
    allowed_tools: ToolFilter | None = None
    require_approval: ApprovalFilter


@dataclass(frozen=True, slots=True)
class Connected:
    """A connector that somebody may use."""

    server: Server
    policy: ConnectorPolicy


class ConnectorSource(ABC):
    """The service that knows connectors; its package stands above."""

    @abstractmethod
    async def connect(self, connector_id: str, who: Caller) -> Connected:
        """Return a connector for whoever may use it. Raises `NotFound` and `PermissionDenied`."""
