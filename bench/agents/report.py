"""Reads results, and says which agent solved how many tasks: with confidence intervals, calls, tokens and times.

    python -m bench.agents.report bench/agents/results/*.jsonl [--split held] [--markdown]

Agents are compared on the tasks that all of them tried. A task that was tried several times counts for the share of its
tries that solved it; intervals are Wilson's at 95%, over tasks, as tries of one task do not tell more tasks.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import defaultdict
from pathlib import Path
from statistics import mean
from typing import Any

from bench.agents import results
from bench.agents.attempt import OURS

Json = dict[str, Any]
Row = tuple[str, str, str, str]
"""Model, agent, what of the harness was off, revision."""
BAR = 2.0
_SUMS = ("calls", "valid", "executable", "correct", "wrong_but_valid", "loops")
_MEANS = ("model_calls", "input", "cached", "output", "seconds")


def wilson(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """Return the bounds of a share that was seen in so many trials."""
    if not count:
        return 0.0, 1.0
    middle = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    whole = 1 + z * z / count
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def shares(lines: list[Json]) -> dict[str, float]:
    """Return for each task the share of its tries that solved it."""
    by_task: dict[str, list[bool]] = defaultdict(list)
    for line in lines:
        by_task[line["task"]].append(line["solved"])
    return {task: mean(each) for task, each in by_task.items()}


def summed(lines: list[Json]) -> Json:
    """Return what an agent reached on some tasks."""
    by_task = shares(lines)
    share = mean(by_task.values()) if by_task else 0.0
    low, high = wilson(share, len(by_task))
    made = {"tasks": len(by_task), "tries": len(lines), "solved": sum(by_task.values()), "share": share}
    made |= {"low": low, "high": high}
    made |= {name: sum(each.get(name, 0) for each in lines) for name in _SUMS}
    made |= {name: mean(each.get(name, 0) for each in lines) if lines else 0.0 for name in _MEANS}
    steps = sum(each.get("model_calls", 0) for each in lines)
    made["prompt"] = sum(each["input"] for each in lines) / steps if steps else 0.0
    ends = [each["end"] for each in lines]
    return {**made, **{end: ends.count(end) for end in ("answer", "cannot", "limit", "error")}}


def grouped(lines: list[Json]) -> dict[Row, list[Json]]:
    """Return the tries of each agent, model and revision."""
    found: dict[Row, list[Json]] = defaultdict(list)
    for line in lines:
        found[line["model"], line["agent"], line["without"], line["revision"]].append(line)
    return dict(found)


def on_common(groups: dict[Row, list[Json]]) -> dict[Row, list[Json]]:
    """Return the groups with the tasks alone that all of them tried."""
    common = set.intersection(*({line["task"] for line in lines} for lines in groups.values())) if groups else set()
    return {row: [line for line in lines if line["task"] in common] for row, lines in groups.items()}


def table(groups: dict[Row, list[Json]]) -> list[list[str]]:
    """Return the comparison, a row for each agent."""
    heading = ["agent", "tasks", "tries", "solved", "95%", "calls", "valid", "executable", "correct", "wrong but valid"]
    heading += ["loops", "model calls", "tokens in (cached)", "tokens out", "in a model call", "seconds"]
    heading += ["answer/cannot/limit/error"]
    made = [heading]
    for (_, agent, without, revision), lines in sorted(groups.items()):
        found = summed(lines)
        ends = "/".join(str(found[end]) for end in ("answer", "cannot", "limit", "error"))
        row = [
            f"{agent}{f' without {without}' if without else ''} ({revision})",
            str(found["tasks"]),
            str(found["tries"]),
        ]
        row += [f"{found['solved']:.1f} ({found['share']:.0%})", f"{found['low']:.0%} to {found['high']:.0%}"]
        row += [str(found[name]) for name in _SUMS]
        row += [
            f"{found['model_calls']:.1f}",
            f"{found['input']:.0f} ({found['cached']:.0f})",
            f"{found['output']:.0f}",
        ]
        made.append([*row, f"{found['prompt']:.0f}", f"{found['seconds']:.0f}", ends])
    return made


def verdict(groups: dict[Row, list[Json]]) -> str:
    """Say how ours compares with the best peer on the tasks that both tried; nothing without one of each."""
    ours = {row: lines for row, lines in groups.items() if row[1] == OURS and not row[2]}
    peers = {row: lines for row, lines in groups.items() if row[1] != OURS}
    said: list[str] = []
    for row, lines in ours.items():
        compared = on_common({row: lines, **peers})
        mine = summed(compared.pop(row))
        if not compared or not mine["tasks"]:
            continue
        best = max(compared, key=lambda each: summed(compared[each])["solved"])
        other = summed(compared[best])
        ratio = mine["solved"] / other["solved"] if other["solved"] else math.inf if mine["solved"] else 0.0
        kept = "kept" if ratio >= BAR else "missed"
        bad = mine["calls"] - mine["valid"]
        said.append(
            f"{row[1]} ({row[3]}) solved {mine['solved']:.1f} of {mine['tasks']}, the best peer, {best[1]}, "
            f"{other['solved']:.1f}: {ratio:.2f} times as many (bar {BAR}: {kept}); malformed calls: {bad} (bar 0)"
        )
    return "\n".join(said)


def ablation(groups: dict[Row, list[Json]]) -> list[list[str]]:
    """Return what each rule is worth: our agent with it off beside our agent whole, on the tasks that both tried."""
    made = [["rule that is off", "tasks", "solved", "whole", "points lost", "seconds", "whole", "tokens out", "whole"]]
    for row, lines in sorted(groups.items()):
        whole = next((each for each in groups if each == (row[0], row[1], "", row[3])), None)
        if row[1] != OURS or not row[2] or whole is None:
            continue
        pair = on_common({row: lines, whole: groups[whole]})
        off, on = summed(pair[row]), summed(pair[whole])
        cells = [row[2], str(off["tasks"]), f"{off['solved']:.1f}", f"{on['solved']:.1f}"]
        cells += [f"{100 * (on['share'] - off['share']):.0f}", f"{off['seconds']:.0f}", f"{on['seconds']:.0f}"]
        made.append([*cells, f"{off['output']:.0f}", f"{on['output']:.0f}"])
    return made


def shown(rows: list[list[str]], *, markdown: bool) -> str:
    """Return a table as text."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    if markdown:
        lines = [f"| {line} |" for line in lines]
        lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="+", type=Path)
    parser.add_argument("--split", choices=("dev", "held"), help="both, unless one is named")
    parser.add_argument("--markdown", action="store_true")
    given = parser.parse_args()
    lines = [line for line in results.read(given.file) if given.split in (None, line["split"])]
    if not lines:
        sys.exit("There are no such results.")
    for model in sorted({line["model"] for line in lines}):
        groups = grouped([line for line in lines if line["model"] == model])
        whole = {row: each for row, each in groups.items() if not row[2]}
        print(f"{model}, {given.split or 'both halves'}: tasks that every agent tried\n")
        print(shown(table(on_common(whole)), markdown=given.markdown), "", verdict(groups), "", sep="\n")
        for family in sorted({line["task"].split("/")[0] for each in whole.values() for line in each}):
            part = {
                row: [line for line in each if line["task"].startswith(f"{family}/")]
                for row, each in on_common(whole).items()
            }
            said = ", ".join(
                f"{row[1]} {summed(each)['solved']:.1f} of {summed(each)['tasks']}"
                for row, each in sorted(part.items())
            )
            print(f"{family}: {said}")
        if len(rules := ablation(groups)) > 1:
            print("", shown(rules, markdown=given.markdown), sep="\n")


if __name__ == "__main__":
    main()
