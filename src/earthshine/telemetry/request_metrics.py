"""What is counted while requests pass: how many, how long, how many tokens. The rest of `/metrics` is read on demand.

Names follow Prometheus: base units, `_total` for counters. Labels come from our own lists only (routes of the
application, methods of HTTP, models that served), so that no client can make new time series.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from earthshine.telemetry.request_context import RequestContext

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "WEBSOCKET"})
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_COMMIT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class RequestMetrics:
    """The counters of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "earthshine_http_requests", "Requests that were answered.", ("route", "method", "status"), registry=registry
        )
        self._duration = Histogram(
            "earthshine_http_request_duration_seconds",
            "From a request's arrival to the end of its reply.",
            ("route", "method"),
            registry=registry,
            buckets=_SECONDS,
        )
        self._first_byte = Histogram(
            "earthshine_http_time_to_first_byte_seconds",
            "From a request's arrival to the first byte of its reply's body.",
            ("route", "method"),
            registry=registry,
            buckets=_SECONDS,
        )
        self._tokens = Counter(
            "earthshine_tokens", "Tokens, as they were counted for the reply.", ("model", "kind"), registry=registry
        )
        self.streams = Gauge("earthshine_streams", "Event streams that are open.", registry=registry)
        self.websockets = Gauge("earthshine_websockets", "WebSockets that are open.", registry=registry)
        self.commit = Histogram(
            "earthshine_journal_commit_seconds",
            "What one commit of the journal took.",
            registry=registry,
            buckets=_COMMIT_SECONDS,
        )
        # `labels` looks up under a lock; these are read once for each request.
        self._answered: dict[tuple[str, str, int], tuple[Counter, Histogram, Histogram]] = {}
        self._counted: dict[tuple[str, str], Counter] = {}

    def answered(self, route: str, method: str, status: int, seconds: float, first_byte: float) -> None:
        """Count one request. `first_byte` is negative when its reply had no body."""
        if method not in _METHODS:
            method = "OTHER"
        known = self._answered.get((route, method, status))
        if known is None:
            known = self._answered[route, method, status] = (
                self._requests.labels(route, method, str(status)),
                self._duration.labels(route, method),
                self._first_byte.labels(route, method),
            )
        counter, duration, to_first_byte = known
        counter.inc()
        duration.observe(seconds)
        if first_byte >= 0:
            to_first_byte.observe(first_byte)

    def settled(self, row: Mapping[str, Any], request: RequestContext | None) -> None:
        """Count the tokens of one row of the ledger; its model is one of the installation's own."""
        model: str = row["model"]
        counts: dict[str, int] = {kind: row[f"{kind}_tokens"] for kind in ("input", "cached", "output")}
        for kind, count in counts.items():
            if count:
                known = self._counted.get((model, kind))
                if known is None:
                    known = self._counted[model, kind] = self._tokens.labels(model, kind)
                known.inc(count)
        if request is not None:
            request.used(model, counts)
