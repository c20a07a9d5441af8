"""Batches as OpenAI's API has them. Source: https://platform.openai.com/docs/api-reference/batch"""

from __future__ import annotations

from typing import Any, cast

import orjson

from earthshine.accounts.authorization.caller import Caller
from earthshine.batches.dialect import Line, LineFault, LineReply, Missed
from earthshine.batches.endpoints import Endpoints
from earthshine.errors import EarthshineError, InvalidRequest
from earthshine.ids import new_id
from earthshine.wire import load_json

_MISSED = {
    "expired": "This request could not be executed before the completion window expired.",
    "cancelled": "This request was not executed, because the batch was cancelled before.",
}
_LONGEST_NAME = 512
_KEYS = ("custom_id", "method", "url", "body")


class OpenAIBatches:
    """Lines with `custom_id`, `method`, `url` and `body`."""

    name = "batch"
    one_model = True

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def read(self, number: int, text: bytes, endpoint: str) -> Line:
        """Read a line, and check what can be checked without its model. Raises `LineFault`."""
        try:
            value = load_json(text)
        except InvalidRequest as error:
            raise LineFault("invalid_json_line", f"This line is not one JSON object: {error.message}") from None
        for name in value:
            if name not in _KEYS:
                raise LineFault("unknown_parameter", f"A line has {', '.join(_KEYS)}, and no {name[:100]!r}.", name)
        custom_id, body = value.get("custom_id"), cast("dict[str, Any] | None", value.get("body"))
        if not isinstance(custom_id, str) or not 0 < len(custom_id) <= _LONGEST_NAME:
            message = f"Each line needs a 'custom_id': a text of at most {_LONGEST_NAME} characters."
            raise LineFault("missing_required_parameter", message, "custom_id")
        if value.get("method") != "POST":
            raise LineFault("invalid_method", "The 'method' of each line must be 'POST'.", "method")
        if value.get("url") != endpoint:
            shown = str(value.get("url"))[:100]
            raise LineFault("invalid_url", f"This line is for {shown!r}, and the batch for {endpoint!r}.", "url")
        if not isinstance(body, dict):
            raise LineFault("missing_required_parameter", "Each line needs a 'body': the request as an object.", "body")
        _check_body(body, endpoint)
        return Line(number, custom_id, body, len(text))

    async def ask(self, line: Line, endpoint: str, caller: Caller) -> LineReply:
        """Have the endpoint answer."""
        return await self._endpoints.ask(endpoint, line, caller)

    def succeeded(self, line: Line, reply: LineReply, request_id: str) -> bytes:
        """Return the line of the output file."""
        return _result(line, {"status_code": 200, "request_id": request_id, "body": orjson.Fragment(reply.body)})

    def failed(self, line: Line, error: EarthshineError, request_id: str) -> bytes:
        """Return the line of the error file."""
        response = {"status_code": error.status, "request_id": request_id, "body": {"error": error.body()}}
        return _result(line, response)

    def missed(self, line: Line, why: Missed) -> bytes:
        """Return the line of the error file, where there is no response."""
        return _result(line, None, {"code": f"batch_{why}", "message": _MISSED[why]})


def _check_body(body: dict[str, Any], endpoint: str) -> None:
    model = body.get("model", "default" if endpoint == "/v1/moderations" else None)
    if not isinstance(model, str) or not 0 < len(model) <= 256:
        raise LineFault("missing_required_parameter", "The body of each line must name a 'model'.", "body.model")
    for name in ("stream", "background"):
        if body.get(name):
            message = f"A request of a batch cannot have '{name}': its answer stands in the output file. Leave it out."
            raise LineFault("invalid_value", message, f"body.{name}")


def _result(line: Line, response: dict[str, Any] | None, error: dict[str, str] | None = None) -> bytes:
    told = {"id": new_id("batch_req"), "custom_id": line.custom_id, "response": response, "error": error}
    return orjson.dumps(told)
