"""Adds the three requests in which a server becomes deployments."""

from __future__ import annotations

from earthshine.servers.routes import router
from earthshine.services import Feature

FEATURE = Feature(routers=(router,))
