"""Every way to install Earthshine, tried as far as this machine can: wheel, image, systemd unit, compose, chart.

    python -m bench.install.ways_in [wheel uvx pipx image unit compose chart]

The wheel is installed into new environments and asked a question. The image is built from its recipe with buildah, on
a base that debootstrap makes (no image registry is needed; as root, on Debian), and its server is asked a question. The
unit is verified by systemd's own program, the compose files by podman-compose, the chart is linted and rendered by
Helm's own code, and what comes out is checked against Kubernetes' schemas. Needs the network for packages.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parents[2]
KEY = "sk-bench-0123456789abcdef0123456789abcdef"
BASE = "localhost/earthshine-bench-base"
IMAGE = "localhost/earthshine-bench"


def main(options: argparse.Namespace) -> int:
    """Run the ways that were asked for; 1 when one of them failed."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="ways-in-") as folder:
        for name in options.ways or WAYS:
            begun = time.perf_counter()
            try:
                result: dict[str, Any] = {"ok": True, **WAYS[name](Path(folder))}
            except (subprocess.CalledProcessError, AssertionError, OSError, httpx2.HTTPError) as error:
                result, failed = {"ok": False, "error": f"{type(error).__name__}: {error}"}, 1
            print(json.dumps({"way": name, "seconds": round(time.perf_counter() - begun, 1)} | result), flush=True)
    return failed


def wheel(folder: Path) -> dict[str, Any]:
    """One `pip install` into a new environment."""
    environment = folder / "environment"
    run(sys.executable, "-m", "venv", environment)
    begun = time.perf_counter()
    run(environment / "bin" / "pip", "install", "--quiet", built(folder))
    installed = round(time.perf_counter() - begun, 1)
    packages = next((environment / "lib").glob("python3*")) / "site-packages"
    size = sum(path.stat().st_size for path in packages.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {"install_seconds": installed, "installed_mb": round(size / 1e6)} | answer(
        [environment / "bin" / "earthshine"], folder / "wheel-data"
    )


def uvx(folder: Path) -> dict[str, Any]:
    """`uvx --from WHEEL earthshine serve`."""
    return answer([tool(folder, "uvx"), "--quiet", "--from", built(folder), "earthshine"], folder / "uvx-data")


def pipx(folder: Path) -> dict[str, Any]:
    """`pipx run --spec WHEEL earthshine serve`."""
    return answer(
        [tool(folder, "pipx"), "run", "--spec", built(folder), "earthshine"],
        folder / "pipx-data",
        {"PIPX_HOME": str(folder / "pipx")},
    )


def image(folder: Path) -> dict[str, Any]:
    """The recipe, step by step, on Debian's own packages; then its server."""
    missing = [name for name in ("buildah", "podman", "debootstrap") if shutil.which(name) is None]
    assert not missing, f"not on this machine: {', '.join(missing)} (Debian's packages have these names)"
    store = ["--storage-driver", "vfs", "--root", folder / "images", "--runroot", folder / "images-run"]
    _make_base(folder, store)
    build = ["--isolation", "chroot", "--network", "host", "--format", "docker"]
    begun = time.perf_counter()
    run("buildah", *store, "bud", *build, "--build-arg", f"BASE={BASE}", "-t", IMAGE, "-f", "deploy/Containerfile", ".")
    built_in = round(time.perf_counter() - begun, 1)
    listing = json.loads(run("podman", *store, "image", "inspect", IMAGE).stdout)[0]
    assert listing["Config"]["User"] == "10001", listing["Config"]
    container = run("buildah", *store, "from", IMAGE).stdout.strip()
    command = ["buildah", *store, "run", "--isolation", "chroot", "--network", "host", "--user", "earthshine"]
    variables = [f"--env=EARTHSHINE_{name}" for name in (f"BOOTSTRAP_KEY={KEY}", "HOST=127.0.0.1", "PORT=0")]
    result = answer([*command, *variables, container, "earthshine"], None)
    return {"build_seconds": built_in, "image_mb": round(listing["Size"] / 1e6)} | result


def _make_base(folder: Path, store: list[Any]) -> None:
    """A Debian of its own packages, with the certificates that this machine trusts, as the base image."""
    lists = [path for path in Path("/etc/apt").rglob("*") if path.suffix in (".list", ".sources")]
    lines = [line for path in lists for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    mirror = next(word for line in lines for word in line.split() if word.startswith("http"))
    root = folder / "base"
    run("debootstrap", "--variant=minbase", "trixie", root, mirror)
    local = Path("/usr/local/share/ca-certificates")
    if local.is_dir():
        shutil.copytree(local, root / local.relative_to("/"), dirs_exist_ok=True)
    bundle = Path("/etc/ssl/certs/ca-certificates.crt")
    shutil.copyfile(bundle, root / "etc" / "host-certificates.crt")
    archive = folder / "base.tar"
    run("tar", "--create", "--file", archive, "--directory", root, ".")
    trust = [f"ENV {name}=/etc/host-certificates.crt" for name in ("PIP_CERT", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")]
    changes = [word for line in trust for word in ("--change", line)]
    run("podman", *store, "import", *changes, archive, BASE)


def unit(folder: Path) -> dict[str, Any]:
    """What systemd says of the unit, and how exposed it thinks the service is (10 is worst)."""
    copy = folder / "earthshine.service"
    text = (ROOT / "deploy" / "earthshine.service").read_text()
    # It looks whether the program is there.
    copy.write_text(text.replace("/opt/earthshine/bin/earthshine", str(ROOT / ".venv/bin/earthshine")))
    verified = run("systemd-analyze", "verify", copy)
    rated = run("systemd-analyze", "security", "--offline=true", copy).stdout.strip().splitlines()[-1]
    return {"complaints": (verified.stdout + verified.stderr).strip(), "exposure": rated.split(":")[-1].strip()[:20]}


def compose(folder: Path) -> dict[str, Any]:
    """Both compose files, read and merged by podman-compose."""
    one, two = ROOT / "deploy" / "compose.yaml", ROOT / "deploy" / "compose.postgresql.yaml"
    program = tool(folder, "podman-compose")
    alone = run(program, "--file", one, "config").stdout
    both = run(program, "--file", one, "--file", two, "config", POSTGRES_PASSWORD="secret").stdout
    assert "database" not in alone and "service_healthy" in both, (alone, both)
    return {"services_alone": 1, "services_with_postgresql": 2}


def chart(folder: Path) -> dict[str, Any]:
    """Lint and render by Helm's own code; each object against the schemas of two versions of Kubernetes."""
    checked = run(
        tool(folder, "python"), Path(__file__).with_name("_chart.py"), ROOT / "deploy" / "helm" / "earthshine"
    )
    result: dict[str, Any] = json.loads(checked.stdout)
    return result


def built(folder: Path) -> Path:
    """The wheel, built once as `make wheel` builds it."""
    if not (wheels := list((ROOT / "dist").glob("*.whl"))):
        run("make", "wheel")
        wheels = list((ROOT / "dist").glob("*.whl"))
    return wheels[0]


def tool(folder: Path, name: str) -> Path:
    """A program of requirements/deploy.txt, in an environment of its own."""
    tools = folder / "tools"
    if not tools.exists():
        run(sys.executable, "-m", "venv", tools)
        run(tools / "bin" / "pip", "install", "--quiet", "--require-hashes", "-r", ROOT / "requirements" / "deploy.txt")
    return tools / "bin" / name


def answer(command: list[Any], data: Path | None, variables: dict[str, str] | None = None) -> dict[str, Any]:
    """Start `command serve` on nothing, wait until it is ready, look at its page, and ask it something."""
    begun = time.perf_counter()
    with _serving(command, data, variables or {}) as url:
        ready = round(time.perf_counter() - begun, 1)
        page = httpx2.get(url)
        assert page.status_code == 200 and "<script" in page.text, page.text[:200]
        body = {"model": "default", "messages": [{"role": "user", "content": "What is the capital of France?"}]}
        headers = {"Authorization": f"Bearer {KEY}"}
        reply = httpx2.post(f"{url}/v1/chat/completions", json=body, headers=headers, timeout=300)
        assert reply.status_code == 200, reply.text[:500]
    said: str = reply.json()["choices"][0]["message"]["content"]
    return {"ready_seconds": ready, "answered_after": round(time.perf_counter() - begun, 1), "said": said[:60]}


@contextmanager
def _serving(command: list[Any], data: Path | None, variables: dict[str, str]) -> Iterator[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EARTHSHINE_")}
    environment |= {"EARTHSHINE_BOOTSTRAP_KEY": KEY} | variables
    place = [] if data is None else ["--port", "0", "--data", str(data)]
    words = [*(str(word) for word in command), "serve", *place]
    process = subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True, cwd="/"
    )
    try:
        assert process.stdout is not None
        url = next((line.split()[1] for line in process.stdout if line.startswith("ready ")), None)
        assert url is not None, "it ended without saying `ready`"
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def run(*command: Any, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run to the end; what it said is in the error when it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr)[-800:]
    assert done.returncode == 0, f"{' '.join(words[:4])} ended with {done.returncode}: {said}"
    return done


WAYS: dict[str, Callable[[Path], dict[str, Any]]] = {
    function.__name__: function for function in (wheel, uvx, pipx, image, unit, compose, chart)
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ways", nargs="*", choices=[*WAYS, []])
    sys.exit(main(parser.parse_args()))
