"""From nothing to a good answer in Arabic: clone, `make serve`, the tiny model's answer, then the better model's.

    python -m bench.install.first_answer

As somebody new does it on a machine that may reach nothing but package indexes. Each stage's seconds, then those of a
second `make serve`. Takes about 1.2 GB of downloads besides the packages; needs the network.
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
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parents[2]
ARABIC = "ما هي عاصمة مصر؟ أجب بجملة قصيرة."
CAIRO = "القاهرة"


def main(options: argparse.Namespace) -> int:
    """Run all stages and print them as JSON; 1 when the better model did not answer right."""
    stages: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "earthshine"
        begun = last = time.perf_counter()

        def done(stage: str) -> None:
            nonlocal last
            now = time.perf_counter()
            stages[stage] = round(now - last, 1)
            last = now

        subprocess.run(["git", "clone", "--quiet", str(options.source), str(clone)], check=True)
        done("clone")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("EARTHSHINE_")}
        environment.pop("VIRTUAL_ENV", None)
        environment["EARTHSHINE_PORT"] = str(options.port)
        for stage, command in (
            ("environment and packages", ["make", ".venv/.runtime-installed"]),
            ("web build", ["scripts/build-web"]),
            ("tiny model", [".venv/bin/python", "scripts/default_model.py"]),
        ):
            subprocess.run(command, cwd=clone, env=environment, check=True, stdout=subprocess.DEVNULL)
            done(stage)
        with serving(clone, environment) as url:
            done("ready")
            key = (clone / "data" / "administrator.key").read_text().strip()
            with httpx2.Client(
                base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=options.patience
            ) as client:
                tiny, _ = answer(client, "What is the capital of France?")
                done("first answer, of the tiny model")
                model = arrived(client, options.patience)
                done("better model: fetched")
                took_over(client, model, options.patience)
                done("better model: loaded, trial call passed, default")
                text, served = answer(client, ARABIC)
                done("answer in Arabic")
                total = round(time.perf_counter() - begun, 1)
                seconds = downloaded(client)
        last = time.perf_counter()
        with serving(clone, environment) as url:
            done("second `make serve` until ready")
            with httpx2.Client(
                base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=options.patience
            ) as client:
                again, _ = answer(client, ARABIC)
            done("its first answer in Arabic, load included")
    right = CAIRO in text and CAIRO in again
    print(
        json.dumps(
            {
                "bench": "first_answer",
                "total_s": total,
                "stages_s": stages,
                "download_alone_s": seconds,
                "better_model": model,
                "served_by": served,
                "answers": [tiny, text, again],
                "right": right,
            },
            ensure_ascii=False,
            indent=2,
        )
    )
    return 0 if right else 1


@contextmanager
def serving(clone: Path, environment: dict[str, str]) -> Generator[str]:
    """Run `make serve`, and give the address once it answers."""
    server = subprocess.Popen(
        ["make", "serve"], cwd=clone, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert server.stdout is not None
        yield next(line.split()[1] for line in server.stdout if line.startswith("ready "))
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(60)


def answer(client: httpx2.Client, question: str) -> tuple[str, str]:
    """Ask `default`; return the text and the name of the model that wrote it."""
    body: dict[str, Any] = {
        "model": "default",
        "max_tokens": 60,
        "temperature": 0,
        "messages": [{"role": "user", "content": question}],
    }
    reply = client.post("/v1/chat/completions", json=body).raise_for_status().json()
    return re.sub(r"\s+", " ", reply["choices"][0]["message"]["content"]).strip(), reply["model"]


def arrived(client: httpx2.Client, patience: float) -> str:
    """Wait for the download that the server began by itself; return its model's name."""
    for _ in polls(patience):
        for download in client.get("/earthshine/v1/catalog/downloads").raise_for_status().json()["data"]:
            if download["state"] == "completed":
                return download["model"]
            if download["state"] != "running":
                raise SystemExit(f"the better model did not arrive: {download}")
    raise SystemExit("no better model arrived in time")


def took_over(client: httpx2.Client, model: str, patience: float) -> None:
    """Wait until `default` means this model."""
    for _ in polls(patience):
        found = client.get("/v1/models/default").raise_for_status().json()
        if found["earthshine"]["alias_of"] == model:
            return
    raise SystemExit(f"{model} did not become the default in time")


def downloaded(client: httpx2.Client) -> int:
    """Return the seconds from the beginning to the end of the download."""
    download = client.get("/earthshine/v1/catalog/downloads").json()["data"][0]
    return download["ended_at"] - download["created_at"]


def polls(patience: float) -> Generator[None]:
    """Come back each half second until patience ends."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        yield
        time.sleep(0.5)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--source", type=Path, default=ROOT, help="the repository to clone")
    parser.add_argument(
        "--patience", type=float, default=1800, help="seconds for the download, the load and each answer"
    )
    raise SystemExit(main(parser.parse_args()))
