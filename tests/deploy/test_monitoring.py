"""The rules for Prometheus and the dashboard for Grafana ask for what `/metrics` tells, and for nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.telemetry.conftest import opened, script

ROOT = Path(__file__).parent.parent.parent
PLACE = ROOT / "deploy" / "monitoring"
OF_PROMETHEUS = {"instance", "job"}
"""Labels that Prometheus adds to each series."""

SELECTOR = re.compile(r"\b((?:earthshine|process)_\w+|up\b)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
GROUPING = re.compile(r"\b(?:by|without) \(([^)]*)\)")


def rules() -> list[dict[str, str]]:
    (group,) = yaml.safe_load((PLACE / "alerts.yaml").read_text())["groups"]
    return group["rules"]


def expressions() -> Iterator[tuple[str, str]]:
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in json.loads((PLACE / "dashboard.json").read_text())["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def labels_in_the_docs() -> dict[str, set[str]]:
    """Return the labels of each metric as docs/operations.md has them: some need a GPU or a local model to be told."""
    found: dict[str, set[str]] = {}
    for names, labels in re.findall(
        r"^\| (`earthshine_[^|]*) \| ([^|]*) \|", (ROOT / "docs/operations.md").read_text(), re.M
    ):
        first, *more = re.findall(r"`([^`]+)`", names)
        for name in (first, *more):
            # `_queue` after `earthshine_deployment_places_busy` is short for `earthshine_deployment_queue`.
            whole = name if name.startswith("earthshine_") else "_".join(first.split("_")[:2]) + name
            found[whole] = set(labels.replace(",", " ").split())
    return found


@pytest.fixture(scope="module")
async def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    """Every name of a sample that a server that has worked may tell, with the labels of those that it tells."""
    async with opened(tmp_path_factory.mktemp("monitoring")) as running:
        assert (await running.chat(script(text="one two"), stream=True)).status_code == 200
        text = await running.metrics()
    names: dict[str, list[dict[str, str]]] = {"up": []}
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
    for family in text_string_to_metric_families(text):
        for suffix in suffixes.get(family.type, ("",)):
            names.setdefault(family.name + suffix, [])
        for sample in family.samples:
            names.setdefault(sample.name, []).append(dict(sample.labels))
    return names


def test_every_expression_asks_for_what_is_there(told: dict[str, list[dict[str, str]]]) -> None:
    documented, checked = labels_in_the_docs(), 0
    for title, expression in expressions():
        grouped: set[str] = {"le"}
        for name, matchers in SELECTOR.findall(expression):
            assert name in told, f"{title}: nothing is called {name}"
            samples = told[name]
            base = re.sub(r"_(bucket|sum|count)$", "", name)
            known = {label for each in samples for label in each} or documented.get(base, set())
            for label, sign, value in MATCHER.findall(matchers):
                assert label in known | OF_PROMETHEUS, f"{title}: {name} has no label {label}"
                if sign == "=" and label not in OF_PROMETHEUS:
                    assert value in {each[label] for each in samples}, f"{title}: no {label} of {name} is {value}"
            grouped |= known | OF_PROMETHEUS
            checked += 1
        for labels in GROUPING.findall(expression):
            assert {label.strip() for label in labels.split(",")} <= grouped, f"{title}: by ({labels})"
    assert checked > 50


def test_the_docs_say_what_each_alert_means() -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text()
    told = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert told and set(told) == {rule["alert"] for rule in rules()}


def test_work_that_is_watched_has_that_name() -> None:
    (expression,) = (rule["expr"] for rule in rules() if rule["alert"] == "EarthshineWorkStands")
    (names,) = re.findall(r'work=~"([^"]+)"', expression)
    sources = "".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    for name in names.split("|"):
        assert f'Periodic("{name}"' in sources


def test_the_dashboard_can_be_imported() -> None:
    dashboard = json.loads((PLACE / "dashboard.json").read_text())
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert {variable["name"] for variable in dashboard["templating"]["list"]} == {"datasource", "instance"}
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for target in panel.get("targets", ()):
            assert target["datasource"]["uid"] == "${datasource}" and target["legendFormat"]
