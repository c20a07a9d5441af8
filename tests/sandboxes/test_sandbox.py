"""What a sandbox does: it runs commands, bounds what they say, and keeps nothing but the workspace."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from earthshine.errors import InvalidRequest
from earthshine.sandboxes.base import Backend, Command, Sandbox, SandboxEnded, SandboxRefused, Spec
from earthshine.sandboxes.box import Box
from earthshine.sandboxes.bubblewrap import Bubblewrap, Program, find_programs
from earthshine.sandboxes.registry import Sandboxes
from earthshine.settings import Settings
from tests.patience import PATIENCE
from tests.sandboxes.conftest import DOCKER, processes_with

ROOT = Path(__file__).parents[2]


async def test_a_command_has_its_streams_and_its_exit_status(sandbox: Sandbox) -> None:
    command = Command(["sh", "-c", "cat; echo wrong >&2; exit 7"], stdin=b"said\n")
    done = await sandbox.run(command)
    assert (done.code, done.stdout, done.stderr, done.stopped) == (7, b"said\n", b"wrong\n", None)


async def test_output_comes_as_it_is_written(sandbox: Sandbox) -> None:
    heard: list[tuple[str, bytes]] = []
    await sandbox.run(Command(["sh", "-c", "echo one; sleep 0.3; echo two"]), lambda *each: heard.append(each))
    assert heard == [("stdout", b"one\n"), ("stdout", b"two\n")]


async def test_output_is_bounded_and_what_is_dropped_is_counted(sandbox: Sandbox) -> None:
    done = await sandbox.run(Command(["sh", "-c", "head -c 3000000 /dev/zero"], output=1000))
    assert len(done.stdout) == 1000
    assert done.dropped == 2_999_000


async def test_a_flood_ends_with_its_time(sandbox: Sandbox) -> None:
    done = await sandbox.run(Command(["yes"], timeout=1, output=10_000))
    assert done.stopped == "timeout"
    assert len(done.stdout) == 10_000
    assert done.seconds < 5


async def test_what_does_not_want_to_end_is_killed(sandbox: Sandbox) -> None:
    command = Command(["sh", "-c", "trap '' TERM INT HUP; while true; do sleep 1; done"], timeout=1)
    done = await sandbox.run(command)
    assert (done.stopped, done.code) == ("timeout", None)
    assert done.seconds < 4
    assert (await sandbox.run(Command(["echo", "next"]))).stdout == b"next\n"


async def test_nothing_goes_on_when_a_command_has_ended(sandbox: Sandbox, workspace: Path) -> None:
    word = f"daemon-{workspace.name}"
    code = (
        f"import os,sys,time\nif os.fork(): sys.exit()\nos.setsid()\nif os.fork(): sys.exit()\ntime.sleep(50) # {word}"
    )
    done = await sandbox.run(Command(["sh", "-c", 'python3 -c "$0" & python3 -c "$0"; sleep 0.5', code]))
    assert done.code == 0, done
    assert processes_with(word) == []


async def test_files_stay_and_the_folder_for_temporary_files_does_not(
    backend: Backend, sandbox: Sandbox, workspace: Path
) -> None:
    await sandbox.run(Command(["sh", "-c", "echo kept > file; mkdir -p sub; echo gone > $TMPDIR/file"]))
    await sandbox.stop()
    assert (workspace / "file").read_text() == "kept\n"
    again = await backend.start(Spec(workspace))
    try:
        done = await again.run(Command(["sh", "-c", "cat ../file; cat $TMPDIR/file || echo gone"], cwd="sub"))
        assert done.stdout == b"kept\ngone\n"
    finally:
        await again.stop()


async def test_code_left_in_a_workspace_does_not_run_in_the_agent(backend: Backend, workspace: Path) -> None:
    trap = "open('ran', 'w').write('1')"
    for name in ("sitecustomize.py", "usercustomize.py", "json.py", "socket.py", "inside.py", "ctypes.py"):
        (workspace / name).write_text(trap)
    hooks = workspace / ".git" / "hooks"
    hooks.mkdir(parents=True)
    (hooks / "post-checkout").write_text("#!/bin/sh\ntouch ran\n")
    (hooks / "post-checkout").chmod(0o755)
    started = await backend.start(Spec(workspace))
    assert (await started.run(Command(["true"]))).code == 0
    await started.stop()
    assert not (workspace / "ran").exists()


async def test_a_workspace_that_became_a_link_is_not_opened(backend: Backend, workspace: Path, ground: Path) -> None:
    link = ground / f"link-{workspace.name}"
    link.symlink_to("/etc")
    with pytest.raises(OSError, match="symbolic link"):
        await backend.start(Spec(link))


async def test_nothing_of_the_servers_variables_is_there(
    backend: Backend, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARTHSHINE_SECRET_KEY", "of the server")
    started = await backend.start(Spec(workspace))
    done = await started.run(Command(["env"], env={"MINE": "1"}))
    await started.stop()
    assert b"of the server" not in done.stdout
    assert b"MINE=1" in done.stdout
    assert {line.split(b"=")[0] for line in done.stdout.splitlines()} <= {
        *(b"MINE", b"PATH", b"HOME", b"TMPDIR", b"LANG", b"USER", b"MPLBACKEND", b"MPLCONFIGDIR"),
        *(b"OPENBLAS_NUM_THREADS", b"OMP_NUM_THREADS"),
    }


async def test_more_is_shown_where_it_is_asked_for_and_never_the_data(
    backend: Backend, workspace: Path, ground: Path
) -> None:
    shown = ground / "shown"
    shown.mkdir(exist_ok=True)
    shown.joinpath("word").write_text("seen")
    shown.chmod(0o755)
    sandbox = await backend.start(Spec(workspace, show=[shown]))
    read = await sandbox.run(Command(["cat", str(shown / "word")]))
    written = await sandbox.run(Command(["sh", "-c", f"echo no > {shown / 'word'}"]))
    await sandbox.stop()
    assert read.stdout == b"seen"
    assert written.code != 0
    assert shown.joinpath("word").read_text() == "seen"
    with pytest.raises(SandboxRefused, match="data directory"):
        await backend.start(Spec(workspace, show=[ground]))


async def test_unix_sockets_are_made_where_they_are_asked_for(backend: Backend, workspace: Path) -> None:
    code = "import socket; socket.socket(socket.AF_UNIX).bind('/tmp/socket'); print('made')"
    command = Command(["python3", "-c", code])
    if not backend.network:
        with pytest.raises(SandboxRefused, match="no network"):
            await backend.start(Spec(workspace, local_sockets=True))
        return
    for allowed in (True, False):
        sandbox = await backend.start(Spec(workspace, local_sockets=allowed))
        assert (b"made" in (await sandbox.run(command)).stdout) is allowed
        await sandbox.stop()


async def test_many_run_at_once(sandbox: Sandbox) -> None:
    outcomes = await asyncio.gather(*(sandbox.run(Command(["echo", str(n)])) for n in range(12)))
    assert [each.stdout for each in outcomes] == [b"%d\n" % n for n in range(12)], outcomes


async def test_a_process_can_be_spoken_with(sandbox: Sandbox) -> None:
    process = await sandbox.spawn(Command(["cat"]))
    for word in (b"one\n", b"two\n"):
        process.stdin.write(word)
        assert await process.stdout.readline() == word
    process.stdin.close()
    assert await process.wait() == 0


@pytest.mark.parametrize("argv", [[], ["x" * 200_000], ["a\0b"]])
async def test_a_command_that_cannot_be_passed_is_refused(sandbox: Sandbox, argv: list[str]) -> None:
    with pytest.raises(InvalidRequest):
        await sandbox.run(Command(argv))


async def test_a_program_that_is_not_there_is_said(sandbox: Sandbox) -> None:
    done = await sandbox.run(Command(["no-such-program"]))
    assert (done.code, done.stderr) == (127, b"sandbox: no-such-program: not found\n")


async def test_killing_the_keeper_ends_the_sandbox_and_all_in_it(backend: Backend, workspace: Path) -> None:
    word = f"orphan-{workspace.name}"
    started = await backend.start(Spec(workspace))
    code = f"import os,time; os.kill(os.getppid(), 9); time.sleep(60) # {word}"
    done = await started.run(Command(["python3", "-c", code], timeout=5))
    if backend.name == "landlock":
        assert b"PermissionError" in done.stderr  # there it cannot even be killed
    else:
        assert done.code in (137, None)
    await started.stop()
    assert processes_with(word) == []


async def test_the_agent_cannot_be_killed_from_inside(sandbox: Sandbox) -> None:
    await sandbox.run(Command(["sh", "-c", "kill -9 1; kill -STOP 1; kill 1"], timeout=5))
    assert (await sandbox.run(Command(["echo", "still here"]))).stdout == b"still here\n"


async def test_a_sandbox_that_was_stopped_says_so(backend: Backend, workspace: Path) -> None:
    started = await backend.start(Spec(workspace))
    running = asyncio.create_task(started.run(Command(["sleep", "60"])))
    await asyncio.sleep(0.3)
    await started.stop()
    assert (await running).stopped == "sandbox"
    with pytest.raises(SandboxEnded):
        await started.run(Command(["true"]))


async def test_nothing_is_left_of_a_server_that_was_killed(backend: Backend, workspace: Path, ground: Path) -> None:
    word = f"left-{workspace.name}"
    user = "user=None" if getattr(backend, "_user", 1) is None else ""
    program = f"""
import asyncio
from pathlib import Path
from earthshine.sandboxes.base import Command, Spec
from {type(backend).__module__} import {type(backend).__name__}
from earthshine.settings import Settings
async def main():
    backend = {type(backend).__name__}(Settings(data=Path({str(ground / "data")!r}), **{DOCKER!r}), {user})
    await backend.check()
    sandbox = await backend.start(Spec(Path({str(workspace)!r})))
    code = "import os,time; os.fork(); os.setsid() if os.fork() == 0 else 0; time.sleep(60) # {word}"
    await (await sandbox.spawn(Command(["python3", "-c", code]))).wait()
asyncio.run(main())
"""
    folders = set(Path(tempfile.gettempdir()).glob("earthshine-sandbox-*"))
    server = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    deadline = time.monotonic() + PATIENCE
    while len(processes_with(word)) < 4 and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    assert len(processes_with(word)) >= 4, "it did not start"
    server.send_signal(signal.SIGKILL)
    server.wait()
    deadline = time.monotonic() + PATIENCE
    while (processes_with(word) or _new(folders)) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    assert processes_with(word) == []
    assert not _new(folders)


def _new(folders: set[Path]) -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("earthshine-sandbox-*")) - folders


async def test_when_it_has_ended_no_pipe_of_it_is_open(backend: Backend, workspace: Path) -> None:
    before = pipes()
    sandbox = await backend.start(Spec(workspace))
    assert isinstance(sandbox, Box)
    # As what the agent started may, for a moment. An end of ours would outlive its loop, or keep `stop` waiting.
    held = os.open(f"/proc/{sandbox.pid}/fd/2", os.O_WRONLY)
    try:
        await sandbox.stop()
        assert pipes() == before + 1
    finally:
        os.close(held)


def pipes() -> int:
    """Return how many pipes this process has open."""
    found = [each for each in Path("/proc/self/fd").iterdir() if each.is_fifo()]
    return len(found)


async def test_there_is_no_sandbox_rather_than_a_bad_one(ground: Path) -> None:
    off = Sandboxes(Settings(data=ground / "data", sandbox="off"))
    with pytest.raises(SandboxRefused, match="switched off"):
        await off.backend()
    with pytest.raises(SandboxRefused, match="no sandbox 'podman'"):
        await Sandboxes(Settings(data=ground / "data", sandbox="podman")).backend()


async def test_a_bubblewrap_that_does_not_work_is_named_with_its_fault(ground: Path) -> None:
    settings = Settings(data=ground / "data")
    with pytest.raises(SandboxRefused, match="There is no bubblewrap"):
        await Bubblewrap(settings, []).check()
    with pytest.raises(SandboxRefused, match=r"0\.7\.0 .* is older than 0\.8"):
        await Bubblewrap(settings, [Program("/usr/bin/bwrap", (0, 7, 0), False)]).check()
    with pytest.raises(SandboxRefused, match=r"0\.12\.0 .*: .* said nothing"):
        await Bubblewrap(settings, [Program("/bin/false", (0, 12, 0), False)]).check()


async def test_the_next_bubblewrap_is_taken_when_the_first_does_not_work(ground: Path) -> None:
    programs = [*find_programs(), Program("/bin/false", (0, 12, 0), False)]
    assert "/bin/false" not in await Bubblewrap(Settings(data=ground / "data"), programs).check()


async def test_files_of_everybody_are_not_shown(ground: Path) -> None:
    with pytest.raises(SandboxRefused, match="Put it elsewhere"):
        await Bubblewrap(Settings(data=Path("/usr/share/earthshine"))).check()
