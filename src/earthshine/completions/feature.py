"""Adds completions."""

from __future__ import annotations

from earthshine.completions.routes import router
from earthshine.services import Feature

FEATURE = Feature(routers=(router,))
