"""What every test may ask for: the default model, a running server, and the official SDK talking to it."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncGenerator, Generator
from functools import cache
from pathlib import Path

import pytest
from httpx2 import create_ssl_context
from hypothesis import settings as hypothesis_settings
from openai import AsyncOpenAI, OpenAI

from earthshine.catalog import Catalog
from earthshine.catalog.card import Card
from earthshine.catalog.curated import embedded
from earthshine.database import Database
from earthshine.errors import EarthshineError
from earthshine.settings import Settings
from tests.databases import (
    COPIES,
    STAND_INS,
    again_on_postgresql,
    left_out_on_postgresql,
    make_template,
    on_postgresql,
)
from tests.postgres import Cluster, running_cluster
from tests.server_process import NOWHERE, ServerProcess, start_server
from tests.units import is_unit
from tests.unlocked import describe as unlocked_version
from tests.unlocked import here
from tests.waiting import waiting_tasks

ROOT = Path(__file__).parent.parent

for _name, _value in NOWHERE.items():
    os.environ.setdefault(_name, _value)

# Two busy cores make any deadline for one example a matter of luck.
hypothesis_settings.register_profile("earthshine", deadline=None)
hypothesis_settings.load_profile("earthshine")

BROWSER = ("e2e", "browser")
"""The folders of what looks through a browser."""

DEFAULT_MODEL = "test-default"
"""Under this name the default model is installed in test servers."""


def pytest_report_header(config: pytest.Config) -> str:
    """Say which weights the real engine will run on, and which database."""
    model = _find_default_model() or "MISSING: tests that need it will fail; run `make setup`"
    database = "PostgreSQL" if on_postgresql() else "SQLite"
    unlocked = "\n".join(f"not locked: {unlocked_version(name)}" for name in here())
    return f"default model: {model}\ndatabase: {database}\n{unlocked}"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even read the folders and modules that this run leaves out."""
    if on_postgresql() and left_out_on_postgresql(collection_path):
        return True
    if collection_path.parent != ROOT / "tests" or not collection_path.is_dir():
        return None
    folder, marks = collection_path.name, str(config.getoption("markexpr"))
    return ("browser" in marks and (folder in BROWSER) == marks.startswith("not browser")) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what looks through a browser, and what is quick. On PostgreSQL, leave out what shows nothing new there."""
    for item in items:
        if item.path.relative_to(ROOT / "tests").parts[0] in BROWSER:
            item.add_marker("browser")
        elif isinstance(item, pytest.Function) and is_unit(item):
            item.add_marker("unit")
    if on_postgresql():
        left_out = [item for item in items if not again_on_postgresql(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if again_on_postgresql(item)]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Thousands of tests were collected to stay: no search for garbage need look through them again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Beside a failure stands what it ran on that no lock file holds, and what it was last green with.

    Where it took too long, it says what waits.
    """
    report = yield
    if report.failed:
        names = [
            *(["Chromium"] if item.get_closest_marker("browser") else []),
            "PostgreSQL" if on_postgresql() else "SQLite",
        ]
        report.sections.append(("not locked", "\n".join(unlocked_version(name) for name in [*names, "Python"])))
        if "from pytest-timeout" in str(report.longrepr):
            report.sections.append(("tasks that wait", waiting_tasks()))
    return report


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """`make test ARGS=...` may well ask for tests that have no part in one of its runs."""
    in_parts = on_postgresql() or "browser" in str(session.config.getoption("markexpr"))
    if in_parts and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what this machine could not test: a skipped test has shown nothing."""
    for report in terminalreporter.stats.get("skipped", []):
        terminalreporter.write_line(f"COULD NOT RUN: {report.nodeid}: {report.longrepr[2]}", red=True)


def _find_default_model() -> Path | None:
    named = os.environ.get("EARTHSHINE_TEST_MODEL")
    if named:
        return Path(named) if Path(named).is_file() else None
    cached = [card for card in Catalog(Settings(data=ROOT / ".cache")).local() if "chat" in card.abilities]
    return cached[0].path if cached else None


@pytest.fixture(scope="session")
def default_model_path() -> Path:
    """The weights of the default model; without them a test fails and says how to get them."""
    path = _find_default_model()
    if path is None:
        pytest.fail(
            "The default model is not here. `make setup` fetches it into .cache/models; "
            "or let EARTHSHINE_TEST_MODEL name a GGUF file.",
            pytrace=False,
        )
    return path


@pytest.fixture(scope="session")
def embedding_model_path() -> Path:
    """The weights of the embedded embedding model; without them a test fails and says how to get them."""
    path = ROOT / ".cache" / "models" / "multilingual-e5-small.gguf"
    if not path.exists():
        pytest.fail("The embedding model is not here. `make setup` fetches it into .cache/models.", pytrace=False)
    return path


async def install_default_model(data: Path, weights: Path) -> Card:
    """Install weights by reference in a data directory, as the only real model."""
    about = embedded() if weights.stat().st_size == embedded().size else None
    try:
        return await Catalog(Settings(data=data)).add(f"file:{weights}", DEFAULT_MODEL, about=about)
    except EarthshineError as error:
        pytest.fail(f"The default model cannot be installed: {error.message}", pytrace=False)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    """An empty database with all tables."""
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def server(default_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    """One server for the whole session: the default model is `default`, and `scripted` is there too."""
    data = tmp_path_factory.mktemp("server")
    await install_default_model(data, default_model_path)
    running = await start_server(data, "--scripted", "--default-model", DEFAULT_MODEL)
    try:
        yield running
    finally:
        code = await running.stop()
    assert code == 0, f"the server ended with {code}"


@pytest.fixture(scope="session")
async def scripted_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    """One server for the whole session that has only `scripted`; it needs no weights."""
    running = await start_server(
        tmp_path_factory.mktemp("scripted"), "--scripted", "--no-embedded-model", "--default-model", "scripted"
    )
    try:
        yield running
    finally:
        code = await running.stop()
    assert code == 0, f"the server ended with {code}"


@pytest.fixture(scope="session")
def client(server: ServerProcess) -> Generator[OpenAI]:
    """The official SDK in strict mode: a reply that does not fit its types is an error."""
    with OpenAI(
        base_url=f"{server.url}/v1", api_key=server.key, max_retries=0, _strict_response_validation=True
    ) as opened:
        yield opened


@pytest.fixture(scope="session")
async def async_client(server: ServerProcess) -> AsyncGenerator[AsyncOpenAI]:
    """The same, asynchronous."""
    async with AsyncOpenAI(
        base_url=f"{server.url}/v1", api_key=server.key, max_retries=0, _strict_response_validation=True
    ) as opened:
        yield opened


@pytest.fixture(scope="session", autouse=True)
def _one_tls_context() -> Generator[None]:
    """No test leaves this machine, and to read all public certificates takes each client a sixteenth of a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx2._transports.default.create_ssl_context", cache(create_ssl_context))
        yield


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Generator[Cluster]:
    """One PostgreSQL cluster for the whole session; started by the first test that wants it."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_url(postgres: Cluster) -> str:
    """The URL of one database for the whole session."""
    return postgres.create()


@pytest.fixture
def postgres_database(postgres: Cluster) -> Generator[str]:
    """The URL of a fresh and empty database for one test."""
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def postgres_template(postgres: Cluster) -> str:
    """The name of a database with all tables, to be copied; nobody uses it itself."""
    return make_template(postgres)


@pytest.fixture
def postgres_with_tables(postgres: Cluster, postgres_template: str) -> Generator[str]:
    """The URL of a fresh database for one test, with all tables; soon made."""
    url = postgres.create(template=postgres_template)
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session", autouse=True)
def _databases() -> Generator[None]:
    """Let fresh databases be copies; on PostgreSQL, let one stand in for each SQLite file."""
    with pytest.MonkeyPatch.context() as patch:
        (STAND_INS if on_postgresql() else COPIES).redirect(patch)
        yield
    STAND_INS.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Remove the databases that a test leaves, but for those of wider fixtures."""
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    yield
    if folder is not None and on_postgresql():
        STAND_INS.drop_below(folder)
