"""Best of N where there is a checker: reasoning-gym puzzles, answers drawn over one shared prefix until one passes.

    python -m bench.agents.best_of --model FILE.gguf [--puzzles 24] [--results FILE]

For each puzzle and each N of 1, 2, 4, 8: one request for N answers (`n`), which is given up as soon as an answer passes
the puzzle's scorer, against N requests of one answer each, one after the other, all of them made. Prints the share that
is solved, the points that N gains over 1, and the cost of the shared way as a share of the other's: tokens that were
computed (of the prompt without those from the cache, and of the answers) and seconds. The bar is a half.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any

from openai import OpenAI

from bench.agents.attempt import counts, key_for, settled
from bench.agents.packages.reasoning import puzzle, score
from bench.agents.results import append
from bench.agents.run import serving
from bench.shared.server import KEY

Json = dict[str, Any]
SIZES = (1, 2, 4, 8)
KINDS = (
    "chain_sum",
    "letter_counting",
    "spell_backward",
    "gcd",
    "leg_counting",
    "number_sorting",
    "word_sorting",
    "products",
)
_HOW = "\nThink briefly, step by step. Then write one last line with the answer alone."
_MOST = 220
"""Tokens of an answer."""


def shared(client: OpenAI, asked: Json, size: int, passes: Any) -> bool:
    """Ask for N answers at once; leave when one passes."""
    texts = [""] * size
    with client.chat.completions.create(**asked, n=size, stream=True) as stream:
        for chunk in stream:
            for choice in chunk.choices:
                texts[choice.index] += choice.delta.content or ""
                if choice.finish_reason and passes(texts[choice.index]):
                    return True
    return False


def apart(client: OpenAI, asked: Json, size: int, passes: Any) -> bool:
    """Ask N times, as who has no checker before the end."""
    replies = [client.chat.completions.create(**asked) for _ in range(size)]
    return any(passes(each.choices[0].message.content or "") for each in replies)


def _passes(scorer: Any, entry: Any, text: str) -> bool:
    return score(scorer, entry, text) >= 1


def puzzles(count: int) -> Iterator[tuple[str, Any, Any]]:
    """Give so many puzzles, of each kind as many."""
    each = -(-count // len(KINDS))
    made = [(kind, *puzzle(kind, each)) for kind in KINDS]
    yield from [(f"{kind}-{at}", scorer, entries[at]) for at in range(each) for kind, scorer, entries in made][:count]


def measure(url: str, model: str, count: int, file: Path, temperature: float) -> None:
    """Make what is not in the file yet."""
    there = {(each["puzzle"], each["n"]) for each in _read(file)}
    url = f"{url}/v1"
    key_id, key = key_for(url, KEY, "best of")
    with OpenAI(base_url=url, api_key=key, timeout=900, max_retries=0) as client:
        # The model is loaded by the first request, which is nobody's cost.
        client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": "Hello."}], max_completion_tokens=1
        )
        for name, scorer, entry in puzzles(count):
            messages = [{"role": "user", "content": entry["question"] + _HOW}]
            asked: Json = {"model": model, "messages": messages, "temperature": temperature}
            asked["max_completion_tokens"] = _MOST
            for size in SIZES:
                if (name, size) in there:
                    continue
                line: Json = {"puzzle": name, "n": size}
                for way in (shared, apart):
                    before, begun = counts(url, KEY, key_id), time.monotonic()
                    solved = way(client, asked, size, partial(_passes, scorer, entry))
                    seconds, after = time.monotonic() - begun, settled(url, KEY, key_id, before)
                    spent = {key: after[key] - before[key] for key in ("input", "cached", "output")}
                    tokens = spent["input"] - spent["cached"] + spent["output"]
                    line[way.__name__] = {"solved": solved, "seconds": round(seconds, 2), "tokens": tokens}
                append(file, line)
                print(json.dumps(line), flush=True)


def report(file: Path) -> None:
    """Print the sums, a line of JSON for each N."""
    lines = _read(file)
    for size in SIZES:
        now = [each for each in lines if each["n"] == size]
        if not now:
            continue
        said: Json = {"n": size, "puzzles": len(now), "solved": round(_share(lines, size), 3)}
        there = {each["puzzle"] for each in now}
        alone = [each for each in lines if each["puzzle"] in there]
        said["points_gained"] = round(100 * (_share(alone, size) - _share(alone, 1)), 1)
        for unit in ("tokens", "seconds"):
            said[f"{unit}_of_apart"] = round(
                sum(e["shared"][unit] for e in now) / sum(e["apart"][unit] for e in now), 3
            )
        print(json.dumps(said))


def _share(lines: list[Json], size: int) -> float:
    """Return the share that was solved, in both ways together: they draw from the same answers."""
    found = [each[way]["solved"] for each in lines if each["n"] == size for way in ("shared", "apart")]
    return mean(found) if found else 0.0


def _read(file: Path) -> list[Json]:
    lines = file.read_text().splitlines() if file.exists() else []
    return [json.loads(each) for each in lines if each.endswith("}")]


def main() -> None:
    """Measure what is missing, and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--puzzles", type=int, default=24)
    parser.add_argument("--temperature", type=float, default=0.8)
    parser.add_argument("--results", type=Path, default=Path("best_of.jsonl"))
    given = parser.parse_args()
    with serving(given.model, given.temperature) as (url, name):
        measure(url, name, given.puzzles, given.results, given.temperature)
    report(given.results)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
