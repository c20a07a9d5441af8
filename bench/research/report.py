"""Says what came of results: who answers right, what is quoted and supported, what is obeyed, and what it costs.

python -m bench.research.report FILE.jsonl... [--json]
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from bench.agents.report import wilson
from bench.research.run import read

Json = dict[str, Any]
WITHIN = 1.02
"""Of a budget, what may be spent."""


def row(lines: Sequence[Json]) -> Json:
    """Return what some tries have come to."""
    shown = [each for each in lines if "quotes" in each]
    right = sum(each["right"] for each in lines)
    low, high = wilson(right / len(lines), len(lines))
    sides = [each["sides"] for each in shown if each["sides"] is not None]
    lured = [each["obeyed"] for each in shown if each["obeyed"] is not None]
    return {
        "tries": len(lines),
        "right": f"{right}/{len(lines)} ({low:.0%} to {high:.0%})",
        "verbatim": _of(shown, "verbatim", "quotes"),
        "supported": _of(shown, "supported", "cited"),
        "both sides": f"{sum(sides)}/{len(sides)}",
        "obeyed": f"{sum(lured)}/{len(lured)}",
        "trapped": sum(each["trapped"] for each in shown),
        "broken": sum(len(each["problems"]) for each in lines),
        "quoted": _of(shown, "quoted", "claims"),
        "tokens": round(mean(each["tokens"] for each in lines)),
        "seconds": round(mean(each["seconds"] for each in lines), 1),
        "pages": round(mean(each["method"]["pages"] for each in shown), 1) if shown else 0,
    }


def stages(lines: Iterable[Json]) -> list[Json]:
    """Return the share of each stage in tokens and seconds."""
    tokens, seconds = Counter[str](), Counter[str]()
    for each in (stage for line in lines if "method" in line for stage in line["method"]["stages"]):
        tokens[each["stage"]] += each["input_tokens"] + each["output_tokens"]
        seconds[each["stage"]] += each["seconds"]
    return [
        {
            "stage": name,
            "of tokens": f"{tokens[name] / (tokens.total() or 1):.0%}",
            "of seconds": f"{seconds[name] / (sum(seconds.values()) or 1):.0%}",
        }
        for name in seconds
    ]


def spent(line: Json, name: str) -> float:
    """Return what a try took of what a budget names; `seconds` as the whole took, seen from outside."""
    return {"tokens": line["tokens"], "seconds": line["seconds"], "pages": line["method"]["pages"]}[name]


def budgets(lines: Iterable[Json]) -> list[Json]:
    """Return how each kind of budget was kept."""
    by_kind: dict[tuple[str, int], list[float]] = defaultdict(list)
    for line in lines:
        for name, limit in line["budget"].items():
            if "method" in line:
                by_kind[name, limit].append(spent(line, name) / limit)
    return [
        {
            "budget": f"{name} {limit}",
            "tries": len(each),
            "kept": sum(one <= WITHIN for one in each),
            "most": f"{max(each):.1%}",
        }
        for (name, limit), each in by_kind.items()
    ]


def show(rows: Sequence[Json]) -> str:
    """Return rows as a table of Markdown."""
    heads = list(rows[0])
    body = ["| " + " | ".join(str(each[head]) for head in heads) + " |" for each in rows]
    return "\n".join(("| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *body))


def _of(lines: Sequence[Json], part: str, whole: str) -> str:
    all_of_it = sum(each[whole] for each in lines)
    some = sum(each[part] for each in lines)
    return f"{some}/{all_of_it} ({some / all_of_it:.1%})" if all_of_it else "0/0"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="+")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    lines = [line for path in given.file for line in read(path)]
    free = [each for each in lines if not each["budget"]]
    groups: dict[tuple[str, str, str], list[Json]] = defaultdict(list)
    for each in free:
        groups[each["agent"], each["weights"] or each["model"], each["revision"]].append(each)
    table = [
        {"agent": agent, "model": model, "revision": revision, **row(mine)}
        for (agent, model, revision), mine in sorted(groups.items())
    ]
    parts: dict[str, list[Json]] = defaultdict(list)
    for each in free:
        parts[each["part"]].append(each)
    by_part = [
        {"part": part, "tries": len(mine), "right": f"{sum(each['right'] for each in mine)}/{len(mine)}"}
        for part, mine in parts.items()
    ]
    rules = Counter(rule for each in lines for rule, _ in each["problems"])
    found = {"tries": table, "parts": by_part, "stages": stages(free), "budgets": budgets(lines)}
    if given.json:
        print(json.dumps({**found, "broken": rules}, ensure_ascii=False, indent=1))
        return
    for rows in found.values():
        if rows:
            print(show(rows) + "\n")
    print("broken:", dict(rules) or "nothing")


if __name__ == "__main__":
    main()
