"""What the recipes in deploy/ name exists: settings, paths, seconds that fit together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from earthshine.cli.console import NOT_SETTINGS
from earthshine.settings import Settings

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
RECIPES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.name)
def test_settings_exist(recipe: Path) -> None:
    named = {name.lower() for name in re.findall(r"EARTHSHINE_([A-Z_]+[A-Z])", recipe.read_text())}
    known = set(Settings.model_fields) | {name.removeprefix("EARTHSHINE_").lower() for name in NOT_SETTINGS}
    assert named <= known, named - known


@pytest.mark.parametrize(
    ("recipe", "pattern"),
    [
        ("compose.yaml", r"stop_grace_period: (\d+)s"),
        ("earthshine.service", r"TimeoutStopSec=(\d+)"),
        ("helm/earthshine/values.yaml", r"terminationGracePeriodSeconds: (\d+)"),
    ],
)
def test_nothing_kills_before_the_drain_has_ended(recipe: str, pattern: str) -> None:
    found = re.search(pattern, (DEPLOY / recipe).read_text())
    assert found is not None
    assert int(found[1]) > Settings.model_fields["drain_seconds"].default + 5


def test_an_image_never_holds_what_is_private() -> None:
    ignored = (DEPLOY.parent / ".dockerignore").read_text().split()
    assert {"data", ".env", ".git", ".venv"} <= set(ignored)
