"""Real MCP servers of the package index, kept as connectors: each in a sandbox, called by a model through Responses.

    python -m bench.tools.mcp_servers

Makes an environment with the servers (needs the network for packages), starts a server of this clone on it with the
scripted model, and prints a line for each: how many tools it lists, what a call returned, and seconds from the request
to the end: of the first response, in which the program starts, and of the next.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench.shared.server import KEY, Server

Called = tuple[list[str], str, dict[str, Any], str]
"""A command, one of its tools, arguments, and what must be in the result."""
NEW: tuple[Called, ...] = (
    (["mcp-server-time"], "get_current_time", {"timezone": "Africa/Tunis"}, "Africa/Tunis"),
    (["sh", "-c", "git init -q . && exec mcp-server-git"], "git_status", {"repo_path": "."}, "No commits yet"),
)
OLD: tuple[Called, ...] = (
    (
        ["mcp-server-sqlite", "--db-path", "moons.db"],
        "write_query",
        {"query": "create table if not exists moon (name)"},
        "[",
    ),
    (["mcp-server-sqlite", "--db-path", "moons.db"], "list_tables", {}, "["),
)
ENVIRONMENTS = (
    (("mcp==2.3.0", "mcp-server-time==2026.10.19", "mcp-server-git==2026.10.19"), NEW),
    # It was not brought to the second version of the package, and speaks the revisions with a handshake.
    (("mcp<2", "mcp-server-sqlite==2025.4.25"), OLD),
)


def main() -> int:
    """Run all; 1 when one failed."""
    failed = 0
    for packages, servers in ENVIRONMENTS:
        with tempfile.TemporaryDirectory(prefix="mcp-servers-") as name:
            folder = Path(name)
            folder.chmod(0o755)  # sandboxes run as nobody, and have to find the packages
            subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
            subprocess.run([folder / "env/bin/pip", "install", "--quiet", *packages], check=True)
            server = Server(folder / "data", scripted="true", sandbox_python=str(folder / "env")).start()
            try:
                http = httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {KEY}"}, timeout=120)
                for called in servers:
                    result = _try(http, *called)
                    failed += not result["ok"]
                    print(json.dumps(result), flush=True)
            finally:
                server.stop()
    return 1 if failed else 0


def _try(http: httpx.Client, command: list[str], tool: str, arguments: dict[str, Any], wanted: str) -> dict[str, Any]:
    body = {"name": command[0], "command": command, "require_approval": "never", "allowed_tools": [tool]}
    kept = _read(http.post("/earthshine/v1/connectors", json=body))
    called = {"name": f"it__{tool}", "arguments": arguments}
    script = f"!script {json.dumps([{'tool_call': called}, {'text': 'Done.'}])}"
    offered = [{"type": "mcp", "server_label": "it", "connector_id": kept["id"]}]
    seconds: list[float] = []
    output: list[dict[str, Any]] = []
    body = {"model": "scripted", "input": script, "tools": offered}
    for _ in range(2):
        begun = time.perf_counter()
        output = _read(http.post("/v1/responses", json=body))["output"]
        seconds.append(round(time.perf_counter() - begun, 2))
    said = str(output[1].get("output") or output[1].get("error"))
    tools = len(_read(http.post(f"/earthshine/v1/connectors/{kept['id']}/tools"))["data"])
    return {"server": " ".join(command), "ok": wanted in said, "tools": tools, "said": said[:120], "seconds": seconds}


def _read(reply: httpx.Response) -> Any:
    assert reply.status_code == 200, reply.text
    return reply.json()


if __name__ == "__main__":
    sys.exit(main())
