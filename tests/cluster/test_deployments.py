"""A server's deployments are brought in step with a model's replicas, and nobody else's are touched."""

from __future__ import annotations

from typing import Any

from earthshine.cluster.applications import KEY
from earthshine.cluster.deployments import DIRECT, ENTRY, OWN, changes, leftovers
from earthshine.routing.deployments.schemas import CreateDeployment
from tests.cluster import offers


def shown(number: str, url: str | None, **other: Any) -> dict[str, Any]:
    """Return a deployment as the server shows it."""
    told = {"id": number, "model": "small", "target": "small", "source": "api", "kind": "upstream", "base_url": url}
    return {**told, "key_prefix": KEY + "abcd", "priority": 0, **other}


LOCAL = shown("small", None, source="catalog", kind="local", key_prefix=None)
THEIRS = shown("theirs", "http://elsewhere/v1", key_prefix="sk-12345")


def test_each_replica_and_the_way_in_become_deployments() -> None:
    found = changes(offers.offer(), [offers.report(1), offers.report(2)], settled=True, shown=[THEIRS])
    assert [(body["base_url"], body["priority"]) for body in found.add] == [
        (offers.report(1).url, DIRECT),
        (offers.report(2).url, DIRECT),
        (offers.ENTRY, ENTRY),
    ]
    assert not found.remove
    direct, entry = found.add[0], found.add[2]
    assert direct["max_parallel"] == 3 and direct["context_length"] == 2048 and direct["continues"] == "prefix"
    assert entry["timeout"] > direct["timeout"], "who asks there waits until a replica has started"
    for body in found.add:
        CreateDeployment.model_validate(body)


def test_nothing_is_done_twice() -> None:
    there = [shown("a", offers.report(1).url), shown("entry", offers.ENTRY)]
    found = changes(offers.offer(), [offers.report(1)], settled=True, shown=there)
    assert not found.add and not found.remove


def test_a_replica_that_is_gone_is_asked_no_more_once_all_had_time_to_tell() -> None:
    there = [shown("gone", offers.report(2).url), shown("entry", offers.ENTRY), THEIRS, LOCAL]
    assert not changes(offers.offer(), [], settled=False, shown=there).remove
    assert changes(offers.offer(), [], settled=True, shown=there).remove == ["gone"]


def test_another_key_or_the_same_address_twice() -> None:
    there = [
        shown("old", offers.report(1).url, key_prefix=KEY + "zzzz"),
        shown("entry", offers.ENTRY),
        shown("twice", offers.ENTRY),
    ]
    found = changes(offers.offer(), [offers.report(1)], settled=False, shown=there)
    assert found.remove == ["old", "twice"]
    assert [body["base_url"] for body in found.add] == [offers.report(1).url]


def test_the_model_on_the_servers_own_machine_is_asked_last() -> None:
    found = changes(offers.offer(), [], settled=True, shown=[LOCAL, shown("entry", offers.ENTRY)])
    assert found.add == [{"model": "small", "kind": "local", "target": "small", "priority": OWN}]
    CreateDeployment.model_validate(found.add[0])
    last = shown("last", None, kind="local", key_prefix=None, priority=OWN)
    assert not changes(offers.offer(), [], settled=True, shown=[LOCAL, last, shown("entry", offers.ENTRY)]).add


def test_a_removed_model_leaves_nothing_behind() -> None:
    last = shown("last", None, kind="local", key_prefix=None, priority=OWN)
    there = [shown("a", offers.report(1).url), shown("entry", offers.ENTRY), last, LOCAL, THEIRS]
    assert leftovers([], there) == ["a", "entry", "last"]
    assert leftovers(["small"], there) == []
    assert leftovers([], [LOCAL, THEIRS, last]) == [], "of a model that never was on the cluster"


def test_a_model_of_vectors() -> None:
    made = changes(offers.offer(abilities=frozenset({"embedding"})), [offers.report(1)], settled=True, shown=[]).add[0]
    assert made["abilities"] == ["embedding"] and made["continues"] == "none"
