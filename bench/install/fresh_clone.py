"""From nothing to the first streamed token: a fresh clone, a new environment, `make serve`; each stage's share.

    python -m bench.install.fresh_clone

Then the README's SDK sample is run as printed. Needs the network for packages and the embedded model.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[2]


def main(options: argparse.Namespace) -> int:
    stages: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "earthshine"
        begun = last = time.perf_counter()

        def done(stage: str) -> None:
            nonlocal last
            now = time.perf_counter()
            stages[stage] = round(now - last, 2)
            last = now

        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        done("clone")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("EARTHSHINE_")}
        environment.pop("VIRTUAL_ENV", None)
        subprocess.run(["make", "setup"], cwd=clone, env=environment, check=True, stdout=subprocess.DEVNULL)
        done("setup")
        environment["EARTHSHINE_PORT"] = str(options.port)
        server = subprocess.Popen(
            ["make", "serve"], cwd=clone, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            assert server.stdout is not None
            url = next(line.split()[1] for line in server.stdout if line.startswith("ready "))
            done("serve_until_ready_with_model_download")
            key = (clone / "data" / "administrator.key").read_text().strip()
            body = {
                "model": "default",
                "stream": True,
                "messages": [{"role": "user", "content": "What is the capital of France?"}],
            }
            headers = {"Authorization": f"Bearer {key}"}
            with httpx2.stream("POST", f"{url}/v1/chat/completions", json=body, headers=headers, timeout=120) as reply:
                for line in reply.iter_lines():
                    if line.startswith("data: {") and json.loads(line[6:])["choices"][0]["delta"].get("content"):
                        break
            done("model_load_and_first_token")
            total = round(time.perf_counter() - begun, 2)
            sample = readme_sample((clone / "README.md").read_text())
            environment["EARTHSHINE_KEY"] = key
            environment["OPENAI_API_KEY"] = key
            environment["OPENAI_BASE_URL"] = f"{url}/v1"
            python = options.python or str(ROOT / ".venv" / "bin" / "python")
            ran = subprocess.run([python, "-c", sample], env=environment, cwd=clone, capture_output=True, text=True)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)
    shares = {stage: f"{seconds} s ({100 * seconds / total:.0f}%)" for stage, seconds in stages.items()}
    print(json.dumps({"bench": "fresh_clone", "total_s": total, **shares, "sample_exit": ran.returncode}))
    print(ran.stdout or ran.stderr)
    return ran.returncode


def readme_sample(readme: str) -> str:
    """The first Python sample of the README that uses the official SDK."""
    samples = re.findall(r"```python[^\n]*\n(.*?)```", readme, re.DOTALL)
    return next(sample for sample in samples if "openai" in sample)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--python", default="", help="an interpreter that has the `openai` package")
    raise SystemExit(main(parser.parse_args()))
