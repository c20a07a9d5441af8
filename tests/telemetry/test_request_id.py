"""One request id from the client to the engine: taken in when it is sane, echoed, logged, and passed on."""

from __future__ import annotations

import json
import logging

import pytest

from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.telemetry.logs import JsonFormatter, TextFormatter, hide_secrets
from earthshine.telemetry.request_context import RequestContext, begin, sane_request_id, sane_traceparent
from tests.telemetry.conftest import RunningApp, script


@pytest.mark.parametrize("given", ["abc", "req_123", "A.b-c:d_e", "0" * 128])
async def test_a_sane_id_is_echoed(given: str, running: RunningApp) -> None:
    reply = await running.http.get("/v1/models", headers={"x-request-id": given})
    assert reply.headers["x-request-id"] == given


@pytest.mark.parametrize(
    "given", ["", " ", "a b", "a\tb", "x" * 129, "<script>", 'a"b', "a,b", "a\x7f", "é", "{}", "a\\n"]
)
async def test_any_other_is_replaced(given: str, running: RunningApp) -> None:
    reply = await running.http.get("/v1/models", headers=[(b"x-request-id", given.encode())])
    assert reply.headers["x-request-id"].startswith("req_")


async def test_refusals_and_broken_things_carry_it_too(running: RunningApp) -> None:
    refused = await running.http.get("/v1/models", headers={"authorization": "Bearer sk-no", "x-request-id": "mine-1"})
    assert (refused.status_code, refused.headers["x-request-id"]) == (401, "mine-1")
    said = script(text="one two", error_after=1, error="bug")
    body = {"model": "scripted", "messages": [{"role": "user", "content": said}]}
    broken = await running.http.post("/v1/chat/completions", json=body, headers={"x-request-id": "mine-2"})
    assert (broken.status_code, broken.headers["x-request-id"]) == (500, "mine-2")
    assert "mine-2" in broken.json()["error"]["message"]


@pytest.mark.parametrize(
    ("given", "sane"),
    [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", True),
        ("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", True),
        ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", False),
        ("00-00000000000000000000000000000000-b7ad6b7169203331-01", False),
        ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", False),
        ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", False),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", False),
        ("", False),
    ],
)
def test_traceparents(given: str, sane: bool) -> None:
    assert sane_traceparent(given) == (given if sane else "")
    assert sane_request_id("x" * 200) == ""


# --- lines -----------------------------------------------------------------------------------------------------------


def record(message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    told = (type(error), error, error.__traceback__) if error is not None else None
    return logging.LogRecord("earthshine.test", logging.ERROR, __file__, 1, message, args, told)


async def test_each_line_names_its_request() -> None:
    assert "request_id" not in json.loads(JsonFormatter().format(record("before")))
    begin(RequestContext("req-7"))
    line = json.loads(JsonFormatter().format(record("it %s", "broke")))
    assert (line["message"], line["level"], line["logger"]) == ("it broke", "error", "earthshine.test")
    assert line["request_id"] == "req-7"
    assert line["time"].endswith("+00:00")
    assert "[req-7]: it broke" in TextFormatter().format(record("it %s", "broke"))


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()], ids=["text", "json"])
def test_tracebacks_keep_the_place_and_drop_what_a_client_sent(formatter: logging.Formatter) -> None:
    words = f"bad input\n  input_value={' '.join(['the', 'whole', 'prompt'])} " + "x" * 1000
    try:
        try:
            raise KeyError("inner")
        except KeyError as inner:
            raise ValueError(words) from inner
    except ValueError as error:
        line = formatter.format(record("failed", error=error))
    assert "test_request_id.py" in line
    assert "ValueError: bad input" in line and "KeyError" in line
    assert "the whole prompt" not in line


def test_what_looks_like_a_secret_is_blanked_out() -> None:
    told = hide_secrets(
        "Authorization: Bearer sk-es-abcdefghijkl and basic dXNlcjpwYXNz, key sk-proj-0123456789, "
        "postgresql+asyncpg://user:hunter2@host/db"
    )
    for secret in ("abcdefghijkl", "dXNlcjpwYXNz", "0123456789", "hunter2"):
        assert secret not in told, told
    assert "host/db" in told and "user" in told


def test_ordinary_words_stay() -> None:
    line = "GET /v1/models 200, a bearer of news; task-force; http://host:8000/v1 took 3 ms"
    assert hide_secrets(line).replace("***", "of") == line


async def test_what_breaks_before_the_route_is_told_in_the_apis_words(
    running: RunningApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(running.app.state.services.get(KeyRegistry), "identify", broken)
    reply = await running.http.get("/v1/%0aforged", headers={"x-request-id": "mine-3"})
    assert reply.status_code == 500
    assert reply.json()["error"]["code"] == "internal_error"
    assert reply.headers["x-request-id"] == "mine-3"
    assert "\nforged" not in caplog.text and "mine-3" in caplog.text
