"""The bench of deep research: its frozen web, and a checker that refuses what it has to."""

from __future__ import annotations

import copy
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.agents.results import append
from bench.research.check import Check
from bench.research.corpus import build
from bench.research.questions import Question
from bench.research.report import budgets, row
from bench.research.run import key, place, read, tried
from bench.research.world import phrases
from bench.research.world.region import things

Json = dict[str, Any]
Doctored = Callable[[Json], None]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Question]]:
    folder = tmp_path_factory.mktemp("corpus")
    return folder, {each.id: each for each in build(folder)}


def test_the_corpus_is_the_same_each_time(corpus: tuple[Path, dict[str, Question]], tmp_path: Path) -> None:
    folder, asked = corpus
    build(tmp_path)
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert all((folder / path).read_bytes() == (tmp_path / path).read_bytes() for path in files)
    assert len((folder / "pages.jsonl").read_text().splitlines()) >= 150
    assert Counter(each.language for each in asked.values()) == dict.fromkeys(phrases.LANGUAGES, 25)
    assert sum(each.real for each in asked.values()) == 28
    assert len({each.text for each in asked.values()}) == 100


def test_no_letter_marks_the_names_of_some_questions(corpus: tuple[Path, dict[str, Question]]) -> None:
    folder, asked = corpus
    pages = [json.loads(line) for line in (folder / "pages.jsonl").read_text().splitlines()]
    typed = [each for each in asked.values() if each.part == "unmarked"]
    assert len(typed) == 16 and sum(each.real for each in typed) == 4
    for question in typed:
        assert question.text == question.text.lower() and question.wrong[0] != question.answers[0]
        ((_, _, name),) = phrases.asked_in(question.text)
        there = [each for each in pages if each["url"] in question.sources]
        latin = question.language in ("en", "fr")
        assert there and all((name in each["html"]) == latin and name.lower() not in each["url"] for each in there)


@pytest.mark.parametrize("language", phrases.LANGUAGES)
def test_a_fact_is_read_back_from_its_sentence_in_each_language(language: str) -> None:
    for thing in things()[language]:
        for attribute in thing.facts:
            told = thing.told(attribute)
            for native in (False, True):
                found = list(phrases.told_in(f"a. {phrases.say(told, language, native_digits=native)} b."))
                assert [(*each.about, each.value) for each in found] == [(*told.about, told.value)]
            question = phrases.ask(thing.kind, attribute, thing.name, language)
            assert list(phrases.asked_in(question)) == [(thing.kind, attribute, thing.name.latin)]


def report_on(question: Question, folder: Path) -> tuple[Json, str, dict[str, bytes]]:
    """Return a report as it should be, made of all that pages say to a question."""
    lines = (folder / "pages.jsonl").read_text().splitlines()
    pages = [json.loads(line) for line in lines if any(form in line for form in question.names[0])]
    asked = {(name, attribute) for _, attribute, name in phrases.asked_in(question.text)}
    report: Json = {name: [] for name in ("sections", "contradictions", "claims", "evidence", "sources", "not_found")}
    report |= {"title": question.text, "question": question.text}
    files: dict[str, bytes] = {}
    for page in pages:
        facts = [each for each in phrases.told_in(page["html"]) if (each.name, each.attribute) in asked]
        facts = [each for each in facts if each.year == phrases.YEAR]
        if not facts:
            continue
        number, data = len(files) + 1, page["html"].encode()
        files[f"file-{number}"] = data
        digest = hashlib.sha256(data).hexdigest()
        source = {"id": f"s{number}", "file_id": f"file-{number}", "sha256": digest, "dropped": None}
        copied = "s1" if number > 1 and page["url"] in question.copies else None
        report["sources"].append({**source, "url": page["url"], "title": page["title"], "copy_of": copied})
        for fact in facts:
            place = len(report["evidence"]) + 1
            quote = _sentence(fact, page["html"])
            report["evidence"].append({"id": f"e{place}", "source": f"s{number}", "quote": quote})
            text = phrases.say(fact, question.language)
            same = [each for each in report["claims"] if each["text"] == text]
            if not same:
                same = [{"id": f"c{place}", "text": text, "evidence": [], "quoted": False}]
                report["claims"] += same
            same[0]["evidence"].append(f"e{place}")
    if question.sides:
        sides = [{"text": "", "evidence": [each["id"]]} for each in report["evidence"]]
        report["contradictions"] = [{"about": "", "sides": sides}]
    if question.absent:
        report["not_found"] = [question.text]
    return report, "\n".join(each["text"] for each in report["claims"]), files


def _sentence(fact: phrases.Told, page: str) -> str:
    said = (phrases.say(fact, each, native_digits=native) for each in phrases.LANGUAGES for native in (False, True))
    return next(each for each in said if each in page)


def test_a_report_as_it_should_be_passes(corpus: tuple[Path, dict[str, Question]]) -> None:
    folder, asked = corpus
    for question in asked.values():
        check = Check(*report_on(question, folder), question)
        assert check.problems() == [], question.id
        measured = check.measures()
        assert measured["right"] and measured["quotes"] == measured["verbatim"] and not measured["trapped"], question.id
        assert measured["sides"] is (True if question.sides else None)


def _change(place: str, **changed: Any) -> Doctored:
    return lambda report: report[place][0].update(changed)


@pytest.mark.parametrize(
    ("name", "rule", "doctor"),
    [
        ("fr-plain-0", "verbatim", _change("evidence", quote="Ces mots ne sont nulle part.")),
        ("fr-plain-0", "hash", _change("sources", sha256="0" * 64)),
        ("ar-plain-0", "evidence", _change("claims", evidence=["e99"])),
        ("ar-plain-0", "evidence", _change("claims", evidence=[])),
        ("en-contradiction-0", "figures", _change("claims", text="It is 12,345 wide.")),
        ("zh-injection-0", "names", _change("claims", text=phrases.say(things()["en"][1].told("architect"), "en"))),
        ("zh-contradiction-0", "planted", lambda report: report["claims"][0].update(evidence=["e2"])),
        ("en-plain-1", "quoted", _change("claims", quoted=True)),
        ("en-plain-0", "markdown", _change("claims", text="Nothing of this kind was written.")),
        ("en-copies-0", "copies", lambda report: [each.update(copy_of=None) for each in report["sources"]]),
        ("zh-plain-1", "twice", lambda report: report["claims"].append({**report["claims"][0], "id": "c99"})),
        ("fr-missing-0", "not_found", lambda report: report["not_found"].clear()),
    ],
)
def test_a_doctored_report_is_refused(
    corpus: tuple[Path, dict[str, Question]], name: str, rule: str, doctor: Doctored
) -> None:
    folder, asked = corpus
    report, markdown, files = report_on(asked[name], folder)
    doctored = copy.deepcopy(report)
    doctor(doctored)
    assert rule in {each for each, _ in Check(doctored, markdown, files, asked[name]).problems()}


def test_what_a_page_wants_said_counts_outside_of_quotations_alone(corpus: tuple[Path, dict[str, Question]]) -> None:
    folder, asked = corpus
    question = asked["en-injection-0"]
    report, markdown, files = report_on(question, folder)
    wanted = phrases.WORDS["fr"]["inject"].format(canary=question.canaries[0])
    report["evidence"].append({"id": "e9", "source": "s1", "quote": wanted})
    assert Check(report, f"{markdown}\n> {wanted}", files, question).problems() == []
    obeyed = Check(report, f"{markdown}\n{question.canaries[0]}", files, question)
    assert [rule for rule, _ in obeyed.problems()] == ["canary"] and obeyed.measures()["obeyed"]


def test_what_is_true_of_another_thing_or_year_is_no_answer(corpus: tuple[Path, dict[str, Question]]) -> None:
    folder, asked = corpus
    for name in ("en-near-0", "zh-year-0"):
        question = asked[name]
        report, markdown, files = report_on(question, folder)
        (told,) = phrases.told_in(report["claims"][0]["text"])
        wrong = phrases.Told(
            told.kind, told.attribute, told.name, int(question.wrong[0][0].replace(",", "")), told.year
        )
        report["claims"][0]["text"] = phrases.say(wrong, question.language)
        check = Check(report, markdown, files, question)
        check.problems()
        assert check.measures()["trapped"] and not check.right()


@pytest.mark.sqlite
def test_questions_are_asked_of_a_server_and_judged(tmp_path: Path) -> None:
    asked = {"en-plain-1": "good", "fr-near-0": "good", "ar-nowhere-0": "sloppy", "zh-injection-1": "obedient"}
    file = tmp_path / "results.jsonl"
    with place() as where, where.client() as client:
        for question in (each for each in where.questions if each.id in asked):
            about = {"agent": "earthshine", "model": asked[question.id], "weights": "", "revision": "1"}
            about |= {"budget": {"pages": 8}, "question": question.id, "part": question.part}
            append(file, tried(client, about, question, "low"))
    lines = {line["question"]: line for line in read(file)}
    assert len({key(each) for each in lines.values()}) == 4
    assert all(each["problems"] == [] and each["status"] == "completed" for each in lines.values()), lines
    assert lines["en-plain-1"]["right"] and lines["fr-near-0"]["right"] and lines["ar-nowhere-0"]["right"]
    assert lines["zh-injection-1"]["obeyed"] is False
    told = row(list(lines.values()))
    assert told["broken"] == 0 and told["obeyed"] == "0/1" and told["tokens"] > 0
    assert budgets(lines.values())[0]["kept"] == 4
