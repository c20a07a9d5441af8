"""The files of a report: their types, their names, their bounds."""

from __future__ import annotations

import json

import pytest

from earthshine.errors import InvalidRequest
from earthshine.research.formats.rendering import FORMATS, render
from earthshine.research.report import ResearchReport
from tests.research.reports.samples import ARABIC, ENGLISH, FRENCH


def test_json_is_the_report_itself() -> None:
    told = render(ENGLISH, "json")
    assert json.loads(told.content) == ENGLISH
    assert told.content_type == "application/json"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        (ARABIC["title"], "كم تُسهم تحلية المياه في مياه الخليج؟.md"),
        ("../../etc/passwd", "etc-passwd.md"),
        ("a/b: c\x00\u202e?", "a-b- c.md"),
        ("x" * 500, "x" * 80 + ".md"),
        (" .. ", "report.md"),
    ],
)
def test_names_of_files(title: str, name: str) -> None:
    assert render({**FRENCH, "title": title}, "md").filename == name


def test_a_report_that_is_too_large_is_refused() -> None:
    large: ResearchReport = {**FRENCH, "not_found": ["x" * 9 * 2**20]}
    with pytest.raises(InvalidRequest, match="narrower"):
        render(large, "html")


def test_what_is_new_since_the_last_report_is_marked() -> None:
    changed: ResearchReport = {
        **FRENCH,
        "changes": {"since": "resp_0", "since_at": 1_760_000_000, "added": ["c2"], "gone": ["Il n’y a rien."]},
    }
    told = render(changed, "md").content.decode()
    assert "## Ce qui a changé (2025-10-09)" in told
    assert "- **Nouveau\u00a0:** Un mètre cube" in told
    assert "- **N’est plus trouvé\u00a0:** Il n’y a rien." in told


def test_a_report_without_an_answer_says_so() -> None:
    empty: ResearchReport = {
        **FRENCH,
        "claims": [],
        "summary": [],
        "sections": [],
        "evidence": [],
        "contradictions": [],
    }
    told = render(empty, "md").content.decode()
    assert "Aucune source lue ne répond à cette question." in told
    assert "Quel est l’effet sur la mer ?" in told
    assert all(render(empty, form).content for form in FORMATS)


def test_evidence_of_a_source_that_a_person_dropped_leaves_no_mark() -> None:
    less: ResearchReport = {**ENGLISH, "evidence": ENGLISH["evidence"][1:]}
    told = render(less, "md").content.decode()
    assert "Desalination supplied 62% of the municipal water of the six Gulf states in 2024.\n" in told
    assert all(render(less, form).content for form in FORMATS)
