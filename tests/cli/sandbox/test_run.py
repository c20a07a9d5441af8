"""`earthshine run`: what goes in and out of the sandbox, and what does not."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import open_terminal


def run(*arguments: str, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run `earthshine run ARGUMENTS`."""
    command = [sys.executable, "-m", "earthshine", "run", *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, timeout=120, env={**os.environ, **env}, check=False
    )


def python(code: str, *options: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run Python."""
    return run(*options, "--", "python3", "-c", code, **env)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files, and with links out of it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("the host's")
    made = tmp_path / "folder"
    (made / "sub").mkdir(parents=True)
    (made / "in.txt").write_text("one\n")
    (made / "sub" / "tool.sh").write_text("#!/bin/sh\necho ran\n")
    (made / "sub" / "tool.sh").chmod(0o755)
    (made / "link").symlink_to(tmp_path / "outside")
    (made / "secret").symlink_to(tmp_path / "outside" / "secret")
    return made


def test_streams_and_exit_code_are_the_commands_own() -> None:
    code = "import sys; sys.stdout.write(sys.stdin.read().upper()); print('so', file=sys.stderr); sys.exit(7)"
    done = run("--", "python3", "-c", code, stdin=b"words\n" * 50_000)
    assert (done.returncode, done.stdout, done.stderr) == (7, b"WORDS\n" * 50_000, b"so\n")
    missing = run("no-such-program", "--help")
    assert (missing.returncode, b"not found" in missing.stderr) == (127, True)


def test_nothing_of_the_person_is_seen() -> None:
    code = "import os; print(os.environ.get('MY_SECRET'), os.getcwd(), os.listdir('.'), os.path.exists('/root/.ssh'))"
    done = python(code, MY_SECRET="s", HOME="/root")
    assert done.stdout == b"None /mnt/data [] False\n"


def test_what_was_made_or_changed_comes_back(folder: Path) -> None:
    untouched = (folder / "sub" / "tool.sh").stat().st_mtime_ns
    code = (
        "import os, subprocess\n"
        "print(sorted(os.listdir('.')), subprocess.run('sub/tool.sh', capture_output=True).stdout)\n"
        "open('in.txt', 'a').write('two\\n'); os.makedirs('new'); open('new/out.csv', 'w').write('a,b')\n"
        "os.symlink('/etc/passwd', 'passwd'); os.makedirs('link'); open('link/x', 'w').write('x')\n"
        "open('secret', 'w').write('mine')\n"
    )
    done = python(code, "--folder", str(folder))
    assert (done.returncode, done.stdout) == (0, b"['in.txt', 'sub'] b'ran\\n'\n")
    assert (folder / "in.txt").read_text() == "one\ntwo\n"
    assert (folder / "new" / "out.csv").read_text() == "a,b"
    assert (folder / "sub" / "tool.sh").stat().st_mtime_ns == untouched
    assert not (folder / "passwd").exists()
    outside = folder.parent / "outside"
    assert {each.name: each.read_text() for each in outside.iterdir()} == {"secret": "the host's"}
    assert b"wrote new/out.csv" in done.stderr
    assert b"link/x was not written" in done.stderr


def test_nothing_comes_back_when_that_was_not_wanted_or_it_did_not_end_by_itself(folder: Path) -> None:
    done = python(
        "open('in.txt', 'w').close(); import os; os.remove('sub/tool.sh')", "--folder", str(folder), "--read-only"
    )
    assert done.returncode == 0
    done = python("open('in.txt', 'w').close(); import time; time.sleep(60)", "--folder", str(folder), "--time", "2")
    assert (done.returncode, b"ended after 2 seconds" in done.stderr) == (124, True)
    assert (folder / "in.txt").read_text() == "one\n"
    assert (folder / "sub" / "tool.sh").exists()


def test_what_takes_too_much_is_ended() -> None:
    # Eight processes of 40 MB; one alone would be held by the kernel.
    code = "import os, time\nfor _ in range(3): os.fork()\nx = bytearray(40 << 20)\ntime.sleep(60)"
    done = python(code, "--memory", "64m")
    assert (done.returncode, b"more memory than it may" in done.stderr) == (137, True)


def test_only_named_hosts_can_be_asked_for() -> None:
    code = "import urllib.request as u\ntry: u.urlopen('http://example.com/')\nexcept OSError as error: print(error)"
    done = python(code, "--network", "example.org, *.example.net")
    assert b"403" in done.stdout
    assert b"example.com:80 was not reached (not allowed). Allow it with --network example.com." in done.stderr
    assert b"403" not in python(code).stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--network", "10.0.0.1"], b"is no domain"),
        (["--read-only"], b"Name one"),
    ],
)
def test_what_cannot_be_is_said(options: list[str], words: bytes) -> None:
    done = python("print('ran')", *options)
    assert (done.returncode, done.stdout) == (125, b"")
    assert words in done.stderr


def test_without_a_sandbox_nothing_is_run() -> None:
    done = python("print('ran')", EARTHSHINE_SANDBOX="off")
    assert (done.returncode, done.stdout) == (125, b"")
    assert b"switched off" in done.stderr


async def test_control_c_ends_it_and_nothing_is_left(tmp_path: Path) -> None:
    arguments = ["run", "--", "python3", "-c", "print('begun', flush=True); input(); print('on', flush=True); input()"]
    async with open_terminal(*arguments, env={"TMPDIR": str(tmp_path)}) as terminal:
        await terminal.shows("begun", timeout=60)
        terminal.type("\r")
        await terminal.shows("on")
        assert len(list(tmp_path.iterdir())) == 1
        terminal.type("\x03")
        assert await terminal.ends() == 130
    await asyncio.sleep(0)
    assert list(tmp_path.iterdir()) == []
