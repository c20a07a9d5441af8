"""Who is alive: those who said so a moment ago."""

from __future__ import annotations

import pytest

from earthshine.cluster import coordinator
from earthshine.cluster.coordinator import SILENCE, Coordinator
from tests.cluster import offers


async def test_replicas_are_those_that_spoke_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(coordinator.time, "monotonic", lambda: now)
    meeting = Coordinator(offers.offer())
    await meeting.report(offers.report(1))
    assert await meeting.replicas() == ([offers.report(1)], False), "others may not have spoken yet"
    now += SILENCE - 1
    await meeting.report(offers.report(2, running=3))
    now += 2
    assert await meeting.replicas() == ([offers.report(2, running=3)], True)
    await meeting.withdraw("r2")
    await meeting.withdraw("r2")
    assert await meeting.replicas() == ([], True)
