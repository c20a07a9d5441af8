"""How many replicas a model needs now. Runs inside Ray Serve's controller, by its name as a string.

Our servers ask replicas directly, so Serve sees only the requests that it took itself; each replica tells the rest.
"""

from __future__ import annotations

from typing import Any

RUNNING = "running"
"""What replicas call the number of requests that they hold."""
_NONE: dict[Any, Any] = {}


def replicas_wanted(context: Any) -> tuple[float, dict[str, Any]]:
    """Return the replicas wanted and no state; Serve applies delays and bounds.

    `context` is Serve's `AutoscalingContext`, from which this takes the newest word of each replica.
    """
    told: dict[Any, Any] = dict((context.raw_metrics or _NONE).get(RUNNING, _NONE))
    alive = {str(each) for each in context.running_replicas}
    running = sum(series[-1].value for replica, series in told.items() if series and str(replica) in alive)
    waiting = float(context.total_queued_requests or 0)
    return (running + waiting) / context.config.get_target_ongoing_requests(), {}
