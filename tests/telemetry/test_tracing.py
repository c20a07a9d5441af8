"""Traces: what they are made of, how they join the client's and the upstream's, and that they are sent."""

from __future__ import annotations

import asyncio
import builtins
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from earthshine.errors import Unavailable
from earthshine.telemetry.spans import open_tracing
from earthshine.telemetry.telemetry import Telemetry
from earthshine.telemetry.tracing import make_tracing
from tests.telemetry.conftest import RunningApp, opened, script

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


class Upstream:
    """An OpenAI-compatible server that remembers the headers it was sent."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []
        self.url = ""

    async def chat(self, request: web.Request) -> web.Response:
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        chunk = (
            '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m",'
            '"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}],'
            '"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}'
        )
        return web.Response(text=f"data: {chunk}\n\ndata: [DONE]\n\n", content_type="text/event-stream")


async def run(app: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture(scope="module")
async def upstream() -> AsyncGenerator[Upstream]:
    serving, app = Upstream(), web.Application()
    app.router.add_post("/v1/chat/completions", serving.chat)
    runner, url = await run(app)
    serving.url = f"{url}/v1"
    yield serving
    await runner.cleanup()


@pytest.fixture
async def running(tmp_path: Path, upstream: Upstream) -> AsyncGenerator[RunningApp]:
    far = {"far": {"base_url": upstream.url, "models": {"m": "far"}}}
    async with opened(tmp_path, upstreams=far) as opened_app:
        yield opened_app


@pytest.fixture
async def spans(running: RunningApp) -> InMemorySpanExporter:
    """Traces of the application, kept in memory."""
    exporter = InMemorySpanExporter()
    running.app.state.services.get(Telemetry).tracing = make_tracing("", "test", exporter)
    return exporter


def by_name(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


async def test_a_request_and_its_steps(running: RunningApp, spans: InMemorySpanExporter) -> None:
    reply = await running.http.post(
        "/v1/responses", json={"model": "scripted", "input": "hello"}, headers={"traceparent": PARENT}
    )
    assert reply.status_code == 200
    found = by_name(spans)
    assert {"POST /v1/responses", "admission", "place", "engine", "journal"} <= set(found)
    root = found["POST /v1/responses"]
    assert root.parent is not None
    assert f"{root.parent.trace_id:032x}" == TRACE and f"{root.parent.span_id:016x}" == PARENT.split("-")[2]
    assert dict(root.attributes or {})["http.response.status_code"] == 200
    for name in ("admission", "place", "engine", "journal"):
        parent = found[name].parent
        assert parent is not None and parent.span_id == root.get_span_context().span_id, name
    assert found["engine"].attributes and found["engine"].attributes["model"] == "scripted"
    assert (root.start_time or 0) <= (found["admission"].start_time or 0)
    assert (found["engine"].end_time or 0) <= (root.end_time or 0)


async def test_the_upstream_hangs_below_its_call(
    running: RunningApp, spans: InMemorySpanExporter, upstream: Upstream
) -> None:
    reply = await running.http.post(
        "/v1/chat/completions",
        json={"model": "far", "messages": [{"role": "user", "content": "hello"}], "stream": True},
        headers={"traceparent": PARENT, "x-request-id": "mine-9"},
    )
    assert reply.status_code == 200, reply.text
    call = by_name(spans)["POST /chat/completions"].get_span_context()
    told = upstream.headers[-1]
    assert told["traceparent"] == f"00-{TRACE}-{call.span_id:016x}-01"
    assert told["x-request-id"] == "mine-9"


async def test_without_tracing_the_clients_header_passes_through(running: RunningApp, upstream: Upstream) -> None:
    body = {"model": "far", "messages": [{"role": "user", "content": "hello"}]}
    await running.http.post("/v1/chat/completions", json=body, headers={"traceparent": PARENT})
    assert upstream.headers[-1]["traceparent"] == PARENT
    await running.http.post("/v1/chat/completions", json=body, headers={"traceparent": "nonsense"})
    assert "traceparent" not in upstream.headers[-1]
    assert upstream.headers[-1]["x-request-id"].startswith("req_")


async def test_errors_mark_their_spans_and_repeat_no_words(running: RunningApp, spans: InMemorySpanExporter) -> None:
    said = script(text="secret-words two", error_after=1, error="bug")
    reply = await running.chat(said)
    assert reply.status_code == 500
    found = by_name(spans)
    assert not found["engine"].status.is_ok
    assert not found["POST /v1/chat/completions"].status.is_ok
    assert "secret-words" not in "".join(span.to_json() for span in spans.get_finished_spans())


async def test_many_streams_at_once_keep_their_spans_apart(running: RunningApp, spans: InMemorySpanExporter) -> None:
    asked = [running.chat(script(text="a b c", tokens_per_second=50), stream=True, n=2) for _ in range(8)]
    assert {reply.status_code for reply in await asyncio.gather(*asked)} == {200}
    finished = spans.get_finished_spans()
    roots = {span.get_span_context().span_id for span in finished if span.parent is None}
    engines = [span for span in finished if span.name == "engine"]
    assert (len(roots), len(engines)) == (8, 16)
    assert all(span.parent and span.parent.span_id in roots for span in engines)
    assert all(sum(each.parent.span_id == root for each in engines if each.parent) == 2 for root in roots)


async def test_traces_are_sent_by_otlp(tmp_path: Path) -> None:
    got: list[ExportTraceServiceRequest] = []

    async def collect(request: web.Request) -> web.Response:
        body = await request.read()
        if request.headers.get("content-encoding") == "gzip":
            import gzip

            body = gzip.decompress(body)
        got.append(ExportTraceServiceRequest.FromString(body))
        return web.Response(content_type="application/x-protobuf")

    app = web.Application()
    app.router.add_post("/v1/traces", collect)
    runner, url = await run(app)
    try:
        async with opened(tmp_path, otlp_endpoint=url) as running:
            await running.chat("hello")
        sent = [
            span
            for each in got
            for resource in each.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        assert {"POST /v1/chat/completions", "engine"} <= {span.name for span in sent}
        names = {
            (a.key, a.value.string_value) for each in got for r in each.resource_spans for a in r.resource.attributes
        }
        assert ("service.name", "earthshine") in names
    finally:
        await runner.cleanup()


async def test_a_collector_that_is_not_there_holds_nothing_up(tmp_path: Path) -> None:
    async with opened(tmp_path, otlp_endpoint="http://127.0.0.1:9") as running:
        assert (await running.chat("hello")).status_code == 200


def test_the_environment_names_the_place_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_tracing("", "test") is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    tracing = open_tracing("", "test")
    assert tracing is not None
    tracing.close()
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert open_tracing("http://127.0.0.1:9", "test") is None


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *more: Any, **named: Any) -> Any:
        if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter")):
            raise ModuleNotFoundError(f"No module named {name!r}", name="opentelemetry.sdk")
        return real(name, *more, **named)

    monkeypatch.delitem(sys.modules, "earthshine.telemetry.tracing")
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(Unavailable, match=r"earthshine\[tracing\]"):
        open_tracing("http://127.0.0.1:9", "test")
