"""Steps of a request, as the services mark them: spans where traces are made, nothing where they are not."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from earthshine.errors import Unavailable
from earthshine.telemetry.request_context import request_context

if TYPE_CHECKING:
    from earthshine.telemetry.tracing import Tracing

Attribute = str | bool | int | float

_VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


_NO_STEP = nullcontext()


def step(name: str, **attributes: Attribute) -> AbstractContextManager[object]:
    """Trace a step of the present request, if traces are made."""
    work = request_context()
    return _NO_STEP if work is None or work.trace is None else work.trace.step(name, attributes)


@contextmanager
def call(name: str, **attributes: Attribute) -> Generator[dict[str, str]]:
    """Trace a call to an upstream, if traces are made; yields the headers that tie the upstream's log to ours."""
    work = request_context()
    if work is None:
        yield {}
        return
    headers = work.headers()
    if work.trace is None:
        yield headers
        return
    with work.trace.step(name, attributes, client=True) as span:
        yield headers | {"traceparent": work.trace.traceparent(span)}


def open_tracing(endpoint: str, version: str) -> Tracing | None:
    """Return what makes traces, or None when neither `endpoint` nor the environment names a place to send them.

    Raises:
        Unavailable: traces are wanted, but the packages of the extra `tracing` are not installed.
    """
    wanted = endpoint or any(os.environ.get(name) for name in _VARIABLES)
    if not wanted or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    try:
        from earthshine.telemetry.tracing import make_tracing
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"Traces are asked for (`otlp_endpoint`), but the package {error.name} is missing. "
            "Run `pip install earthshine[tracing]`, or leave the setting empty."
        ) from None
    return make_tracing(endpoint, version)
