"""The wheel alone serves everything, the web app included, from an environment that has never seen this clone."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import httpx2
import pytest

from tests.server_process import KEY

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel of this clone; what the wheel depends on is borrowed, to save minutes."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run([sys.executable, "-m", "pip", *build], check=True, capture_output=True)
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (wheel,) = folder.glob("earthshine-*.whl")
    packages = next((environment / "lib").glob("python3*")) / "site-packages"
    into = ["install", "--quiet", "--no-deps", "--no-index", "--prefix", str(environment), str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", *into, "--ignore-installed"], check=True, capture_output=True)
    # Behind its own packages; the file that makes this clone importable is not read from there.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin"


def test_one_install_serves_the_api_and_the_page(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [installed / "python", "-c", "import earthshine; print(earthshine.__file__)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    ).stdout
    assert str(installed.parent) in where, "it is this clone's code that was imported"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"EARTHSHINE_BOOTSTRAP_KEY": KEY, "EARTHSHINE_EMBEDDED_MODEL": "false"}
    command = [installed / "earthshine", "serve", "--port", "0", "--data", tmp_path / "data", "--scripted"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        assert server.stdout is not None
        url = next(line.split()[1] for line in server.stdout if line.startswith("ready "))
        page = httpx2.get(url)
        assert page.status_code == 200
        script = page.text.partition('src="')[2].partition('"')[0]
        assert script and httpx2.get(url).status_code == 200 and httpx2.get(f"{url}/{script.lstrip('./')}").is_success
        body = {"model": "scripted", "messages": [{"role": "user", "content": "hi"}]}
        reply = httpx2.post(f"{url}/v1/chat/completions", json=body, headers={"Authorization": f"Bearer {KEY}"})
        assert reply.status_code == 200, reply.text
        # Migrations, catalogue and other files that are not Python came along.
        models = httpx2.get(f"{url}/earthshine/v1/catalog", headers={"Authorization": f"Bearer {KEY}"})
        assert models.status_code == 200 and models.json()["data"]
    finally:
        server.terminate()
        server.wait(30)


def test_the_wheel_says_what_it_is(installed: Path) -> None:
    shown = subprocess.run([installed / "earthshine", "--version"], capture_output=True, text=True, check=True).stdout
    assert "0." in shown
