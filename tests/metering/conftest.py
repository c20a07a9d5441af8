"""Reports on both databases, opened once for the session and emptied for every test."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from tests.metering.reports_app import Reports, open_reports


@pytest.fixture(scope="session")
async def reports_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Reports]:
    """Opened once."""
    async with open_reports(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('reports') / 'reports.db'}") as opened:
        yield opened


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
async def reports_on_both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Reports]:
    """Opened once on each."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('reports') / 'reports.db'}"
    else:
        url = request.getfixturevalue("postgres").create()
    async with open_reports(url) as opened:
        yield opened


@pytest.fixture
async def sqlite_reports(reports_on_sqlite: Reports) -> Reports:
    """The routes of reports, limits and alerts on SQLite."""
    await reports_on_sqlite.clear()
    return reports_on_sqlite


@pytest.fixture
async def reports(reports_on_both: Reports) -> Reports:
    """The same on each of the two databases."""
    await reports_on_both.clear()
    return reports_on_both
