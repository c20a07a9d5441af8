"""How tests connect machines."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openai import OpenAI

from tests.patience import PATIENCE
from tests.server_process import ServerProcess


@contextmanager
def connected(server: ServerProcess, environment_id: str, workspace: Path, *flags: str) -> Generator[Any]:
    command = [sys.executable, "-m", "earthshine", "environment", environment_id, "--workspace", str(workspace), *flags]
    env = {**os.environ, "EARTHSHINE_URL": server.url, "EARTHSHINE_KEY": server.key}
    # Where the tests themselves run in the background of a shell, Ctrl-C is ignored, and that is inherited.
    process = subprocess.Popen(
        command,
        env=env,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
        assert process.stderr is not None
        process.stderr.close()


def status(sdk: OpenAI, environment_id: str, wanted: str) -> None:
    ends = time.monotonic() + PATIENCE
    while sdk.beta.agents.environments.retrieve(environment_id).status != wanted:
        assert time.monotonic() < ends
        time.sleep(0.05)


def printed(sdk: OpenAI, session_id: str) -> str:
    items = sdk.beta.agents.sessions.items.list(session_id, order="asc")
    return "\n".join(item.output or "" for item in items if item.type == "command_execution")
