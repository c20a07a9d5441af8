"""What the services know about themselves, read whenever somebody asks for `/metrics`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from earthshine.blobs import Blobs
from earthshine.containers.egress_log.log import EgressLog
from earthshine.database import Database
from earthshine.engines.llamacpp.devices.inventory import Devices
from earthshine.engines.pool import Pool
from earthshine.metering.meter import Meter
from earthshine.periodic import running
from earthshine.processes.memory import MemoryBudget
from earthshine.routing.counters import BOUNDS, Histogram
from earthshine.routing.router import Router
from earthshine.runs import Runs
from earthshine.services import Services
from earthshine.settings import Settings

_WORD = re.compile(r"[a-z_]{1,40}")
_DEVICES_KEPT = 60.0
"""Seconds after which devices are looked at again."""
_CIRCUITS = ("closed", "half_open", "open")


class ServiceCollector(Collector):
    """The gauges of one application's services.

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

    def refresh(self, services: Services) -> None:
        """Look at all services."""
        self._families = [
            *_models(services),
            *_devices(services),
            *_deployments(services),
            *_traffic(services),
            *_storage(services),
            *_egress(services),
            _periodic(),
        ]


def _models(services: Services) -> Iterable[Metric]:
    labels = ["model"]
    memory = GaugeMetricFamily("earthshine_model_memory_bytes", "Memory of a loaded model.", labels=labels)
    requests = GaugeMetricFamily("earthshine_model_requests", "Requests that hold a loaded model.", labels=labels)
    slots = GaugeMetricFamily("earthshine_model_slots", "Replies it writes at the same time at most.", labels=labels)
    busy = GaugeMetricFamily("earthshine_model_slots_busy", "Replies it is writing.", labels=labels)
    waiting = GaugeMetricFamily("earthshine_model_slots_waiting", "Replies that wait for a slot.", labels=labels)
    restarts = CounterMetricFamily(
        "earthshine_engine_restarts", "Times that a loaded model's process died and was started anew.", labels=labels
    )
    for model, held in services.get(Pool).leases():
        name, load = [model.card.name], model.engine.load
        memory.add_metric(name, model.engine.memory)
        requests.add_metric(name, held)
        if load is not None:
            slots.add_metric(name, load.slots)
            busy.add_metric(name, load.busy)
            waiting.add_metric(name, load.waiting)
            restarts.add_metric(name, load.restarts)
    return memory, requests, slots, busy, waiting, restarts


def _devices(services: Services) -> Iterable[Metric]:
    devices, memory, settings = services.get(Devices), services.get(MemoryBudget), services.get(Settings)
    devices.refresh(_DEVICES_KEPT)  # meanwhile; tools that are asked may take seconds
    labels = ["device", "name"]
    total = GaugeMetricFamily("earthshine_device_memory_bytes", "Memory of a device.", labels=labels)
    free = GaugeMetricFamily("earthshine_device_free_bytes", "Of that, what nobody has.", labels=labels)
    budget = GaugeMetricFamily("earthshine_device_budget_bytes", "What models may take together.", labels=labels)
    reserved = GaugeMetricFamily("earthshine_device_reserved_bytes", "What models have.", labels=labels)
    for each in devices.last.devices:
        name = [each.device.id, each.device.name]
        total.add_metric(name, each.device.memory)
        free.add_metric(name, each.device.free)
        budget.add_metric(name, each.budget(settings))
        reserved.add_metric(name, memory.reserved(each.device.id))
    return total, free, budget, reserved


def _deployments(services: Services) -> Iterable[Metric]:
    labels = ["deployment"]
    used = GaugeMetricFamily("earthshine_deployment_places_busy", "Calls that are being served.", labels=labels)
    waiting = GaugeMetricFamily("earthshine_deployment_queue", "Calls that wait for a place.", labels=labels)
    circuit = GaugeMetricFamily(
        "earthshine_deployment_circuit", "1 for the state of a circuit.", labels=["deployment", "state"]
    )
    for member in services.get(Router).states():
        name = member.deployment.id
        used.add_metric([name], member.queue.in_use)
        waiting.add_metric([name], member.queue.waiting)
        for state in _CIRCUITS:
            circuit.add_metric([name, state], float(member.breaker.circuit == state))
    return used, waiting, circuit


def _traffic(services: Services) -> Iterable[Metric]:
    counters = services.get(Router).counters
    calls = CounterMetricFamily(
        "earthshine_deployment_calls", "Calls by what became of them.", labels=["deployment", "outcome"]
    )
    outcomes: Counter[tuple[str, str]] = Counter()
    for (name, outcome), count in counters.calls.items():
        # An error's code may be an upstream's own word.
        outcomes[name, outcome if _WORD.fullmatch(outcome) else "error"] += count
    for (name, outcome), count in outcomes.items():
        calls.add_metric([name, outcome], count)
    yield calls
    for name, about, label, counts in (
        ("earthshine_deployment_fallbacks", "Calls that went on to another one.", "deployment", counters.fallbacks),
        ("earthshine_deployment_turned_away", "Calls that found the queue full.", "deployment", counters.turned_away),
        ("earthshine_model_retries", "Calls made again after all deployments failed.", "model", counters.retries),
    ):
        family = CounterMetricFamily(name, about, labels=[label])
        for key, count in counts.items():
            family.add_metric([key], count)
        yield family
    yield _histograms("earthshine_deployment_queue_seconds", "From a call to its place.", counters.waited)
    yield _histograms(
        "earthshine_deployment_first_piece_seconds", "From having a place to the first piece.", counters.first_piece
    )


def _histograms(name: str, about: str, found: Mapping[str, Histogram]) -> Metric:
    family = HistogramMetricFamily(name, about, labels=["deployment"])
    for deployment, histogram in found.items():
        below, buckets = 0, list[tuple[str, float]]()
        for bound, count in zip((*BOUNDS, "+Inf"), histogram.counts, strict=True):
            below += count
            buckets.append((str(bound), below))
        family.add_metric([deployment], buckets, histogram.total)
    return family


def _periodic() -> Metric:
    family = GaugeMetricFamily(
        "earthshine_periodic_last_success_timestamp_seconds",
        "When work that is done again and again was last done.",
        labels=["work"],
    )
    oldest: dict[str, float] = {}
    for each in running():
        if each.last_success is not None:
            oldest[each.name] = min(each.last_success, oldest.get(each.name, each.last_success))
    for name, at in oldest.items():
        family.add_metric([name], at)
    return family


def _egress(services: Services) -> Iterable[Metric]:
    log = services.get(EgressLog)
    family = CounterMetricFamily(
        "earthshine_egress_connections", "Connections from sandboxes by what became of them.", labels=["verdict"]
    )
    for verdict, count in log.counts.items():
        family.add_metric([verdict], count)
    yield family
    yield CounterMetricFamily("earthshine_egress_left_out", "Of these, what the log could not keep.", log.left_out)


def _storage(services: Services) -> Iterable[Metric]:
    meter, runs = services.get(Meter), services.get(Runs)
    for name, about, value in (
        ("earthshine_journal_backlog_events", "Events that wait for a commit.", runs.journal.backlog),
        ("earthshine_runs", "Runs that are being performed: responses, downloads and other work.", runs.count),
        ("earthshine_ledger_backlog_rows", "Settlements on their way into the ledger.", meter.ledger.backlog),
        ("earthshine_admissions", "Pieces of work that are admitted and not settled.", meter.open),
        (
            "earthshine_damaged_contents",
            "Stored contents that are known to be wrong.",
            services.get(Blobs).scan.damaged,
        ),
        ("earthshine_database_connections", "Connections to the database in use.", services.get(Database).connections),
    ):
        yield GaugeMetricFamily(name, about, value)
