"""The deployments that a server must have so that its routing reaches a model's replicas, and what is to be changed.

Each replica is a deployment, so that prefixes, circuits and limits are kept for each. Behind them stands Serve's own
way in, which waits for a replica where there is none, and last the model on the server's own machine, if it is there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from earthshine.cluster.applications import KEY
from earthshine.cluster.coordinator import Report
from earthshine.cluster.terms import Offer

DIRECT, ENTRY, OWN = 0, 1, 9
"""Priorities, the lowest first: a replica, Serve's way in, the same model on the server's machine."""

Shown = Mapping[str, Any]
"""A deployment as `GET /earthshine/v1/deployments` shows it."""


@dataclass(slots=True)
class Changes:
    """What a server is to be told."""

    add: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Bodies of new deployments."""
    remove: list[str] = field(default_factory=list[str])
    """Ids of those that are to go."""


def changes(offer: Offer, replicas: Sequence[Report], *, settled: bool, shown: Sequence[Shown]) -> Changes:
    """Return what makes a server's deployments those of this model; replicas are missed only when this is `settled`."""
    wanted = {report.url: _direct(offer, report) for report in replicas}
    wanted[offer.entry] = _entry(offer, max((report.context_length for report in replicas), default=0))
    found = Changes()
    there: set[str] = set()
    for each in shown:
        if not _is_ours(each) or each["model"] != offer.name:
            continue
        url = str(each["base_url"])
        stale = each["key_prefix"] != offer.key[:8] or url in there or (settled and url not in wanted)
        if stale:
            found.remove.append(str(each["id"]))
        else:
            there.add(url)
    found.add = [body for url, body in wanted.items() if url not in there]
    if any(_is_own(each, offer.name) for each in shown) and not any(_is_last(each, offer.name) for each in shown):
        found.add.append({"model": offer.name, "kind": "local", "target": offer.name, "priority": OWN})
    return found


def leftovers(deployed: Collection[str], shown: Sequence[Shown]) -> list[str]:
    """Return the ids of deployments of models that are on the cluster no more."""
    ours = {str(each["model"]) for each in shown if _is_ours(each)} - set(deployed)
    return [
        str(each["id"])
        for each in shown
        if each["model"] in ours and (_is_ours(each) or _is_last(each, str(each["model"])))
    ]


def _terms(offer: Offer, context_length: int) -> dict[str, Any]:
    chat = "chat" in offer.card.abilities
    abilities = ["chat", "tools", "json_schema", "logprobs"] if chat else []
    abilities += ["embedding"] if "embedding" in offer.card.abilities and not chat else []
    abilities += ["vision"] if "vision" in offer.card.abilities else []
    context = {"context_length": context_length} if context_length else {}
    return {
        "model": offer.name,
        "target": offer.name,
        "api_key": offer.key,
        "abilities": abilities,
        # A reply whose replica dies is gone on with at another one.
        "continues": "prefix" if chat else "none",
        **context,
    }


def _direct(offer: Offer, report: Report) -> dict[str, Any]:
    return {
        **_terms(offer, report.context_length),
        "base_url": report.url,
        "priority": DIRECT,
        "max_parallel": offer.terms.slots,
        # Its streams are never silent for long, so what is means that the machine is gone.
        "timeout": 60.0,
        "connect_timeout": 3.0,
    }


def _entry(offer: Offer, context_length: int) -> dict[str, Any]:
    seconds = offer.terms.start_seconds
    return {**_terms(offer, context_length), "base_url": offer.entry, "priority": ENTRY, "timeout": seconds}


def _is_ours(each: Shown) -> bool:
    return each["source"] == "api" and str(each["key_prefix"] or "").startswith(KEY)


def _is_own(each: Shown, model: str) -> bool:
    return each["kind"] == "local" and each["target"] == model and each["model"] == model


def _is_last(each: Shown, model: str) -> bool:
    return _is_own(each, model) and each["source"] == "api" and each["priority"] == OWN
