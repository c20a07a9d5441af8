"""Code in containers: files that stay, variables that are kept, and what ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import update

from earthshine.accounts.authorization.caller import Caller
from earthshine.containers.containers import Containers
from earthshine.containers.living import LivingContainers
from earthshine.containers.schemas import ContainerCreate, ExpiresAfter
from earthshine.containers.tables import containers as table
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.sandboxes.base import Command
from earthshine.sandboxes.registry import Sandboxes
from earthshine.server import create_app
from earthshine.settings import Settings


@pytest.fixture(scope="module")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Containers]:
    """The containers of one installation, and all that they stand on."""
    folder = tmp_path_factory.mktemp("containers")
    app = create_app(
        Settings(data=folder / "data", scripted=True, embedded_model=False, container_disk=64, max_containers=40)
    )
    async with app.router.lifespan_context(app):
        yield app.state.services.get(Containers)


@pytest.fixture
def who() -> Caller:
    """The project of the first key."""
    return Caller("key", "default")


@pytest.fixture
async def container(installation: Containers, who: Caller) -> AsyncGenerator[str]:
    """A new container."""
    row = await installation.create(who, ContainerCreate(name="c"))
    yield row.id
    if row.id in [each.name for each in installation.folder.iterdir()]:
        await installation.delete(row.id, who)


async def test_variables_are_kept(installation: Containers, container: str, who: Caller) -> None:
    first = await installation.python(container, who, "x = 41\nprint('set')")
    assert (first.output, first.value, first.error, first.fresh) == ("set\n", None, None, True)
    second = await installation.python(container, who, "def f(): return x + 1\nf()")
    assert (second.output, second.value, second.error, second.fresh) == ("", "42", None, False)
    assert (await installation.python(container, who, "_ + 1")).value == "43"


async def test_an_error_is_shown_as_python_does_and_variables_stay(
    installation: Containers, container: str, who: Caller
) -> None:
    failed = await installation.python(container, who, "y = 5\nprint('before')\n1 / 0")
    assert failed.output == "before\n"
    assert failed.error is not None
    assert failed.error.startswith(
        'Traceback (most recent call last):\n  File "<code 1>", line 3, in <module>\n    1 / 0'
    )
    assert "<string>" not in failed.error
    assert (await installation.python(container, who, "y")).value == "5"
    broken = await installation.python(container, who, "def (")
    assert broken.error is not None
    assert "SyntaxError" in broken.error
    assert (await installation.python(container, who, "raise SystemExit(3)")).error is not None
    assert (await installation.python(container, who, "y")).value == "5"


async def test_code_that_takes_too_long_is_ended_and_its_loss_said(
    installation: Containers, container: str, who: Caller
) -> None:
    await installation.python(container, who, "z = 1")
    late = await installation.python(container, who, "print('begun')\nwhile True: pass", timeout=1)
    assert (late.stopped, late.output) == ("timeout", "begun\n")
    after = await installation.python(container, who, "'z' in globals()")
    assert (after.value, after.fresh) == ("False", True)


async def test_an_interpreter_that_ends_says_so(installation: Containers, container: str, who: Caller) -> None:
    gone = await installation.python(container, who, "import os; os._exit(3)")
    assert gone.stopped == "sandbox"
    assert gone.error == "Python ended (exit status 3)."
    assert (await installation.python(container, who, "1")).value == "1"


async def test_what_is_written_to_the_answers_is_not_believed(
    installation: Containers, container: str, who: Caller
) -> None:
    forged = "import os\nfor n in range(3, 20):\n    try: os.write(n, b'[1]\\n' * 5)\n    except OSError: pass\n1"
    result = await installation.python(container, who, forged)
    assert result.value in (None, "1")
    assert (await installation.python(container, who, "2")).value == "2"


async def test_output_is_bounded_and_read_without_input(installation: Containers, container: str, who: Caller) -> None:
    flood = await installation.python(container, who, "print('x' * 5_000_000)\ninput()")
    assert len(flood.output) == 2**18
    assert flood.dropped == 5_000_001 - 2**18
    assert flood.error is not None
    assert "EOFError" in flood.error
    with pytest.raises(InvalidRequest):
        await installation.python(container, who, "#" * 300_000)


async def test_charts_that_were_not_saved_are_kept(installation: Containers, container: str, who: Caller) -> None:
    # What matplotlib does of this is enough: the library itself is no part of an installation.
    stand_in = (
        "import os\nos.makedirs('matplotlib', exist_ok=True)\nopen('matplotlib/__init__.py', 'w').close()\n"
        "open('matplotlib/pyplot.py', 'w').write('''\nopened = [1]\ndef get_fignums(): return opened\n"
        "class figure:\n    def __init__(self, number): pass\n"
        "    def savefig(self, name): open(name, 'w').write('a picture')\n"
        "def close(which): opened.clear()\n''')\n"
    )
    await installation.python(container, who, stand_in)
    drawn = await installation.python(container, who, "import matplotlib.pyplot")
    assert drawn.files == ("figure-2-1.png",)
    assert (await installation.python(container, who, "1")).files == ()
    row = await installation.alive(container, who)
    assert "/mnt/data/figure-2-1.png" in [each["path"] for each in await installation.contents.files(row)]


async def test_files_made_inside_are_listed_as_the_assistants(
    installation: Containers, container: str, who: Caller
) -> None:
    done = await installation.run(
        container, who, Command(["sh", "-c", "mkdir a; echo hello > a/b; ln -s /etc/passwd l"])
    )
    assert done.code == 0
    row = await installation.alive(container, who)
    [file] = await installation.contents.files(row)
    assert (file["path"], file["source"], file["bytes"]) == ("/mnt/data/a/b", "assistant", 6)
    _, opened = await installation.contents.open(row, file["id"])
    assert opened.read() == b"hello\n"


async def test_files_and_variables_outlive_nothing_they_should_not(
    installation: Containers, container: str, who: Caller
) -> None:
    await installation.python(container, who, "open('kept', 'w').write('1'); v = 1")
    await installation.living.stop(container)
    again = await installation.python(container, who, "open('kept').read(), 'v' in globals()")
    assert (again.value, again.fresh) == ("('1', False)", True)


async def test_a_container_that_filled_its_disk_is_stopped_and_can_be_emptied(
    installation: Containers, container: str, who: Caller
) -> None:
    fill = "import time\nfor n in range(5): open(f'f{n}', 'wb').write(bytes(20 * 2**20))\ntime.sleep(20)"
    full = await installation.python(container, who, fill)
    assert full.stopped == "disk"
    row = await installation.alive(container, who)
    with pytest.raises(InvalidRequest, match="Delete some"):
        await installation.contents.add(row, "one more", Path(__file__), 10**6)
    for each in await installation.contents.files(row):
        await installation.contents.delete(row, each["id"])
    assert (await installation.python(container, who, "1")).value == "1"


async def test_an_expired_container_loses_its_files(installation: Containers, who: Caller) -> None:
    body = ContainerCreate(name="old", expires_after=ExpiresAfter(anchor="last_active_at", minutes=1))
    row = await installation.create(who, body)
    await installation.python(row.id, who, "open('f', 'w').write('1')")
    async with installation.database.write() as connection:
        past = update(table).where(table.c.id == row.id).values(last_active_at=int(time.time()) - 61)
        await connection.execute(past)
    with pytest.raises(Conflict, match="expired"):
        await installation.python(row.id, who, "1")
    await installation.sweep()
    assert not (installation.folder / row.id).exists()
    assert (await installation.get(row.id, who)).expired


async def test_folders_without_a_container_are_removed(installation: Containers, who: Caller) -> None:
    left = installation.folder / "cntr_left"
    left.mkdir(parents=True)
    (left / "f").write_text("1")
    (left / "locked").mkdir(mode=0)
    await installation.sweep()
    assert not left.exists()


async def test_other_projects_have_nothing_of_it(installation: Containers, container: str) -> None:
    stranger = Caller("other", "proj_other")
    with pytest.raises(NotFound):
        await installation.python(container, stranger, "1")
    with pytest.raises(NotFound):
        await installation.delete(container, stranger)


async def test_a_project_has_so_many(installation: Containers) -> None:
    crowd = Caller("crowd", "proj_crowd")
    made = [await installation.create(crowd, ContainerCreate(name=str(n))) for n in range(40)]
    before = len(list(installation.folder.iterdir()))
    with pytest.raises(InvalidRequest, match="40 containers"):
        await installation.create(crowd, ContainerCreate(name="one more"))
    assert len(list(installation.folder.iterdir())) <= before
    for each in made:
        await installation.delete(each.id, crowd)


async def test_many_run_at_once(installation: Containers, who: Caller) -> None:
    made = [await installation.create(who, ContainerCreate(name=str(n))) for n in range(12)]
    results = await asyncio.gather(*(installation.python(each.id, who, f"{n} * 2") for n, each in enumerate(made)))
    assert [each.value for each in results] == [str(n * 2) for n in range(12)]
    for each in made:
        await installation.delete(each.id, who)


async def test_a_sandbox_waits_for_the_next_container(installation: Containers, who: Caller) -> None:
    installation.living.prepare()
    spare = installation.living._spare
    assert spare is not None
    sandbox, folder = await spare
    row = await installation.create(who, ContainerCreate(name="next"))
    assert not folder.exists()
    assert installation.living._living[row.id].sandbox is sandbox
    written = await installation.python(row.id, who, "open('f', 'w').write('here')")
    assert written.error is None
    assert (installation.folder / row.id / "f").read_text() == "here"
    await installation.delete(row.id, who)
    assert sandbox.ended is not None


def test_sandboxes_that_waited_when_a_server_was_killed_are_removed(tmp_path: Path) -> None:
    for name in (".spare-17", "cntr_a"):
        (tmp_path / name / "folder").mkdir(parents=True)
    living = LivingContainers(Sandboxes(Settings(data=tmp_path)), tmp_path, 0, lambda _id, _record: None)
    living.clear()
    assert [each.name for each in tmp_path.iterdir()] == ["cntr_a"] == living.kept()
