"""What people want of a research on the way and afterwards: plans, pauses, sources, budgets, languages, follow-ups."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest

from tests.research.playing import GAPS, NOTE, PLAN, QUERY, REWRITE, TRANSLATE, WRITE, Desk, good, open_desk, wish_of
from tests.research.test_program import PAGES, QUESTION, check_report, report_of

Json = dict[str, Any]
LIMITED = {"reasoning": {"effort": "high"}}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Generator[Desk]:
    with open_desk(tmp_path_factory.mktemp("wishes"), PAGES) as opened:
        yield opened


def finished(desk: Desk, research_id: str) -> Json:
    return desk.until(research_id, status="completed")


def test_a_plan_waits_for_approval_and_nothing_is_asked_twice(desk: Desk) -> None:
    made = desk.research(QUESTION, approve=True, background=True)
    waiting = desk.until(made["id"], waiting="plan")
    first = waiting["questions"][0]
    assert [each["id"] for each in waiting["questions"]] == ["q1", "q2", "q3"] and not waiting["evidence"]
    edited = [{"id": "q1", "text": first["text"]}, {"text": "How many towers has the Brel bridge?"}]
    desk.act(made["id"], "plan", {"questions": edited})
    done = finished(desk, made["id"])
    states = {each["id"]: each["state"] for each in done["questions"]}
    assert states == {"q1": "answered", "q2": "dropped", "q3": "dropped", "q4": "answered"}
    assert "two towers" in " ".join(each["text"] for each in done["report"]["claims"])
    # The run was performed anew after the wait: what was done stays done.
    assert len(desk.player.asked(PLAN)) == 1
    assert len(set(desk.player.prompts)) == len(desk.player.prompts)


def test_a_finished_report_is_deepened_and_loses_a_source(desk: Desk) -> None:
    made = desk.research(QUESTION)
    before = desk.get(made["id"])["report"]
    deeper = finished(desk, desk.act(made["id"], "deepen", {"question": "q2"})["id"])
    assert {each["id"] for each in before["evidence"]} <= {each["id"] for each in deeper["report"]["evidence"]}
    assert len(desk.player.asked(PLAN)) == 1
    gone = next(each["id"] for each in before["sources"] if each["title"] == "The Brel bridge" and not each["copy_of"])
    without = finished(desk, desk.act(made["id"], "sources", {"drop": [gone]})["id"])["report"]
    assert next(each for each in without["sources"] if each["id"] == gone)["dropped"] == "person"
    assert not any(each["source"] == gone for each in without["evidence"])
    assert not any("Ada Morn" in each["text"] for each in without["claims"])


def test_a_source_is_added(desk: Desk) -> None:
    made = desk.research(QUESTION, play=lambda prompt: "[]" if NOTE in prompt else good(prompt))
    assert not desk.get(made["id"])["report"]["claims"]
    desk.player.play = good
    added = desk.act(made["id"], "sources", {"add": ["https://trap.example/x", "https://no.example/"]})["id"]
    report = finished(desk, added)["report"]
    assert [each["dropped"] for each in report["sources"] if each["url"] == "https://no.example/"] == ["unreadable"]


def test_a_follow_up_goes_on_from_the_evidence(desk: Desk) -> None:
    made = desk.research(QUESTION)
    before = desk.get(made["id"])["report"]
    asked = desk.research("Who built the Brel bridge?", previous_response_id=made["id"])
    report = report_of(desk, asked)
    check_report(report, asked)
    assert "Ada Morn" in " ".join(each["text"] for each in report["claims"])
    assert {each["id"] for each in before["sources"]} <= {each["id"] for each in report["sources"]}


def test_what_has_changed_since_is_said(desk: Desk) -> None:
    made = desk.research(QUESTION, play=lambda prompt: "[]" if NOTE in prompt and "Ada" in prompt else good(prompt))
    again = desk.research(QUESTION, since=made["id"])
    report = report_of(desk, again)
    changes = report["changes"]
    claims = {each["id"]: each["text"] for each in report["claims"]}
    assert changes["since"] == made["id"] and not changes["gone"]
    assert any("Ada Morn" in claims[each] for each in changes["added"])
    assert "What has changed" in again["output"][-1]["content"][0]["text"]


@pytest.mark.parametrize(
    ("limits", "stopped"), [({"tokens": 2000}, "tokens"), ({"tokens": 2500}, "tokens"), ({"pages": 1}, "pages")]
)
def test_budgets_are_kept_and_end_with_a_report(desk: Desk, limits: Json, stopped: str) -> None:
    made = desk.research(QUESTION, limits=limits, **LIMITED)
    report = report_of(desk, made)
    check_report(report, made)
    assert report["method"]["stopped"] == stopped, report["method"]
    assert made["usage"]["total_tokens"] <= 1.02 * limits.get("tokens", 10**9)
    assert report["method"]["pages"] <= limits.get("pages", 99)


def arabic(prompt: str) -> str:
    """Plays a model that writes Arabic: with a false figure in its first translation."""
    match wish_of(prompt):
        case w if w == PLAN:
            return json.dumps(["ما طول جسر بريل؟"])
        case w if w == NOTE:
            return "[1]" if "412" in prompt else "[]"
        case w if w in (WRITE, REWRITE):
            return "يبلغ طول جسر بريل 412 مترًا. [1]"
        case w if w == TRANSLATE:
            return "طول جسر بريل 412 مترًا." if "This was wrong" in prompt else "طول جسر بريل 999 مترًا."
        case _:
            return "Brel bridge length" if QUERY in prompt and "English" in prompt else "[]"


def test_sources_in_another_language_are_quoted_and_translated(desk: Desk) -> None:
    asked = desk.research("ما طول جسر Brel bridge؟", play=arabic, languages=["en", "ar"])
    report = report_of(desk, asked)
    check_report(report, asked)
    assert report["language"] == "ar"
    cited = {one for claim in report["claims"] for one in claim["evidence"]}
    evidence = [each for each in report["evidence"] if each["id"] in cited]
    assert evidence and all(each["language"] == "en" for each in evidence)
    assert all(each["translation"] == "طول جسر بريل 412 مترًا." for each in evidence)


def test_missing_questions_are_looked_for_in_later_rounds(desk: Desk) -> None:
    def gap(prompt: str) -> str:
        return json.dumps(["How many towers has the Brel bridge?"]) if GAPS in prompt else good(prompt)

    report = report_of(desk, desk.research(QUESTION, play=gap, reasoning={"effort": "medium"}))
    assert [each["heading"] for each in report["sections"]][-1] == "How many towers has the Brel bridge?"
    assert len(desk.player.asked(GAPS)) == 1


def test_a_question_is_asked_back_once(desk: Desk) -> None:
    made = desk.research(QUESTION, play=lambda prompt: "Which Brel bridge?", clarify=True)
    assert made["output"][-1]["content"][0]["text"] == "Which Brel bridge?"
    assert desk.get(made["id"])["waiting"] == "clarify"
    told = desk.research("The old one.", previous_response_id=made["id"], clarify=True)
    assert report_of(desk, told)["claims"] and "The old one." in desk.player.asked(PLAN)[0]
