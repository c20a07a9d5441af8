"""`/metrics`: what was counted, under labels that no client can invent."""

from __future__ import annotations

import re
import time

from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from earthshine.telemetry.request_metrics import RequestMetrics
from tests.telemetry.conftest import RunningApp, opened, script


def sample(text: str, name: str, **labels: str) -> float:
    """Return the value of one series; 0 when it is not there."""
    for family in text_string_to_metric_families(text):
        for each in family.samples:
            if each.name == name and labels.items() <= each.labels.items():
                return each.value
    return 0.0


async def test_requests_are_counted_by_route_template_method_and_status(running: RunningApp) -> None:
    route = "/v1/chat/completions/{completion_id}"
    before = sample(await running.metrics(), "earthshine_http_requests_total", route=route, method="GET", status="404")
    for name in ("chatcmpl-1", "chatcmpl-2"):
        assert (await running.http.get(f"/v1/chat/completions/{name}")).status_code == 404
    text = await running.metrics()
    assert sample(text, "earthshine_http_requests_total", route=route, method="GET", status="404") == before + 2
    assert "chatcmpl-" not in text


async def test_durations_and_first_bytes(running: RunningApp) -> None:
    labels = {"route": "/v1/chat/completions", "method": "POST"}
    before = await running.metrics()
    await running.chat(script(text="one two three", tokens_per_second=20), stream=True)
    after = await running.metrics()
    took, first = (
        sample(after, f"earthshine_http_{name}_seconds_sum", **labels)
        - sample(before, f"earthshine_http_{name}_seconds_sum", **labels)
        for name in ("request_duration", "time_to_first_byte")
    )
    assert took > 0.1
    assert first < took - 0.09


async def test_unknown_paths_and_methods_make_no_series(running: RunningApp) -> None:
    def series(text: str) -> int:
        return sum(line.startswith("earthshine_http_requests_total") for line in text.splitlines())

    await running.http.request("BREW", "/v1/pot-0")
    await running.http.get("/v1/pot-0")
    await running.http.get("/v1/models/" + "x" * 100)
    before = series(await running.metrics())
    for number in range(50):
        await running.http.get(f"/v1/unknown-{number}")
        await running.http.request(f"BREW{number}", f"/v1/pot-{number}")
        await running.http.get(f"/v1/models/nothing-{number}")
        await running.chat("hello", model=f"nothing-{number}")
    text = await running.metrics()
    assert series(text) <= before + 1
    assert not re.search(r"unknown-|BREW|pot-|nothing-", text)


async def test_the_services_tell_how_they_are(running: RunningApp) -> None:
    await running.http.post("/v1/responses", json={"model": "scripted", "input": "hello"})
    text = await running.metrics()
    assert sample(text, "earthshine_journal_commit_seconds_count") >= 1
    for name in ("journal_backlog_events", "runs", "streams", "websockets", "ledger_backlog_rows", "admissions"):
        assert f"\nearthshine_{name} " in text, name
    assert 'earthshine_model_requests{model="scripted"} 0.0' in text
    assert sample(text, "process_resident_memory_bytes") > 10 * 2**20


async def test_tokens_by_model_and_calls_by_deployment(running: RunningApp) -> None:
    before = await running.metrics()
    reply = await running.chat(script(text="one two three", cached_tokens=2), model="default")
    await running.http.post("/v1/responses", json={"model": "scripted", "input": "hello"})
    after = await running.metrics()

    def grown(name: str, **labels: str) -> float:
        return sample(after, name, **labels) - sample(before, name, **labels)

    usage = reply.json()["usage"]
    # `default` is an alias; the model's own name is counted.
    assert grown("earthshine_tokens_total", model="scripted", kind="output") > usage["completion_tokens"]
    assert grown("earthshine_tokens_total", model="scripted", kind="input") > usage["prompt_tokens"]
    assert grown("earthshine_tokens_total", model="scripted", kind="cached") == 2
    assert sample(after, "earthshine_tokens_total", model="default") == 0
    assert grown("earthshine_deployment_calls_total", outcome="served") == 2
    assert grown("earthshine_deployment_queue_seconds_count") == 2
    assert sample(after, "earthshine_deployment_circuit", state="closed") == 1
    assert sample(after, "earthshine_admissions") == 0


async def test_openmetrics_for_those_who_ask(running: RunningApp) -> None:
    reply = await running.http.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert reply.headers["content-type"].startswith("application/openmetrics-text")
    assert list(parse_openmetrics(reply.text))


async def test_metrics_want_a_key(running: RunningApp) -> None:
    reply = await running.http.get("/metrics", headers={"authorization": "Bearer sk-wrong"})
    assert reply.status_code == 401


async def test_two_applications_count_apart(running: RunningApp, tmp_path: object) -> None:
    from pathlib import Path

    async with opened(Path(str(tmp_path))) as other:
        await other.http.get("/v1/models")
        assert sample(await other.metrics(), "earthshine_http_requests_total", route="/v1/models") == 1


def test_counting_takes_microseconds() -> None:
    request_metrics = RequestMetrics()
    assert isinstance(request_metrics.registry, CollectorRegistry)
    begun = time.thread_time()
    for _ in range(2000):
        request_metrics.answered("/v1/chat/completions", "POST", 200, 0.2, 0.1)
    # About 5 here; a bound that only a mistake of another order can break.
    assert (time.thread_time() - begun) / 2000 < 200e-6
