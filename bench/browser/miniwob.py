"""Tasks of MiniWoB++ by scripted policies, through our browser's actions alone: what the tool itself can do.

`pip install 'earthshine[browser]' miniwob`, then `python -m bench.browser.miniwob [TASK...] [--tries N]`. The pages
come from the wheel of miniwob (Farama, MIT); they are given more time, as a busy machine is slow. It prints each task's
outcome: `done` (the page gave a reward above 0, in more than half of the tries), `refused` (a password, which only a
person types), `failed`, or `no policy`. With `--model FILE.gguf`, a server is started and that model does the pages by
the tool `browser`, in a sandbox; `--results` keeps what was played, and a second run goes on there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from bench.browser import _by_model
from bench.browser._pages import Episode, browser, served
from bench.browser.policies import drawings, forms, lists, reading, values
from bench.browser.policies.base import POLICIES
from earthshine.browser.browser import ActionRefused, Browser

_ALL = (drawings, forms, lists, reading, values)
"""Each brings its policies into the table."""
PERSONS = "Only a person"


async def play(opened: Browser, address: str, name: str) -> str:
    """Return what came of one episode."""
    episode = Episode(opened, name)
    try:
        await episode.begin(address)
        await POLICIES[name](episode)
        for _ in range(4):
            if episode.reward is not None:
                break
            await episode.act("wait", seconds=0.5)
    except ActionRefused as refusal:
        return "refused" if PERSONS in refusal.message else f"failed: {refusal.message[:150]}"
    except Exception as error:  # a policy that does not know its page
        return f"failed: {type(error).__name__}: {str(error)[:200]}"
    return "done" if (episode.reward or 0) > 0 else f"failed: reward {episode.reward}"


def pages() -> Path:
    """Return the folder of the pages."""
    try:
        return Path(str(distribution("miniwob").locate_file("miniwob/html")))
    except PackageNotFoundError:
        raise SystemExit("The pages are not here: python -m pip install --no-deps miniwob") from None


async def main(names: list[str], tries: int) -> None:
    """Play the tasks, and print what came of them."""
    root = pages()
    tasks = names or sorted(page.stem for page in (root / "miniwob").glob("*.html"))
    counts: Counter[str] = Counter()
    begun = time.perf_counter()
    with served(root) as at:
        async with browser() as opened:
            for name in tasks:
                if name not in POLICIES:
                    counts["no policy"] += 1
                    continue
                outcomes = [await play(opened, f"{at}/miniwob/{name}.html", name) for _ in range(tries)]
                done, refused = outcomes.count("done"), outcomes.count("refused")
                outcome = "done" if done * 2 > tries else "refused" if refused == tries else "failed"
                counts[outcome] += 1
                wrong = next((each for each in outcomes if each not in ("done", "refused")), "")
                print(
                    json.dumps({"task": name, "outcome": outcome, "tries": f"{done}/{tries}", "why": wrong}), flush=True
                )
    print(json.dumps({"pages": len(tasks), **counts, "seconds": round(time.perf_counter() - begun)}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", nargs="*", help="of all, unless some are named")
    parser.add_argument("--tries", type=int, default=1, help="episodes of each, every one another task of its kind")
    parser.add_argument("--model", type=Path, help="a GGUF file of a chat model that is to do them, one try each")
    parser.add_argument("--engine", default="", help="with --model: a llama-server program, else the package's build")
    parser.add_argument("--results", type=Path, default=Path("miniwob.jsonl"), help="with --model: what was played")
    given = parser.parse_args()
    if given.model is not None:
        _by_model.play(pages(), given.model, given.task or _by_model.TASKS, given.results, given.engine)
    else:
        asyncio.run(main(given.task, given.tries))
