"""The process of one try: takes a job as JSON, works in the current folder, and reports line by line."""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path

from bench.agents.kinds.job import Job, Reporter

MODULES = {
    "earthshine": "earthshine",
    "bare": "bare",
    "smolagents-code": "smolagents_agents",
    "smolagents-tools": "smolagents_agents",
    "qwen-agent": "qwen",
}


def main() -> None:
    """Do the job."""
    out = os.fdopen(os.dup(1), "w")
    # What an agent or its code prints is no report.
    os.dup2(2, 1)
    os.set_inheritable(out.fileno(), False)
    reporter = Reporter(out)
    job = Job(**json.loads(sys.stdin.readline()))
    try:
        importlib.import_module(f"bench.agents.kinds.{MODULES[job.agent]}").work(job, Path.cwd(), reporter)
    except Exception as error:  # an agent may end in any way; that is its outcome
        traceback.print_exc()
        reporter.tell(end="error", error=f"{type(error).__name__}: {str(error)[:500]}")


if __name__ == "__main__":
    main()
