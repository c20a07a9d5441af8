"""Adds re-ranking."""

from __future__ import annotations

from earthshine.rerank.routes import router
from earthshine.services import Feature

FEATURE = Feature(routers=(router,))
