"""What can be read off the sections of a report."""

from __future__ import annotations

from earthshine.research.report import Section, told_before


def section(name: str, *claims: str) -> Section:
    return {"id": name, "heading": f"About {name}", "claims": list(claims), "tables": []}


def test_a_section_that_says_nothing_of_its_own_is_told_before() -> None:
    sections = [section("q2", "c1", "c2"), section("q3", "c2"), section("q4", "c2", "c3"), section("q5")]
    assert told_before(sections) == {"q3": "About q2"}
