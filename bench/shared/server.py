"""A real `earthshine serve` process for benches: started, killed and measured from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

KEY = "sk-bench-0123456789abcdef0123456789abcdef"


class Server:
    """One server on a free port; `start` again after `kill` keeps the data directory."""

    def __init__(self, data: Path, **settings: Any) -> None:
        self.data = data
        self.settings = settings
        self.process: subprocess.Popen[str] | None = None
        self.url = ""
        self.ready_seconds = 0.0

    def start(self, port: int = 0) -> Server:
        environment = {
            **os.environ,
            "EARTHSHINE_BOOTSTRAP_KEY": KEY,
            "EARTHSHINE_EMBEDDED_MODEL": "false",
            **{f"EARTHSHINE_{name.upper()}": str(value) for name, value in self.settings.items()},
        }
        command = [sys.executable, "-m", "earthshine", "serve", "--port", str(port), "--data", str(self.data)]
        begun = time.perf_counter()
        with (self.data.parent / f"{self.data.name}.log").open("a") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("ready "):
                self.url = line.split()[1]
                self.ready_seconds = time.perf_counter() - begun
                return self
        raise SystemExit(f"the server did not start; see {self.data}.log")

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def kill(self) -> None:
        """End it as a crash would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it as an operator would."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def resident(self) -> int:
        """Bytes of memory that the server process alone holds."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def children(self) -> list[int]:
        """Pids of its engine processes."""
        text = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in text.split()]

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def install(data: Path, weights: str) -> str:
    """Register a GGUF file by reference; returns the model's name."""
    if not weights:
        return "scripted"
    data.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "earthshine", "pull", f"file:{Path(weights).absolute()}", "--name", "bench"],
        env={**os.environ, "EARTHSHINE_DATA": str(data)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return "bench"
