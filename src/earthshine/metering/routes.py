"""The doors of metering, together."""

from __future__ import annotations

from earthshine.metering.usage_routes import router as usage

ROUTERS = (usage,)
