"""Adds the server of the Model Context Protocol."""

from __future__ import annotations

from earthshine.mcp_server.routes import router
from earthshine.services import Feature

FEATURE = Feature(routers=(router,))
