"""A server that is not root: run by nobody, with the system's Python, which nobody may run."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

from earthshine.sandboxes.launch import NOBODY
from tests.sandboxes.conftest import processes_with

ROOT = Path(__file__).parents[2]
_PROGRAM = """
import asyncio, json, os, sys
from pathlib import Path
from earthshine.sandboxes.base import Command, Limits, Spec
from earthshine.sandboxes.{module} import provide
from earthshine.settings import Settings
BOMB = '''
import os, time
end = time.time() + 6
while time.time() < end:
    try: os.fork()
    except OSError: time.sleep(0.01)
'''
async def main():
    ground = Path(sys.argv[1])
    (ground / "workspace").mkdir()
    backend = provide(Settings(data=ground / "data"))
    said = [await backend.check()]
    sandbox = await backend.start(Spec(ground / "workspace", Limits(processes=40)))
    said.append((await sandbox.run(Command(["sh", "-c", "id -u; echo kept > file"]))).stdout.decode())
    said.append((await sandbox.run(Command(["cat", str(ground / "secret")]))).code)
    said.append((await sandbox.run(Command(["chmod", "777", str(ground / "secret")]))).code)
    said.append((await sandbox.run(Command(["kill", "-0", str(os.getpid())]))).code)
    bomb = asyncio.create_task(sandbox.run(Command(["python3", "-c", BOMB, "bomb-of-nobody"], timeout=3)))
    most = 0
    while not bomb.done():
        await asyncio.sleep(0.2)
        names = (each for each in os.listdir("/proc") if each.isdigit())
        most = max(most, sum(b"bomb-of-nobody" in read(f"/proc/{{each}}/cmdline") for each in names))
    said += [most, (await bomb).stopped]
    await sandbox.stop()
    print(json.dumps(said))
def read(path):
    try: return Path(path).read_bytes()
    except OSError: return b""
asyncio.run(main())
"""


@pytest.mark.parametrize("module", ["bubblewrap", "landlock"])
def test_a_server_that_is_not_root_has_sandboxes_too(module: str, ground: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("this server is not root: all other tests show it")
    home = ground / f"nobody-{module}"
    home.mkdir()
    (home / "secret").write_text("of the server")
    (home / "secret").chmod(0o600)
    for each in (home, home / "secret"):
        os.chown(each, NOBODY, NOBODY)
    paths = f"{ROOT / 'src'}:{sysconfig.get_paths()['purelib']}"
    done = subprocess.run(
        ["/usr/bin/python3", "-c", _PROGRAM.format(module=module), str(home)],
        env={"PYTHONPATH": paths, "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    _, who, secret, mode, signal, most, stopped = json.loads(done.stdout)
    assert who == ("1000\n" if module == "bubblewrap" else f"{NOBODY}\n")
    assert (home / "workspace" / "file").stat().st_uid == NOBODY
    assert secret != 0
    assert mode != 0
    assert (home / "secret").stat().st_mode & 0o777 == 0o600
    assert signal != 0
    # A look at /proc takes a while, and meets some that came after others had gone; without a bound they are thousands.
    assert 10 < most <= 180
    assert stopped in ("timeout", "processes")
    assert processes_with("bomb-of-nobody") == []
