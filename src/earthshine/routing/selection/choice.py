"""Which deployment is asked next."""

from __future__ import annotations

import random
from collections.abc import Sequence

from earthshine.errors import EarthshineError, Unavailable, UnsupportedParameter
from earthshine.routing.deployment_state import DeploymentState
from earthshine.routing.selection.required_capabilities import RequiredCapabilities
from earthshine.routing.selection.retries import Failures

SLACK = 2.0
"""How much busier, in calls for a weight of 1, the one that has the prompt's beginning cached may be than another."""


def choose(
    members: Sequence[DeploymentState],
    required: RequiredCapabilities,
    failures: Failures,
    cached_at: str | None,
    by: str = "",
) -> DeploymentState | None:
    """Return who is to be asked: lowest priority number first, there the one with the cache, then the least busy.

    Returns None when all that could serve have been tried in this round.
    """
    fit = [
        member
        for member in members
        if not failures.tried(member) and not required.missing(member.capabilities()) and not member.unfit(by)
    ]
    if len(fit) <= 1:
        return fit[0] if fit else None
    best = min(member.deployment.priority for member in fit)
    peers = [member for member in fit if member.deployment.priority == best]
    lightest = min(member.load for member in peers)
    for member in peers:
        if member.deployment.id == cached_at and member.load <= lightest + SLACK / member.deployment.weight:
            return member
    idle = [member for member in peers if member.load == lightest]
    return random.choices(idle, [member.deployment.weight for member in idle])[0] if len(idle) > 1 else idle[0]


def none_available(
    name: str, members: Sequence[DeploymentState], required: RequiredCapabilities, by: str = ""
) -> EarthshineError:
    """Return the error when no deployment may be asked at all: what the request lacks, or when to come again."""
    lacks = {member.deployment.id: required.missing(member.capabilities()) for member in members}
    if members and all(lacks.values()):
        missing = ", ".join(sorted(set(lacks.values())))
        return UnsupportedParameter(
            f"No deployment of {name!r} can serve this request; what is missing: {missing}.", param="model"
        )
    able = [member for member in members if not lacks[member.deployment.id]]
    told = "; ".join(f"{member.deployment.id}: {member.unfit(by)}" for member in able)
    wait = min((member.seconds(by) for member in able), default=0.0)
    return Unavailable(f"No deployment of {name!r} can serve now. {told}", retry_after=max(1.0, wait))
