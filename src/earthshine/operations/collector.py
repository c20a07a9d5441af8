"""What the rooms know about themselves, read whenever somebody asks for `/metrics`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from earthshine.services import Services


class Rooms(Collector):
    """The gauges of one application's rooms.

    They are read by `refresh`, in the event loop's thread like all that changes them; whoever writes them out may do
    so in another.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._families: list[Metric] = []
        registry.register(self)
        ProcessCollector(registry=registry)

    def collect(self) -> Iterable[Metric]:
        """Return what the last `refresh` saw."""
        return self._families

    def refresh(self, house: Services) -> None:
        """Look at all rooms."""
        self._families = [*_models(house), *_journal(house)]


def _models(house: Services) -> Iterable[Metric]:
    memory = GaugeMetricFamily("earthshine_model_memory_bytes", "Memory of a loaded model.", labels=["model"])
    requests = GaugeMetricFamily("earthshine_model_requests", "Requests that hold a loaded model.", labels=["model"])
    places = GaugeMetricFamily(
        "earthshine_model_slots", "Replies it writes at the same time at most.", labels=["model"]
    )
    busy = GaugeMetricFamily("earthshine_model_slots_busy", "Replies it is writing.", labels=["model"])
    waiting = GaugeMetricFamily("earthshine_model_slots_waiting", "Replies that wait for a slot.", labels=["model"])
    restarts = CounterMetricFamily(
        "earthshine_engine_restarts", "Times that a loaded model's process died and was started anew.", labels=["model"]
    )
    for model, held in house.pool.leases():
        name, load = [model.card.name], model.engine.load
        memory.add_metric(name, model.engine.memory)
        requests.add_metric(name, held)
        if load is not None:
            places.add_metric(name, load.slots)
            busy.add_metric(name, load.busy)
            waiting.add_metric(name, load.waiting)
            restarts.add_metric(name, load.restarts)
    return memory, requests, places, busy, waiting, restarts


def _journal(house: Services) -> Iterable[Metric]:
    journal = house.runs.journal
    yield GaugeMetricFamily("earthshine_journal_backlog_events", "Events that wait for a commit.", journal.backlog)
    yield GaugeMetricFamily("earthshine_runs", "Responses that are being written.", house.runs.count)
