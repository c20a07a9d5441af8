"""OpenTelemetry traces: one span for a request, and one for each step of its work.

This module needs the extra `tracing` and is imported only where traces are asked for; services mark their steps with
`spans`, which needs nothing. Spans name their parent themselves instead of using OpenTelemetry's own context: a stream
is begun in one task and read in another, where such a context cannot be left again.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

Attribute = str | bool | int | float

_PROPAGATOR = TraceContextTextMapPropagator()


class Tracing:
    """Makes the traces of one application, and sends them on."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("earthshine")

    def request(self, name: str, traceparent: str) -> RequestTrace:
        """Begin the span of a request, below the client's own if `traceparent` names one."""
        if traceparent:
            context = _PROPAGATOR.extract({"traceparent": traceparent})
        else:
            context = trace.set_span_in_context(trace.INVALID_SPAN)
        return RequestTrace(self._tracer, self._tracer.start_span(name, context, kind=trace.SpanKind.SERVER))

    def close(self) -> None:
        """Send what is left; blocks for a few seconds at most."""
        self._provider.shutdown()


class RequestTrace:
    """The trace of one request."""

    def __init__(self, tracer: trace.Tracer, span: trace.Span) -> None:
        self._tracer = tracer
        self.span = span

    @property
    def trace_id(self) -> str:
        """The trace's id, as the log has it."""
        return trace.format_trace_id(self.span.get_span_context().trace_id)

    def traceparent(self, span: trace.Span | None = None) -> str:
        """Return the header that makes `span`, or the request's own, the parent of what an upstream does."""
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier, trace.set_span_in_context(span or self.span))
        return carrier.get("traceparent", "")

    def end(self, method: str, route: str, status: int) -> None:
        """End the request's span with what became of it."""
        self.span.update_name(f"{method} {route}")
        self.span.set_attributes(
            {"http.request.method": method, "http.route": route, "http.response.status_code": status}
        )
        if status >= 500:
            self.span.set_status(trace.StatusCode.ERROR)
        self.span.end()

    @contextmanager
    def step(self, name: str, attributes: Mapping[str, Attribute], *, client: bool = False) -> Generator[trace.Span]:
        """Trace one step below the request, a call to another server with `client`; an exception marks it as failed."""
        kind = trace.SpanKind.CLIENT if client else trace.SpanKind.INTERNAL
        span = self._tracer.start_span(
            name, trace.set_span_in_context(self.span), kind=kind, attributes=dict(attributes)
        )
        try:
            yield span
        except Exception as error:
            # Its type only: messages may repeat what a client had sent.
            span.set_status(trace.StatusCode.ERROR, type(error).__name__)
            raise
        finally:
            span.end()


def make_tracing(endpoint: str, version: str, exporter: SpanExporter | None = None) -> Tracing:
    """Return what makes traces and sends them to `endpoint`, or where the environment says.

    `exporter` takes the place of the one that sends by OTLP over HTTP, and gets each span as it ends.
    """
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "earthshine"}
    resource = Resource.create({"service.version": version}).merge(Resource(named))
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    if exporter is not None:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    else:
        where = f"{endpoint.rstrip('/')}/v1/traces" if endpoint else None
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=where, timeout=5)))
    return Tracing(provider)
