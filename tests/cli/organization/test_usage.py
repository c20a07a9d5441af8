"""`earthshine usage` against a running server, and its chart."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest
from openai import AsyncOpenAI
from rich.console import Console

from earthshine.cli.organization.usage_chart import chart, money, short
from earthshine.cli.organization.usage_report import UsageReport, UsageRow
from tests.cli.conftest import Run
from tests.server_process import ServerProcess


async def test_shows_what_was_used(scripted_server: ServerProcess, run: Run) -> None:
    async with AsyncOpenAI(base_url=f"{scripted_server.url}/v1", api_key=scripted_server.key) as client:
        for _ in range(3):
            await client.chat.completions.create(model="default", messages=[{"role": "user", "content": "hello"}])
        await client.embeddings.create(model="default", input="hello")
        await client.decisions.create(
            model="default", input="x", questions=[{"type": "predicate", "instructions": "y"}]
        )
    place = {"EARTHSHINE_URL": scripted_server.url, "EARTHSHINE_KEY": scripted_server.key}
    for by in ("project", "key", "user"):
        ended = await run("usage", "--by", by, "--json", env=place)
        assert ended.code == 0, ended.err
        report = json.loads(ended.out)
        assert report["by"] == by
        # Other tests of the session use this server too.
        assert report["total"]["num_model_requests"] >= 5
        for field in ("num_model_requests", "input_tokens", "output_tokens"):
            assert sum(row[field] for row in report["rows"]) == report["total"][field]
    ended = await run("usage", "--by", "model", "--csv", "--project", "default", env=place)
    (row,) = [each for each in csv.DictReader(io.StringIO(ended.out)) if each["id"] == "scripted"]
    assert int(row["num_model_requests"]) >= 5
    shown = await run("usage", env=place)
    assert shown.out.startswith("Usage by day, ")
    assert all(len(line) <= 80 for line in shown.out.splitlines())


async def test_says_what_is_wrong(scripted_server: ServerProcess, run: Run) -> None:
    place = {"EARTHSHINE_URL": scripted_server.url, "EARTHSHINE_KEY": "wrong"}
    ended = await run("usage", env=place)
    assert (ended.code, ended.out) == (1, "")
    assert "key" in ended.err
    gone = await run("usage", "--url", "http://127.0.0.1:9", "--key", "k")
    assert gone.code == 1
    assert "earthshine serve" in gone.err
    assert "Traceback" not in gone.err
    both = await run("usage", "--json", "--csv", env=place)
    assert both.code == 2


def shown(report: UsageReport, width: int, *, blocks: bool = True) -> list[str]:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(chart(report, width, blocks))
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def report_of(*rows: UsageRow) -> UsageReport:
    report = UsageReport("model", 1_709_164_800, 1_709_251_200, list(rows))
    for row in rows:
        for name in ("requests", "input_tokens", "output_tokens", "cost", "hosted_cost", "hosted_requests"):
            setattr(report.total, name, getattr(report.total, name) + getattr(row, name))
    return report


def test_bars_are_in_proportion_to_cost() -> None:
    rows = [
        UsageRow("a", "kimi-k2.6", 590, 2_790_425, 0, 272_580, Decimal("3.03"), Decimal("9.10"), 590),
        UsageRow("b", "qwen3.5-9b", 1117, 5_150_000, 0, 507_000, Decimal("1.515")),
        UsageRow("c", "نموذج-كبير", 548, 2_470_000, 0, 239_000),
    ]
    lines = shown(report_of(*rows), 80)
    assert lines[0] == "Usage by model, 2024-02-29 (UTC)"
    assert lines[2].split() == ["model", "requests", "input", "output", "cost", "by", "cost"]
    assert lines[3].count("█") == 2 * lines[4].count("█") + (1 if "▌" in lines[4] else 0)
    assert "\u2068نموذج-كبير\u2069" in lines[5]
    assert "█" not in lines[5]
    assert lines[6].split() == ["total", "2,255", "10.4M", "1.02M", "$4.54"]
    assert lines[-1] == "Hosted vendors list $9.10 for the same work (for 590 of the requests)."
    ascii_only = shown(report_of(rows[0]), 80, blocks=False)
    assert "#" in ascii_only[3]
    assert "█" not in ascii_only[3]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_fits_every_width(width: int) -> None:
    rows = [UsageRow("x", "模型" * 40, 10**9, 10**15, 0, 10**13, Decimal("123456789.12")), UsageRow("y", "b\x1b[2J", 1)]
    console = Console(width=width, file=io.StringIO(), color_system=None)
    lines = shown(report_of(*rows), width)
    assert all(console.render_str(line, markup=False).cell_len <= width for line in lines)
    assert "\x1b" not in "".join(lines)


def test_nothing_is_said_to_be_nothing() -> None:
    assert shown(UsageReport("day", 0, 86_400), 80)[-1] == "Nothing was used."


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (99_999, "99,999"),
        (100_000, "100k"),
        (1_234_567, "1.23M"),
        (45_600_000_000, "45.6G"),
        (10**16, "10,000T"),
    ],
)
def test_counts_are_short(number: int, text: str) -> None:
    assert short(number) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "$0.00"), ("0.0000000000014", "$0.0000000000014"), ("0.0234", "$0.023"), ("1234.565", "$1,234.56")],
)
def test_money_is_readable(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text
