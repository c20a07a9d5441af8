"""The request log and the journal: figures without content, and content for whoever it belongs to."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from tests.responses.app import ROOT, People, open_people
from tests.responses.clients import script


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Generator[People]:
    with open_people(tmp_path_factory.mktemp("log")) as opened:
        yield opened


@pytest.fixture(scope="module")
def ana(people: People) -> tuple[str, str]:
    return people.sign_in("ana")


@pytest.fixture(scope="module")
def bo(people: People) -> tuple[str, str]:
    return people.sign_in("bo")


@pytest.fixture(scope="module")
def manager(people: People) -> tuple[str, str]:
    return people.sign_in("mia", role="admin")


def lines(people: People, query: str = "", who: str = "") -> list[Any]:
    return people.ask("GET", f"/responses{query}", who=who or people.key)["data"]


def test_a_line_says_what_a_response_took_and_not_what_it_said(people: People) -> None:
    made = people.respond(people.key, "A secret: قمر 🌒", previous_response_id=people.respond(people.key)["id"])
    line = lines(people, "?limit=1")[0]
    assert (line["id"], line["object"], line["status"]) == (made["id"], "response.summary", "completed")
    assert (line["model"], line["served_by"], line["background"]) == ("scripted", "scripted", False)
    usage = made["usage"]
    assert (line["input_tokens"], line["output_tokens"]) == (usage["input_tokens"], usage["output_tokens"])
    picodollars = usage["input_tokens"] * 10**6 + usage["output_tokens"] * 2 * 10**6
    assert float(line["cost"]) == pytest.approx(picodollars / 10**12)
    assert line["duration_ms"] >= line["time_to_first_token_ms"] >= 0
    assert line["previous_response_id"] == made["previous_response_id"]
    assert (line["user"], line["error_code"], line["own"]) == (None, None, True)
    assert "secret" not in str(line)


def test_first_token_and_speed_are_those_of_the_stream(people: People) -> None:
    said = script(pieces=20, tokens_per_second=100)
    made = people.respond(people.key, said)
    line = lines(people, "?limit=1")[0]
    assert line["id"] == made["id"]
    assert 0 <= line["time_to_first_token_ms"] < line["duration_ms"]
    wrote = (line["duration_ms"] - line["time_to_first_token_ms"]) / 1000
    # The end is stored a commit later than it is written.
    assert line["tokens_per_second"] == pytest.approx((line["output_tokens"] - 1) / wrote, rel=0.2)


def test_what_failed_says_why(people: People) -> None:
    failed = people.respond(people.key, script(text="One two three.", error_after=0), background=True)["id"]
    line: Any = {}
    while line.get("status") not in ("failed", "completed"):
        line = next(each for each in lines(people) if each["id"] == failed)
    assert (line["status"], line["error_code"], line["cost"]) == ("failed", "server_error", "0")
    assert line["completed_at"] is None and line["duration_ms"] is not None
    assert [each["id"] for each in lines(people, "?status=failed")] == [failed]
    assert failed not in [each["id"] for each in lines(people, "?status=completed&limit=100")]


def test_pages_and_filters(people: People, ana: tuple[str, str]) -> None:
    user, token = ana
    made = [people.respond(token, f"number {number}")["id"] for number in range(3)]
    of_ana = lines(people, f"?user={user}")
    assert [line["id"] for line in of_ana] == made[::-1]
    assert [line["id"] for line in lines(people, f"?user={user}&order=asc&limit=2")] == made[:2]
    first = people.ask("GET", f"/responses?user={user}&limit=2", who=people.key)
    assert (first["has_more"], first["last_id"]) == (True, made[1])
    assert [line["id"] for line in lines(people, f"?user={user}&after={made[1]}")] == [made[0]]
    assert lines(people, f"?key={of_ana[0]['key_id']}&limit=100") == of_ana
    assert lines(people, "?model=another") == []
    people.ask("DELETE", f"/responses/{made[1]}", who=token)
    made = [made[0], made[2]]
    assert [line["id"] for line in lines(people, f"?user={user}&after={of_ana[1]['id']}")] == [made[0]]
    at = of_ana[0]["created_at"]
    assert lines(people, f"?created_after={at + 1}") == []
    assert lines(people, f"?created_before={at - 1000}") == []
    assert {line["id"] for line in lines(people, f"?created_after={at - 1000}&created_before={at + 1}")} >= set(made)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("status=done", "status[0]"),
        ("order=up", "order"),
        ("created_after=yesterday", "created_after"),
        (f"created_before={10**30}", "created_before"),
        ("page=2", "page"),
        ("after=resp_nobody", "after"),
    ],
)
def test_a_query_that_cannot_be_is_refused(query: str, param: str, people: People) -> None:
    assert people.ask("GET", f"/responses?{query}", who=people.key, status=400)["error"]["param"] == param


# --- whose content it is ---------------------------------------------------------------------------------------------


PLACES = ("", "/input_items", "/journal", "?stream=true")


def test_people_see_each_others_figures_and_not_their_words(
    people: People, ana: tuple[str, str], bo: tuple[str, str]
) -> None:
    made = people.respond(ana[1], "For my eyes only.")["id"]
    seen = {line["id"]: line["own"] for line in lines(people, "?limit=100", who=bo[1])}
    assert seen[made] is False
    assert {line["id"]: line["readable"] for line in lines(people, "?limit=100", who=bo[1])}[made] is False
    (mine,) = [line for line in lines(people, who=ana[1]) if line["id"] == made]
    assert (mine["own"], mine["readable"]) == (True, True)
    for place in PLACES:
        error = people.ask("GET", f"/responses/{made}{place}", who=bo[1], status=404)["error"]
        assert (error["code"], error["param"]) == ("not_found", "response_id")
    people.ask("POST", f"/responses/{made}/cancel", who=bo[1], status=404)
    people.ask("DELETE", f"/responses/{made}", who=bo[1], status=404)
    goes_on: dict[str, Any] = {"model": "scripted", "input": "What did she say?", "previous_response_id": made}
    for path in ("/responses", "/responses/input_tokens", "/responses/compact"):
        people.ask("POST", path, goes_on, who=bo[1], status=404)
    assert people.ask("GET", f"/responses/{made}", who=ana[1])["id"] == made


def test_a_manager_reads_another_persons_words_and_that_is_written_down(
    people: People, ana: tuple[str, str], manager: tuple[str, str]
) -> None:
    made = people.respond(ana[1], "A secret.")["id"]

    def readings() -> list[Any]:
        rows = people.ask("GET", "/organization/audit_logs?limit=100", who=ROOT)["data"]
        return [row for row in rows if row["event"] == "data.read" and row["data.read"]["id"].endswith(made)]

    people.ask("GET", f"/responses/{made}", who=ana[1])
    assert readings() == []
    people.ask("GET", f"/responses/{made}/journal", who=manager[1])
    (row,) = readings()
    assert row["actor"]["session"]["user"]["id"] == manager[0]
    assert row["project"]["id"] == people.project


def test_what_a_projects_own_key_writes_is_the_whole_projects(people: People, ana: tuple[str, str]) -> None:
    of_key = people.respond(people.key)["id"]
    assert people.ask("GET", f"/responses/{of_key}", who=ana[1])["id"] == of_key


# --- the journal -----------------------------------------------------------------------------------------------------


def test_the_journal_is_the_stream_with_times(people: People) -> None:
    body = {"model": "scripted", "input": "One two three.", "metadata": {"شهر": "قمر"}}
    made = people.ask("POST", "/responses", body, who=people.key)
    page = people.ask("GET", f"/responses/{made['id']}/journal?limit=1000", who=people.key)
    events = page["data"]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [event["event"]["type"] for event in events] == [event["type"] for event in events]
    assert events[-1]["event"]["response"] == made
    times = [event["stored_at_ms"] for event in events]
    assert times == sorted(times)
    about = page["summary"]
    assert about["request"] == body
    moments = [about[f"{name}_at_ms"] for name in ("queued", "begun", "first_token", "ended")]
    assert moments == sorted(moments) and moments[-1] <= times[-1] + 1000
    assert (about["events"], about["takeovers"], page["has_more"]) == (len(events), 0, False)
    assert about["bytes"] == sum(event["size"] for event in events)
    parts = sum(float(about["costs"][part]) for part in ("input", "cached_input", "output", "time", "units"))
    (part,) = about["costs"]["parts"]
    assert (part["name"], part["unit"], part["cost"]) == ("scripted", "tokens", about["cost"])
    assert part["quantity"] == about["input_tokens"] + about["output_tokens"]
    assert parts == pytest.approx(float(about["cost"]))


def test_the_journal_comes_in_pages(people: People) -> None:
    made = people.respond(people.key)["id"]
    whole = people.ask("GET", f"/responses/{made}/journal", who=people.key)["data"]
    read: list[Any] = []
    more = True
    while more:
        after = read[-1]["sequence_number"] if read else -1
        page = people.ask("GET", f"/responses/{made}/journal?limit=3&after={after}", who=people.key)
        read += page["data"]
        more = page["has_more"]
    assert read == whole
    assert people.ask("GET", f"/responses/{made}/journal?after=99999", who=people.key)["data"] == []


def test_the_journal_of_nothing_is_not_found(people: People) -> None:
    people.ask("GET", "/responses/resp_nobody/journal", who=people.key, status=404)
    people.ask("GET", "/responses/resp_nobody/journal?limit=0", who=people.key, status=400)
