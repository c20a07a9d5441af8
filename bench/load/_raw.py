"""The engine's own HTTP server, alone in its process: what our API is compared with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import aiohttp

_SCRIPT = """
import json, sys
import xllamacpp

options = json.loads(sys.argv[1])
params = xllamacpp.CommonParams()
params.model.path = options["model"]
params.n_parallel = options["slots"]
params.n_ctx = options["slots"] * options["context"]
for cpu in (params.cpuparams, params.cpuparams_batch):
    cpu.n_threads = options["threads"]
if options["batch"]:
    params.n_batch = params.n_ubatch = options["batch"]
params.n_threads_http = options["slots"] + 8
params.kv_unified = False
params.slot_save_path = options["folder"]
params.ui = False
server = xllamacpp.Server(params)
print("ready", server.listening_address, flush=True)
sys.stdin.read()
"""


class RawServer:
    """xllamacpp's server on a free port. With `batch` 0 it keeps the engine's own batch sizes."""

    def __init__(self, weights: str, *, slots: int, context: int, threads: int, batch: int, spin: str) -> None:
        self.slots = slots
        self._folder = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        options = {
            "folder": f"{self._folder.name}/",
            "model": str(Path(weights).absolute()),
            "slots": slots,
            "context": context,
            "threads": threads,
            "batch": batch,
        }
        environment = {**os.environ, **({"GOMP_SPINCOUNT": spin} if spin else {})}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SCRIPT, json.dumps(options)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            raise SystemExit("the engine's own server did not start")
        self.url = line.split()[1]

    async def prime(self, system: str) -> None:
        """Put a system prompt into every slot, through one slot's file, so that all of them are warm."""
        messages = [{"role": "system", "content": system}, {"role": "user", "content": "Hi"}]
        async with aiohttp.ClientSession(self.url) as http:
            body = {"messages": messages, "max_tokens": 1, "id_slot": 0}
            async with http.post("/v1/chat/completions", json=body) as reply:
                reply.raise_for_status()
            async with http.post("/slots/0?action=save", json={"filename": "warm"}) as reply:
                reply.raise_for_status()
            for slot in range(1, self.slots):
                async with http.post(f"/slots/{slot}?action=restore", json={"filename": "warm"}) as reply:
                    reply.raise_for_status()

    def __enter__(self) -> RawServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._folder.cleanup()
