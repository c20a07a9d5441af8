"""Pages keep up with the code: links lead somewhere, generated pages are fresh, nothing is left undocumented."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from earthshine.cli import LazyGroup
from earthshine.settings import Settings
from tests.docs.pages import ROOT, pages

LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    targets = [match["target"] for match in LINK.finditer(page.read_text())]
    relative = [target.partition("#")[0] for target in targets if "://" not in target and not target.startswith("#")]
    missing = [target for target in relative if not (page.parent / target).exists()]
    assert not missing


def test_generated_pages_are_fresh() -> None:
    ended = subprocess.run(
        [sys.executable, "scripts/generate_docs.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert f"| `{name}`" in (ROOT / "docs" / "settings.md").read_text()
    assert Settings.model_fields[name].description


@pytest.mark.parametrize("name", list(LazyGroup.LAZY))
def test_every_command_is_documented(name: str) -> None:
    assert f"## earthshine {name}\n" in (ROOT / "docs" / "cli.md").read_text()


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text()
    missing = [page.name for page in (ROOT / "docs").glob("*.md") if page.name != "index.md" and page.name not in index]
    assert not missing


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = [re.split(r"[\[><=;\s]", line, maxsplit=1)[0] for line in wanted]
    page = (ROOT / "docs" / "dependencies.md").read_text()
    assert not [name for name in names if not re.search(rf"\b{re.escape(name)}\b", page)]


def test_decisions_are_dated_and_short() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [decision.name[:4] for decision in decisions] == [f"{number + 1:04}" for number in range(len(decisions))]
    for decision in decisions:
        text = decision.read_text()
        assert re.search(r"^\d{4}-\d\d-\d\d · (accepted|replaced by )", text, re.MULTILINE), decision.name
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Good", "Bad", "Rejected")), decision.name
        assert len(text.splitlines()) <= 60, decision.name
