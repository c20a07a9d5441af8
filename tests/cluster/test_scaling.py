"""How many replicas are wanted: by what they hold, whichever way that came, and by what waits where there is none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from earthshine.cluster.scaling import RUNNING, replicas_wanted


def context(told: dict[str, list[float]], alive: list[str], queued: float = 0) -> Any:
    """Return what Serve's controller gives a policy."""
    series = {name: [SimpleNamespace(value=value) for value in values] for name, values in told.items()}
    return SimpleNamespace(
        raw_metrics={RUNNING: series},
        running_replicas=alive,
        total_queued_requests=queued,
        config=SimpleNamespace(get_target_ongoing_requests=lambda: 2.0),
    )


@pytest.mark.parametrize(
    ("told", "alive", "queued", "wanted"),
    [
        ({}, [], 0, 0),
        ({}, [], 3, 1.5),
        ({"a": [0, 4], "b": [9, 2]}, ["a", "b"], 0, 3),
        ({"a": [4], "gone": [4]}, ["a"], 0, 2),
        ({"a": []}, ["a"], 0, 0),
    ],
)
def test_replicas_wanted(told: dict[str, list[float]], alive: list[str], queued: float, wanted: float) -> None:
    assert replicas_wanted(context(told, alive, queued)) == (wanted, {})


def test_a_controller_that_has_heard_nothing() -> None:
    silent = context({}, ["a"])
    silent.raw_metrics = None
    silent.total_queued_requests = None
    assert replicas_wanted(silent) == (0, {})
