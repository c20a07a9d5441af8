"""What watches all requests of one application: counters, and traces where they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from earthshine.telemetry.request_metrics import RequestMetrics

if TYPE_CHECKING:
    from earthshine.telemetry.tracing import Tracing


@dataclass(slots=True)
class Telemetry:
    """The counters and traces of one application."""

    metrics: RequestMetrics = field(default_factory=RequestMetrics)
    tracing: Tracing | None = None
    """None where no traces are made; its packages are an extra."""
