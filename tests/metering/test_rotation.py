"""Whatever is kept by key follows a rotation: limits, what was counted, reports, the request log."""

from __future__ import annotations

import itertools
import time
from collections.abc import Generator
from typing import Any

import pytest

from tests.patience import PATIENCE
from tests.responses.app import People, open_people

HOME = "/organization/projects/default"
BODY = {"model": "scripted", "messages": [{"role": "user", "content": "Hello there."}], "max_tokens": 50}
NAMES = itertools.count()


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Generator[People]:
    with open_people(tmp_path_factory.mktemp("rotation")) as opened:
        opened.project = "default"
        yield opened


def new_key(people: People, kind: str) -> Any:
    """Make a key of the project, or of a service account."""
    if kind == "project":
        return people.ask("POST", f"{HOME}/api_keys", {"name": f"k{next(NAMES)}"})
    return people.ask("POST", f"{HOME}/service_accounts", {"name": f"r{next(NAMES)}"})["api_key"]


def rotate(people: People, key: Any, overlap: int = 3600) -> Any:
    return people.ask("POST", f"{HOME}/api_keys/{key['id']}/rotate", {"overlap_seconds": overlap})


def limit(people: People, key: Any, kind: str, amount: Any) -> Any:
    body = {"scope": "key", "scope_id": key["id"], "kind": kind, "amount": amount}
    return people.ask("POST", "/organization/limits", body)


def chat(people: People, key: Any) -> int:
    headers = {"authorization": f"Bearer {key['value']}"}
    return people.http.post("/v1/chat/completions", json=BODY, headers=headers).status_code


@pytest.mark.parametrize("overlap", [0, 3600])
@pytest.mark.parametrize("owner", ["project", "service account"])
@pytest.mark.parametrize(
    ("kind", "amount"),
    [("requests_per_day", 2), ("requests_per_minute", 2), ("spend_per_day", "0.003"), ("spend_per_month", "0.003")],
)
def test_a_successor_stays_under_the_limit_and_both_count_to_it(
    kind: str, amount: Any, owner: str, overlap: int, people: People
) -> None:
    old = new_key(people, owner)
    made = limit(people, old, kind, amount)
    assert chat(people, old) == 200
    new = rotate(people, old, overlap)
    both = [new, old] if overlap else [new]
    if kind.startswith("requests"):
        assert chat(people, new) == 200
    else:
        deadline = time.monotonic() + PATIENCE
        while chat(people, new) == 200:
            assert time.monotonic() < deadline
    newer = rotate(people, new, overlap)
    for key in (*both, newer) if overlap else (newer,):
        assert chat(people, key) == 429
    # The limit is the newest key's to whoever looks, by whatever key of the family.
    for key in (old, new, newer):
        (found,) = people.ask("GET", f"/organization/limits?scope=key&scope_id={key['id']}")["data"]
        assert (found["id"], found["scope_id"]) == (made["id"], newer["id"])
    # Changed by the newest key's id, it is the same limit.
    assert limit(people, newer, kind, 1000)["id"] == made["id"]
    assert chat(people, newer) == 200
    people.ask("DELETE", f"/organization/limits/{made['id']}")


def test_parallel_requests_of_both_keys_count_to_one_limit(people: People) -> None:
    old = new_key(people, "project")
    limit(people, old, "parallel_requests", 1)
    new = rotate(people, old)
    slow = '!script {"text": "one two three four five six", "tokens_per_second": 2}'
    running = people.respond(old["value"], slow, background=True)["id"]
    assert chat(people, new) == 429
    people.ask("POST", f"/responses/{running}/cancel", who=old["value"])
    deadline = time.monotonic() + PATIENCE
    while chat(people, new) != 200:
        assert time.monotonic() < deadline


def test_reports_and_the_request_log_follow_a_rotation(people: People) -> None:
    old = new_key(people, "project")
    written = [people.respond(old["value"])["id"]]
    new = rotate(people, old)
    written.append(people.respond(new["value"])["id"])
    start = int(time.time()) - 86_400
    for key in (old, new):
        log = people.ask("GET", f"/responses?key={key['id']}")["data"]
        assert {line["id"] for line in log} == set(written)
        for path in ("usage/completions", "costs"):
            query = f"start_time={start}&api_key_ids[]={key['id']}&group_by[]=api_key_id"
            page = people.ask("GET", f"/organization/{path}?{query}")
            (result,) = [each for bucket in page["data"] for each in bucket["results"]]
            assert result["api_key_id"] == new["id"]
            assert result.get("num_model_requests", 2) == 2


def test_an_old_budget_is_found_again_after_a_restart(people: People, tmp_path_factory: pytest.TempPathFactory) -> None:
    data = tmp_path_factory.mktemp("restart")
    with open_people(data) as first:
        first.project = "default"
        old = new_key(first, "project")
        limit(first, old, "spend_per_day", "0.003")
        while chat(first, old) == 200:
            pass
        new = rotate(first, old)
    with open_people(data) as second:
        assert chat(second, new) == 429
