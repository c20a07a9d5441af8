"""Other people's clients against a server of this clone: plain, streamed, tools, structured; a table of what works.

    python -m bench.clients.run [NAME ...] [--model MODEL --url URL --key KEY]

Each Python client is one script in bench/clients/ that names its own version; uv gives it an environment. Node.js
clients and the Codex CLI come from bench/clients/package.json. Without --url a server is started with the scripted
model, and with the tiny one for embeddings. Needs the network for packages.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.shared.server import KEY, Server

ROOT = Path(__file__).parents[2]
CLIENTS = Path(__file__).parent
SCRIPTS = sorted(path for path in CLIENTS.glob("*.py") if not path.name.startswith("_"))


def main(options: argparse.Namespace) -> int:
    """Print a line for each check, then the table; 1 when one failed."""
    with tempfile.TemporaryDirectory(prefix="clients-") as name:
        folder = Path(name)
        server = None
        if not options.url:
            data = folder / "data"
            subprocess.run([sys.executable, ROOT / "scripts/default_model.py", "--into", data], check=True)
            server = Server(data, scripted="true").start()
        try:
            url, key = options.url or f"{server.url}/v1", options.key or KEY  # type: ignore[union-attr]
            environment = os.environ | {
                "OPENAI_BASE_URL": url,
                "OPENAI_API_KEY": key,
                "EARTHSHINE_BENCH_MODEL": options.model,
                "VIRTUAL_ENV": "",
            }
            results = list(_run(options.names, folder, environment))
        finally:
            if server is not None:
                server.stop()
    failed = [result for result in results if not result["ok"]]
    for client in dict.fromkeys(result["client"] for result in results):
        mine = [result for result in results if result["client"] == client]
        print(client, "|", ", ".join(f"{each['check']} {'ok' if each['ok'] else 'FAILED'}" for each in mine))
    print(json.dumps({"model": options.model, "checks": len(results), "failed": len(failed)}))
    return 1 if failed else 0


def _run(names: list[str], folder: Path, environment: dict[str, str]) -> Iterator[dict[str, Any]]:
    uv = _uv(folder)
    for script in SCRIPTS:
        if names and script.stem not in names:
            continue
        versions = ", ".join(re.findall(r'"([\w\[\]-]+==[\w.]+)"', script.read_text()))
        yield from _checks(versions or script.stem, [uv, "run", "--quiet", "--script", script], environment)
    if names and not {"node", "codex"} & set(names):
        return
    subprocess.run(["npm", "ci", "--silent", "--ignore-scripts"], cwd=CLIENTS, check=True)
    if not names or "node" in names:
        yield from _checks("", ["node", CLIENTS / "node.mjs"], environment)
    if not names or "codex" in names:
        yield from _codex(folder, environment)


def _checks(client: str, command: list[Any], environment: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Run one client's script and read the lines that it prints."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd=CLIENTS, env=environment, capture_output=True, text=True, timeout=1800, check=False
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"c')]
    if not lines or done.returncode:
        lines.append({"check": "whole", "ok": False, "error": (done.stderr or done.stdout)[-600:]})
    for line in lines:
        result = {"client": client, **line}
        print(json.dumps(result), flush=True)
        yield result


def _codex(folder: Path, environment: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The Codex CLI as it is installed: a plain reply, a command that it runs, and a tool of our own MCP server."""
    home, work = folder / "codex", folder / "work"
    home.mkdir()
    work.mkdir()
    provider = f'base_url = "{environment["OPENAI_BASE_URL"]}"\nenv_key = "OPENAI_API_KEY"\nwire_api = "responses"\n'
    model = environment["EARTHSHINE_BENCH_MODEL"]
    ours = (
        f'url = "{environment["OPENAI_BASE_URL"].removesuffix("/v1")}/mcp"\nbearer_token_env_var = "OPENAI_API_KEY"\n'
    )
    (home / "config.toml").write_text(
        f'model = "{model}"\nmodel_provider = "earthshine"\nweb_search = "disabled"\n'
        f'[model_providers.earthshine]\nname = "Earthshine"\n{provider}'
        f'[mcp_servers.earthshine]\n{ours}default_tools_approval_mode = "approve"\n'
    )
    call = {"tool_calls": [{"name": "exec_command", "arguments": {"cmd": "echo from-codex > made.txt"}}]}
    listing = {"tool_calls": [{"name": "mcp__earthshine__list_models", "arguments": {}}]}
    asked = {"plain": "Say hello.", "tools": f"!script {json.dumps(call)}", "mcp": f"!script {json.dumps(listing)}"}
    for name, words in asked.items():
        if name == "tools" and model != "scripted":
            words = "Run the command: echo from-codex > made.txt"
        elif name == "mcp" and model != "scripted":
            words = "Which models are there? Use the tool list_models."
        done = subprocess.run(
            [
                CLIENTS / "node_modules/.bin/codex",
                *("exec", "--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", words),
            ],
            cwd=work,
            env=environment | {"CODEX_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=1800,
            check=False,
        )
        ok = done.returncode == 0
        ok &= name != "tools" or (work / "made.txt").exists()
        ok &= name != "mcp" or '"structured_content":{"models":' in done.stdout
        result = {"client": "codex 0.171.0", "check": name, "ok": ok}
        print(json.dumps(result | ({} if ok else {"error": (done.stdout + done.stderr)[-500:]})), flush=True)
        yield result


def _uv(folder: Path) -> Path:
    if found := shutil.which("uv"):
        return Path(found)
    tools = folder / "tools"
    subprocess.run([sys.executable, "-m", "venv", tools], check=True)
    locked = ["--require-hashes", "--requirement", ROOT / "requirements" / "deploy.txt"]
    subprocess.run([tools / "bin" / "pip", "install", "--quiet", *locked], check=True)
    return tools / "bin" / "uv"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="scripts of bench/clients/ without their ending, `node`, `codex`")
    parser.add_argument("--model", default="scripted")
    parser.add_argument("--url", help="a server that runs, up to and including /v1")
    parser.add_argument("--key")
    sys.exit(main(parser.parse_args()))
