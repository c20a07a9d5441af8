"""The types of events that are told, in OpenAI's words. Source: `WebhookCreateParams` of the official SDK."""

from __future__ import annotations

from typing import Any

from earthshine.errors import InvalidRequest, UnsupportedParameter

Json = dict[str, Any]

RESPONSES = ("response.completed", "response.failed", "response.cancelled", "response.incomplete")
BATCHES = ("batch.completed", "batch.failed", "batch.expired", "batch.cancelled")
IDLE, ACTION_REQUIRED, FAILED = "agent.session.idle", "agent.session.action_required", "agent.session.failed"
BUDGET_REACHED = "agent.session.budget_reached"
"""Ours: OpenAI's API has the status, and no event."""
DISABLED = "webhook_endpoint.disabled"
"""Ours, and told to browsers alone."""
CREATED = "agent.session.created"
ENVIRONMENTS = tuple(f"agent.environment.{each}" for each in ("ready", "failed", "expired"))
AVAILABLE = (*RESPONSES, *BATCHES, CREATED, ACTION_REQUIRED, IDLE, FAILED, BUDGET_REACHED, *ENVIRONMENTS)
_LATER = (
    *("eval.run.succeeded", "eval.run.failed", "eval.run.canceled"),
    *("fine_tuning.job.succeeded", "fine_tuning.job.failed", "fine_tuning.job.cancelled"),
    *("realtime.call.incoming", "video.completed", "video.failed", "safety.alert.created"),
    *("agent.environment.suspended", "agent.session.in_progress"),
)


def check_type(name: str) -> str:
    """Return the name of a type that is told. Raises `InvalidRequest` for one that is none, or not here yet."""
    if name in AVAILABLE:
        return name
    if name in _LATER:
        raise UnsupportedParameter(f"Nothing here tells of {name!r} yet. There are: {', '.join(AVAILABLE)}.")
    raise InvalidRequest(f"There is no event type {name[:80]!r}. There are: {', '.join(AVAILABLE)}.")


def sample(name: str) -> Json:
    """Return the data of an event as an example."""
    if name == ACTION_REQUIRED:
        return {"id": "asess_sample", "required_action": {"type": "function_call"}}
    if name in ENVIRONMENTS:
        return {"id": "cntr_sample"}
    if name in (CREATED, IDLE, FAILED, BUDGET_REACHED):
        return {"id": "asess_sample", "environment_type": "none", "environment_id": None}
    return {"id": "batch_sample" if name in BATCHES else "resp_sample"}
