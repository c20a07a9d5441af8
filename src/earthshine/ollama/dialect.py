"""How Ollama's API tells errors, streams, names and times. Source: https://docs.ollama.com/api and its clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
from typing_extensions import TypedDict

from earthshine.catalog import Catalog
from earthshine.errors import EarthshineError, ModelNotFound
from earthshine.wire import Dialect

_TAG = ":latest"


class OllamaError(TypedDict):
    """What happened, and what to do next."""

    error: str


def _body(error: EarthshineError, _request_id: str) -> OllamaError:
    return {"error": error.message}


def line(value: object) -> bytes:
    """Return one line of a stream."""
    return orjson.dumps(value) + b"\n"


OLLAMA = Dialect(
    _body,
    lambda error: line(_body(error, "")),
    prefixes=("/api",),
    media_type="application/x-ndjson",
    # A blank before a line of JSON is nothing; an empty line would be an error to the official Python client.
    heartbeat=b" ",
    done=b"",
)


def own_name(asked: str, catalog: Catalog) -> str:
    """Return the name here of the model that is asked for: Ollama's clients add the tag `latest` to names without."""
    if not asked.endswith(_TAG):
        return asked
    with suppress(ModelNotFound):
        return catalog.card(asked).name
    return asked.removesuffix(_TAG)


def tagged(name: str) -> str:
    """Return a model's name as Ollama's clients know names: with a tag."""
    return name if ":" in name else name + _TAG


def timestamp(seconds: float) -> str:
    """Return Unix seconds as Ollama writes times."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def unknown(given: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    """Return the names of the fields that are given and not known."""
    return [name for name, value in given.items() if value is not None and name not in known]
