"""Adds moderations."""

from __future__ import annotations

from earthshine.moderations.routes import router
from earthshine.services import Feature

FEATURE = Feature(routers=(router,))
