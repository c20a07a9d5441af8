"""Tasks of several turns of the Berkeley Function-Calling Leaderboard (`bfcl-eval`, Apache-2.0), with its own checker.

Each is about one of its small machines (a file system, a car, a broker, a travel agency), whose functions every agent
gets. After each turn its state has to be that of the right calls, and what those return has to have been seen.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

from bench.agents.packages.wheels import folder, module
from bench.agents.task import Function, Outcome, Task

Json = dict[str, Any]
EACH = 4
"""Tasks of each machine, of two or three turns."""
_CHECKER = "bfcl_eval.eval_checker.multi_turn_eval.multi_turn_checker"
_DOCS = "bfcl_eval.constants.executable_backend_config"
_TYPES = {"dict": "object", "float": "number", "tuple": "array", "list": "array", "any": "string"}


def _fresh() -> str:
    """Return a name for a machine: the package makes a variable of it, so it begins with a letter."""
    return f"machine{uuid.uuid4().hex}"


def _schema(value: Any) -> Any:
    """Return a schema as JSON Schema names its types."""
    if isinstance(value, list):
        return [_schema(each) for each in value]
    if not isinstance(value, dict):
        return value
    made = {name: _schema(each) for name, each in value.items() if name not in ("default", "optional")}
    if isinstance(kind := made.get("type"), str):
        made["type"] = _TYPES.get(kind.lower(), kind)
    return made


class Machine:
    """One machine in one try. Raises `Missing`."""

    words: Mapping[str, str] = {}

    def __init__(self, row: Json, truth: list[list[str]]) -> None:
        self._row, self._truth = row, truth
        self._name = _fresh()
        self._turns: list[list[list[str]]] = [[]]
        self._checker = module(_CHECKER)
        docs, self.functions = module(_DOCS).MULTI_TURN_FUNC_DOC_FILE_MAPPING, list[Function]()
        for kind in row["involved_classes"]:
            text = (folder("bfcl-eval", "bfcl_eval/data/multi_turn_func_doc") / docs[kind]).read_text()
            for about in map(json.loads, text.splitlines()):
                if about["name"] not in row.get("excluded_function", ()):
                    said = about["description"].split("Tool description: ")[-1]
                    call = partial(self._call, about["name"])
                    self.functions.append(Function(about["name"], said, _schema(about["parameters"]), call))

    def _call(self, name: str, /, **arguments: Any) -> str:
        said = f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"
        self._turns[-1].append([said])
        result = str(self._run([said])[0])
        if result.startswith(("Error during execution", '{"error"')):
            raise ValueError(result)
        return result

    def _run(self, calls: list[str]) -> list[str]:
        row = self._row
        run = self._checker.execute_multi_turn_func_call
        results, _ = run(calls, row["initial_config"], row["involved_classes"], self._name, row["id"])
        return results

    def ended_turn(self) -> None:
        """Begin another turn."""
        self._turns.append([])

    def solve(self) -> None:
        """Make the right calls, turn by turn: the proof of the checker."""
        for calls in self._truth:
            self._turns[-1] = [[each] for each in calls]
            self.ended_turn()

    def guess(self) -> None:
        """Call in each turn what there is not: the proof that calls alone are not enough."""
        for _ in self._truth:
            self._turns[-1] = [["guess()"]]
            self.ended_turn()

    def problem(self, _: Outcome) -> str:
        """Return what the package's checker says."""
        turns = (self._turns + [[]] * len(self._truth))[: len(self._truth)]
        found = self._checker.multi_turn_checker(turns, self._truth, self._row, "multi_turn_base", _fresh())
        return "" if found["valid"] else str(found.get("error_message"))[:300]

    def close(self) -> None:
        """The package keeps its machines by name; there is nothing to give back."""


def tasks() -> list[Task]:
    """Return them. Raises `Missing`."""
    data = folder("bfcl-eval", "bfcl_eval/data")
    rows = map(json.loads, (data / "BFCL_v4_multi_turn_base.json").read_text().splitlines())
    answers = (data / "possible_answer/BFCL_v4_multi_turn_base.json").read_text().splitlines()
    truths = {each["id"]: each["ground_truth"] for each in map(json.loads, answers)}
    found, counts = list[Task](), Counter[str]()
    for row in rows:
        kinds, turns = row["involved_classes"], [turn[0]["content"] for turn in row["question"] if turn]
        if len(kinds) > 1 or not 2 <= len(turns) <= 3 or counts[kinds[0]] >= EACH or not all(truths[row["id"]]):
            continue
        counts[kinds[0]] += 1
        world = partial(Machine, row, truths[row["id"]])
        goal, *more = turns
        found.append(Task(f"functions/{row['id']}", goal, lambda _: "", more=tuple(more), world=world))
    return found
