"""What a gateway adds to a request: ours with accounting on, beside LiteLLM's proxy and Portkey's, in one run.

Ours is asked in both dialects, for chat completions and for Anthropic's messages.

    python -m bench.load.gateway    ours and the bare upstream
    python -m bench.load.gateway --litellm VENV/bin/litellm --portkey START_SERVER_JS

All stand before the same upstream on loopback, which costs next to nothing, and take turns within each round. The
client asks at fixed moments and counts from when a request was due. "Added" is the gateway's quantile minus the bare
upstream's of the same round. Ours has a key with limits on requests, tokens and spend, and a price, so that each
request is admitted, reserved, settled and written to the ledger. Bars at 200 requests a second: p50 added < 1.5 ms,
p99 < 5 ms, streamed and not. `cpu_ms_per_request` is the processor time of the process alone, from the run without a
rate: it says the same on a machine that others use as well.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bench.shared.server import KEY, Server

HERE = Path(__file__).parent
QUANTILES = ("p50_ms", "p99_ms", "first_p50_ms", "first_p99_ms")


class Gateway(NamedTuple):
    """Something that takes chat completions."""

    name: str
    url: str
    key: str
    pid: int
    headers: tuple[str, ...] = ()
    path: str = "/chat/completions"


@contextmanager
def process(command: list[str], log: Path, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run something in a session of its own, and end all of it."""
    with log.open("w") as errors:
        running = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=env, start_new_session=True
        )
    try:
        yield running
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


@contextmanager
def upstream(folder: Path) -> Iterator[Gateway]:
    """The bare upstream."""
    with process([sys.executable, str(HERE / "_mock_upstream.py")], folder / "upstream.log") as running:
        assert running.stdout is not None
        url = running.stdout.readline().split()[1]
        yield Gateway("bare", f"{url}/v1", "none", running.pid)


@contextmanager
def earthshine(folder: Path, target: str) -> Iterator[Gateway]:
    """Ours: one server process on SQLite, with a limited and priced key."""
    config = folder / "earthshine.toml"
    config.write_text(
        f'[upstreams.mock]\nbase_url = "{target}"\nmodels = {{ mock = "mock" }}\n'
        'price = { input = "0.15", cached_input = "0.075", output = "0.60" }\n'
    )
    os.environ["EARTHSHINE_CONFIG"] = str(config)
    data = folder / "data"
    data.mkdir()
    with Server(data) as server:
        for kind in ("requests_per_minute", "tokens_per_minute", "parallel_requests", "spend_per_month"):
            amount = 10**6 if kind == "spend_per_month" else 10**9
            limit = {"scope": "project", "scope_id": "default", "kind": kind, "amount": amount}
            call(f"{server.url}/v1/organization/limits", limit)
        yield Gateway("earthshine", f"{server.url}/v1", KEY, server.pid)


@contextmanager
def litellm(folder: Path, program: str, target: str) -> Iterator[Gateway]:
    """LiteLLM's proxy: one worker, a master key, no database, its defaults otherwise."""
    config = folder / "litellm.yaml"
    config.write_text(
        "model_list:\n  - model_name: mock\n    litellm_params:\n      model: openai/mock\n"
        f"      api_base: {target}\n      api_key: none\ngeneral_settings:\n  master_key: {KEY}\n"
    )
    port = free_port()
    command = [program, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    env = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    with process(command, folder / "litellm.log", env) as running:
        wait_for(f"http://127.0.0.1:{port}/health/liveliness")
        yield Gateway("litellm", f"http://127.0.0.1:{port}/v1", KEY, running.pid)


@contextmanager
def portkey(folder: Path, script: str, target: str) -> Iterator[Gateway]:
    """Portkey's gateway on Node; it has no keys of its own."""
    port = free_port()
    with process(["node", script, f"--port={port}", "--headless"], folder / "portkey.log") as running:
        wait_for(f"http://127.0.0.1:{port}/")
        headers = ("x-portkey-provider=openai", f"x-portkey-custom-host={target}")
        yield Gateway("portkey", f"http://127.0.0.1:{port}/v1", "none", running.pid, headers)


def call(url: str, body: dict[str, Any]) -> None:
    """Send an administrator's request."""
    request = urllib.request.Request(
        url,
        data=json.dumps(body).encode(),
        headers={"authorization": f"Bearer {KEY}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as reply:
        assert reply.status == 200


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(url: str, seconds: float = 90) -> None:
    """Wait until something answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise SystemExit(f"{url} does not answer; see its log") from None
            time.sleep(0.3)


def load(gateway: Gateway, *, rate: float, seconds: float, stream: bool) -> dict[str, Any]:
    """Run the client in a process of its own."""
    command = [sys.executable, str(HERE / "_open_loop.py"), gateway.url, "--key", gateway.key]
    command += ["--rate", str(rate), "--seconds", str(seconds), "--path", gateway.path]
    command += ["--stream"] if stream else []
    command += [word for header in gateway.headers for word in ("--header", header)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def memory(pid: int) -> int:
    """MiB that a process and its children hold."""
    pages = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                if int(entry.name) == pid or int(fields[1]) == pid:
                    pages += int((entry / "statm").read_text().split()[1])
            except OSError:
                continue
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def cpu_seconds(pid: int) -> float:
    """Seconds of processor time that a process has used, in user and system mode, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(gateways: list[Gateway], options: argparse.Namespace) -> list[dict[str, Any]]:
    """Let all take turns, round by round."""
    for gateway in gateways:
        for stream in (False, True):
            load(gateway, rate=50, seconds=2, stream=stream)
    rows: list[dict[str, Any]] = []
    for stream in (False, True):
        seen: dict[str, list[dict[str, Any]]] = {}
        for turn in range(options.rounds):
            for gateway in gateways if turn % 2 == 0 else gateways[::-1]:
                rate = options.rate if gateway.name != "litellm" else min(options.rate, options.litellm_rate)
                seen.setdefault(gateway.name, []).append(
                    load(gateway, rate=rate, seconds=options.seconds, stream=stream)
                )
        for gateway in gateways:
            mine, bare = seen[gateway.name], seen["bare"]
            row: dict[str, Any] = {"gateway": gateway.name, "stream": stream}
            row["errors"] = sum(one["errors"] for one in mine)
            for name in QUANTILES:
                row[name] = round(statistics.median(one[name] for one in mine), 2)
                added = [one[name] - other[name] for one, other in zip(mine, bare, strict=True)]
                row[f"added_{name}"] = round(statistics.median(added), 2)
            used = cpu_seconds(gateway.pid)
            most = load(gateway, rate=0, seconds=options.seconds, stream=stream)
            row["most_per_second"] = most["per_second"]
            row["cpu_ms_per_request"] = round(1000 * (cpu_seconds(gateway.pid) - used) / max(1, most["replies"]), 3)
            rows.append(row)
            print(json.dumps(row), flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--litellm-rate", type=float, default=50, help="it is saturated below 100 requests a second")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--litellm", help="its program, in an environment of its own")
    parser.add_argument("--portkey", help="NODE_MODULES/@portkey-ai/gateway/build/start-server.js")
    parser.add_argument("--soak", type=int, default=0, help="streamed requests through ours, for its memory")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        bare = stack.enter_context(upstream(folder))
        ours = stack.enter_context(earthshine(folder, bare.url))
        gateways = [bare, ours, ours._replace(name="earthshine-messages", path="/messages")]
        if options.litellm:
            gateways.append(stack.enter_context(litellm(folder, options.litellm, bare.url)))
        if options.portkey:
            gateways.append(stack.enter_context(portkey(folder, options.portkey, bare.url)))
        rows = measure(gateways, options)
        summary: dict[str, Any] = {"bench": "gateway", "rate": options.rate, "bar": "added p50 < 1.5 ms, p99 < 5 ms"}
        if options.soak:
            done, start = 0, memory(ours.pid)
            while done < options.soak:
                done += load(ours, rate=0, seconds=20, stream=True)["replies"]
            grown = memory(ours.pid)
            summary["soak"] = {"requests": done, "mib_before": start, "mib_after": grown}
    print(json.dumps({**summary, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
