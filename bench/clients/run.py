"""Other people's clients against a server of this clone: plain, streamed, tools, structured; docs/clients.md.

    python -m bench.clients.run [NAME ...] [--model MODEL --url URL --key KEY] [--online]

Each client is one script in bench/clients/ that names its own version. All of them are installed into .cache/clients
first; then they and the server run where there is no network but the loopback, by bubblewrap (--online: without it).
Without --url a server is started with the scripted model, and with the tiny one for embeddings. A whole or partial run
with the scripted model writes its rows into results.json, and docs/clients.md from that.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.clients._install import ROOT, Installed, install, sandboxed, scripts
from bench.clients._page import write_results
from bench.shared.server import KEY, Server

INSIDE = "EARTHSHINE_BENCH_INSIDE"


def main(options: argparse.Namespace) -> int:
    """Print a line for each check and each client; 1 when a check failed."""
    names = options.names or [each.stem for each in scripts()]
    if unknown := set(names) - {each.stem for each in scripts()}:
        raise SystemExit(f"there is no script {', '.join(sorted(unknown))} in bench/clients/")
    clients = [install(each, offline=INSIDE in os.environ) for each in scripts() if each.stem in names]
    if INSIDE not in os.environ and not options.online and not options.url:
        return subprocess.run(sandboxed(sys.argv[1:]), env=os.environ | {INSIDE: "1"}, check=False).returncode
    with tempfile.TemporaryDirectory(prefix="clients-") as name:
        folder = Path(name)
        server = None if options.url else _server(folder)
        try:
            origin = options.url or f"{server.url}/v1"  # type: ignore[union-attr]
            rows = [_row(client, folder, origin, options) for client in clients]
        finally:
            if server is not None:
                server.stop()
    failed = sum(cell["ok"] is False for row in rows for cell in row["checks"])
    if options.model == "scripted" and not options.url:
        write_results(rows, offline=INSIDE in os.environ)
    print(json.dumps({"model": options.model, "clients": len(rows), "failed": failed, "offline": INSIDE in os.environ}))
    return 1 if failed else 0


def _server(folder: Path) -> Server:
    data = folder / "data"
    subprocess.run([sys.executable, ROOT / "scripts/default_model.py", "--into", data], check=True)
    return Server(data, scripted="true").start()


def _row(client: Installed, folder: Path, origin: str, options: argparse.Namespace) -> dict[str, Any]:
    """Run one client's script and read the lines that it prints."""
    home = folder / client.stem
    home.mkdir()
    environment = os.environ | client.environment
    environment |= {
        "HOME": str(home),
        "TMPDIR": str(home),
        "OPENAI_BASE_URL": origin,
        "OPENAI_API_KEY": options.key or KEY,
        "EARTHSHINE_BENCH_MODEL": options.model,
        "EARTHSHINE_PYTHON": sys.executable,
    }
    begun = time.monotonic()
    try:
        done = subprocess.run(
            client.command,
            cwd=Path(__file__).parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600 if options.model == "scripted" else 3600,
            check=False,
        )
        said, error = done.stdout, done.stderr if done.returncode else ""
    except subprocess.TimeoutExpired as expired:
        said, error = (expired.stdout or b"").decode(), "it did not end in time"
    if os.environ.get("EARTHSHINE_BENCH_TRACE"):
        print(said, error)
    checks = [json.loads(line) for line in said.splitlines() if line.startswith('{"check"')]
    if not checks or error:
        checks.append({"check": "whole", "ok": False, "why": error.strip()[-300:] or "it printed nothing"})
    for line in checks:
        # Where something lies on this machine is nobody's business.
        line |= {"why": re.sub(r"(/[\w.@+-]+){2,}/", ".../", line["why"])} if "why" in line else {}
        print(json.dumps({"client": client.name, **line}), flush=True)
    print(f"{client.name} {client.version}: {time.monotonic() - begun:.0f} s", flush=True)
    return {"client": client.name, "version": client.version, "api": client.api, "kind": client.kind, "checks": checks}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="scripts of bench/clients/ without their ending")
    parser.add_argument("--model", default="scripted")
    parser.add_argument("--url", help="a server that runs, up to and including /v1")
    parser.add_argument("--key")
    parser.add_argument("--online", action="store_true", help="leave the network as it is")
    sys.exit(main(parser.parse_args()))
