"""Adds the list of tools."""

from __future__ import annotations

from earthshine.services import Feature
from earthshine.tools.routes import router

FEATURE = Feature(routers=(router,))
