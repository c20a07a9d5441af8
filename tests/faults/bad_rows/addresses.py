"""Addresses and methods that are not there."""

from __future__ import annotations

from tests.faults.bad_rows.row import BAD, Row

ADDRESSES = [
    Row("address: beside the app", "GET", "/nowhere", None, 404, "not_found", None, ("/v1",)),
    Row("address: /v1", "GET", "/v1", None, 404, "not_found"),
    Row("address: unknown", "GET", "/v1/nowhere", None, 404, "not_found", None, ("GET /v1/nowhere",)),
    Row("address: unknown, posted", "POST", "/v1/fine_tuning/jobs", {}, 404, "not_found"),
    Row("address: without /v1", "POST", "/chat/completions", {}, 404, "not_found", None, ("/v1",)),
    Row("address: climbing", "GET", "/v1/responses/../../etc/passwd", None, 404, "not_found"),
    Row("address: no UTF-8", "GET", "/%ff%fe", None, 404, "not_found"),
    Row("address: NUL", "GET", "/v1/%00", None, 400, BAD),
    Row("address: newline", "GET", "/v1/%0d%0aX-Evil:%201", None, 404, "not_found"),
    Row("method: PUT", "PUT", "/v1/responses", {}, 405, "method_not_allowed", None, ("POST",)),
    Row("method: PATCH", "PATCH", "/v1/conversations/@conversation", {}, 405, "method_not_allowed"),
    Row("method: DELETE chat", "DELETE", "/v1/chat/completions", None, 405, "method_not_allowed"),
    Row("method: GET embeddings", "GET", "/v1/embeddings", None, 405, "method_not_allowed"),
    Row("method: POST models", "POST", "/v1/models", {}, 405, "method_not_allowed"),
    Row("method: GET cancel", "GET", "/v1/responses/@response/cancel", None, 405, "method_not_allowed"),
    Row("method: of its own", "BREW", "/v1/models", None, 400, "invalid_http"),
]
