"""The bed of real clients: each script says what it installs, and the page is what the results say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bench.clients._install import head, scripts
from bench.clients._page import PAGE, RESULTS, cell, page

ROWS = json.loads(RESULTS.read_text())


@pytest.mark.parametrize("script", scripts(), ids=lambda each: each.stem)
def test_a_script_names_its_client_and_an_exact_version(script: Path) -> None:
    said = head(script)
    pins = [*said["npm"], *said["dependencies"]]
    assert re.search(r"(==|.@)\d+\.\d+", pins[0]), "the first package is the client, with its version"
    assert said["client"] and said["api"] and said["kind"] in ("library", "tool")
    for kind in ("plain", "stream", "tools", "structured"):
        assert re.search(rf"[\"' }}]{kind}[\"'` ]", script.read_text()), f"it says nothing of {kind}"


def test_the_page_is_what_the_last_runs_found() -> None:
    assert PAGE.read_text() == page(ROWS), "run `make clients`"


def test_the_rows_are_of_scripts_that_there_are_in_their_versions() -> None:
    known = {said["client"]: said for said in map(head, scripts())}
    for row in ROWS:
        said = known[row["client"]]
        assert row["version"] in [*said["npm"], *said["dependencies"]][0]


def test_one_fault_makes_a_cell_red_and_none_tried_is_not_green() -> None:
    yes, no, absent = ({"ok": ok} for ok in (True, False, None))
    assert [cell(checks) for checks in ([yes, yes], [yes, no], [absent], [], [yes, absent])] == [
        "yes",
        "**no**",
        "–",
        "–",
        "yes",
    ]


def test_a_fault_is_told_with_its_reason() -> None:
    fault = {"check": "tools", "ok": False, "why": "it | fell\n<over>"}
    row = {"client": "X", "version": "1", "api": "chat", "kind": "tool", "checks": [fault], "day": "2026-01-01"}
    text = page([{**row, "offline": True}])
    assert "| X | 1 | chat | – | – | **no** | – |" in text
    assert "- **X**, tools: it / fell &lt;over>" in text and "1 clients, 0 of them without a fault" in text
