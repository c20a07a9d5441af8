"""All routes of metering."""

from __future__ import annotations

from earthshine.metering.alerts.routes import router as alerts
from earthshine.metering.limits.model_permission_routes import router as model_permissions
from earthshine.metering.limits.routes import router as limits
from earthshine.metering.reports.routes import router as usage

ROUTERS = (usage, limits, model_permissions, alerts)
