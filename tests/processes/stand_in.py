"""A child for tests of the supervisor: it does what its options say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

from earthshine.processes.guard import die_with_parent, leave_signals_to_parent, limit_memory


def main() -> None:
    """Read the options, and be ready, or not."""
    leave_signals_to_parent()
    options = json.loads(sys.stdin.readline())
    die_with_parent(options["parent"])
    sys.stderr.write("the last words of a child\n")
    sys.stderr.flush()
    match options["what"]:
        case "dies":
            os._exit(7)
        case "refuses":
            _say({"error": "no such thing"})
            return
        case "hangs":
            time.sleep(60)
        case "greedy":
            limit_memory(300 * 2**20)
            try:
                bytearray(10**9)
            except MemoryError:
                _say({"ready": True, "refused": True})
        case "parent":
            # A grandchild that would outlive it.
            grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            _say({"ready": True, "grandchild": grandchild.pid})
        case _:
            _say({"ready": True})
    sys.stdin.read()


def _say(words: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
