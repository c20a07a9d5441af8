"""Adds decisions."""

from __future__ import annotations

from earthshine.decisions.routes import router
from earthshine.services import Feature

FEATURE = Feature(routers=(router,))
