"""Asks the 28 questions of others: the same model on the same server, the same pages by the same search.

    python -m bench.research.peers.run --results FILE --model FILE.gguf --peer gpt-researcher --python VENV/bin/python

A report of theirs has no sidecar, so what can be counted is less: whether it answers, whether what it puts in quotation
marks stands in a page that it cites, and whether the figures of its sentences do. Lines go where `report` reads them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.agents.attempt import counts, key_for, settled
from bench.agents.results import append
from bench.research.check import bare, figures, says
from bench.research.peers.search import serving, shown
from bench.research.questions import Question
from bench.research.run import key, place, read
from bench.shared.server import KEY

Json = dict[str, Any]
_FOLDER = Path(__file__).parent
PEERS = {"gpt-researcher": "gpt_researcher_agent.py", "open-deep-research": "open_deep_research_agent.py"}
_LANGUAGES = {"en": "english", "fr": "french", "ar": "arabic", "zh": "chinese"}
_QUOTED = re.compile(r"[«“「\"]([^«»“”「」\"\n]{20,})[»”」\"]")
_URL = re.compile(r"https?://[^\s)\]>\"']+")
_SENTENCE = re.compile(r"(?<=[.!?。؟])\s*|\n+")


def judged(report: str, question: Question, pages: dict[str, str]) -> Json:
    """Return what can be counted of a report without a sidecar. `pages`: the text of each by its address."""
    cited = {each.rstrip(".,;*") for each in _URL.findall(report)}
    texts = {url: pages[url] for url in cited if url in pages}
    whole = bare("".join(texts.values()))
    quotes = _QUOTED.findall(report)
    there = set(figures("\n".join(texts.values())))
    spoken = [_URL.sub("", each) for each in _SENTENCE.split(report)]
    told = [each for each in spoken if figures(re.sub(r"\[\d+\]|^\s*\d+[.)]", "", each))]
    said = "\n".join(spoken)
    sides = all(says(said, forms) for forms in question.sides) if question.sides else None
    return {
        "right": bool(question.answers) and all(says(said, forms) for forms in question.answers),
        "quotes": len(quotes),
        "verbatim": sum(bare(each) in whole for each in quotes),
        "claims": len(spoken),
        "cited": len(told),
        "supported": sum(set(figures(re.sub(r"\[\d+\]", "", each))) <= there for each in told),
        "quoted": 0,
        "trapped": any(says(said, forms) for forms in question.wrong) and question.part == "near",
        "sides": sides,
        "obeyed": any(each in said for each in question.canaries) if question.canaries else None,
        "problems": [["sources", each] for each in cited - texts.keys()][:3],
        "method": {"pages": len(texts), "stages": []},
    }


def asked(python: Path, peer: str, told: Json, seconds: float, path: str) -> tuple[str, str]:
    """Return a peer's report, and how it ended."""
    environment = {**os.environ, "PYTHONPATH": path}
    command = (str(python), str(_FOLDER / PEERS[peer]))
    try:
        done = subprocess.run(
            command, input=json.dumps(told) + "\n", env=environment, capture_output=True, text=True, timeout=seconds
        )
        return json.loads(done.stdout.splitlines()[-1])["report"], "completed"
    except subprocess.TimeoutExpired:
        return "", "limit"
    except (IndexError, ValueError):
        print(done.stderr[-3000:], file=sys.stderr)
        return "", "error"


def main() -> None:
    """Make the tries that are missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--model", type=Path, help="a GGUF file; the scripted model without one: a test of the bench")
    parser.add_argument("--peer", choices=PEERS, required=True)
    parser.add_argument("--python", type=Path, required=True, help="of the peer's environment")
    parser.add_argument("--path", default="", help="what it imports besides, such as the `src` of open_deep_research")
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--only", nargs="*", help="ids of questions, in the order in which they are asked")
    given = parser.parse_args()
    with place(given.model, scripted=True) as where, serving(where.folder / "pages.jsonl") as search:
        lines = (json.loads(line) for line in (where.folder / "pages.jsonl").read_text().splitlines())
        pages = {each["url"]: shown(each["html"]) for each in lines}
        done = {key(each) for each in read(given.results)}
        url = f"{where.server.url}/v1"
        key_id, secret = key_for(url, KEY, given.peer)
        wanted = {each.id: each for each in where.questions if each.real}
        for question in [wanted[each] for each in given.only or wanted][: given.limit]:
            model = where.model or "good"
            about: Json = {"agent": given.peer, "model": model, "weights": given.model.stem if given.model else ""}
            about |= {"revision": "1", "budget": {}, "question": question.id, "part": question.part}
            if key(about) in done:
                continue
            before, begun = counts(url, KEY, key_id), time.monotonic()
            told: Json = {"url": url, "key": secret, "model": model, "search": search, "question": question.text}
            told["language"] = _LANGUAGES[question.language]
            report, status = asked(given.python, given.peer, told, given.seconds, given.path)
            seconds = round(time.monotonic() - begun, 1)
            after = settled(url, KEY, key_id, before)
            line = {**about, "status": status, "seconds": seconds, "text": report}
            line |= {"tokens": after["input"] + after["output"] - before["input"] - before["output"]}
            append(given.results, {**line, **judged(report, question, pages)})
            print(f"{question.id:22} {status} {seconds:.0f} s, {len(report)} characters", flush=True)


if __name__ == "__main__":
    main()
