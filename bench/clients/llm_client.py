# /// script
# requires-python = ">=3.11"
# dependencies = ["llm==0.36"]
# [tool.earthshine]
# client = "llm"
# api = "chat"
# kind = "tool"
# ///
"""Simon Willison's `llm`, by its extra-openai-models.yaml."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from _check import ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, check

home = Path(tempfile.mkdtemp())
(home / "extra-openai-models.yaml").write_text(
    f"- model_id: earthshine\n  model_name: {MODEL}\n  api_base: {BASE}\n  api_key_name: earthshine\n"
    "  supports_tools: true\n  supports_schema: true\n"
)
(home / "keys.json").write_text(json.dumps({"earthshine": KEY}))


def llm(*words: str) -> str:
    environment = os.environ | {"LLM_USER_PATH": str(home)}
    done = subprocess.run(
        ["llm", "-m", "earthshine", *words], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-300:]
    return done.stdout


@check("plain")
def plain() -> None:
    assert llm("--no-stream", HELLO).strip()


@check("stream")
def stream() -> None:
    assert llm(HELLO).strip()


@check("tools")
def tools() -> None:
    function = f"def weather(city: str) -> str:\n    return '{DEGREES}'"
    assert DEGREES in llm("--functions", function, ASK_WEATHER)


@check("structured")
def structured() -> None:
    assert set(json.loads(llm("--schema", "name, age int", "Ann is 30."))) == {"name", "age"}
