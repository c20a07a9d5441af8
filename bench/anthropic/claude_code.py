"""Claude Code, unchanged, changes one file by way of the Messages API; the scripted model says which calls it makes.

    python -m bench.anthropic.claude_code CLAUDE

CLAUDE is its program, as `npm install @anthropic-ai/claude-code` puts it into `node_modules/.bin/claude`. It has a home
of its own, and asks nobody but the server.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

from bench.shared.server import KEY, Server

BEFORE, AFTER = "def add(a, b):\n    return a - b\n", "def add(a, b):\n    return a + b\n"
QUIET = (
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
    "DISABLE_TELEMETRY",
    "DISABLE_AUTOUPDATER",
    "DISABLE_ERROR_REPORTING",
)


def main(claude: str) -> int:
    """Print what became of the task; 1 when the file is not as it should be."""
    with tempfile.TemporaryDirectory(prefix="claude-code-") as name:
        folder = Path(name)
        (folder / "home").mkdir()
        (folder / "project").mkdir()
        file = folder / "project" / "calc.py"
        file.write_text(BEFORE)
        edit = {"file_path": str(file), "old_string": "a - b", "new_string": "a + b"}
        script = [
            {"tool_call": {"name": "Read", "arguments": {"file_path": str(file)}}},
            {"tool_call": {"name": "Edit", "arguments": edit}},
            {"text": "It adds now."},
        ]
        server = Server(folder / "data", scripted="true", default_model="scripted").start()
        try:
            environment = {
                "PATH": os.environ["PATH"],
                "HOME": str(folder / "home"),
                "ANTHROPIC_BASE_URL": server.url,
                "ANTHROPIC_API_KEY": KEY,
                "ANTHROPIC_MODEL": "scripted",
                "ANTHROPIC_SMALL_FAST_MODEL": "scripted",
                **dict.fromkeys(QUIET, "1"),
            }
            asked = [claude, "-p", f"Mend the sum.\n!script {json.dumps(script)}"]
            done = subprocess.run(
                [*asked, "--permission-mode", "acceptEdits", "--output-format", "json"],
                cwd=folder / "project",
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        finally:
            server.stop()
        version = subprocess.run([claude, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        mended = file.read_text() == AFTER
        result = json.loads(done.stdout) if done.returncode == 0 else {}
        print(json.dumps({"version": version, "mended": mended, "turns": result.get("num_turns")}))
        if not mended:
            print(done.stdout[-2000:], done.stderr[-2000:])
        return 0 if mended else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("claude")
    raise SystemExit(main(str(Path(parser.parse_args().claude).absolute())))
