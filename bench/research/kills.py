"""Claim: a research survives `kill -9` at any moment: the report comes, no page is kept twice, no word is lost.

    python -m bench.research.kills --kills 50

Each time, two researches are under way when the server is killed; it starts again on the same data, and they are
awaited. What was seen of a response before the kill must be the beginning of what it is in the end; the report is
judged as any other; and a page that is kept in two files was fetched twice.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from itertools import cycle
from typing import Any

import httpx

from bench.faults._kills import options_of, report
from bench.research.questions import Question
from bench.research.run import Place, ask, judged, place, text_of, wait

Json = dict[str, Any]


def seen(client: httpx.Client, response: Json) -> list[str]:
    """Return the items of a response that are done now."""
    now = client.get(f"/v1/responses/{response['id']}").raise_for_status().json()
    return [json.dumps(each, sort_keys=True) for each in now["output"] if each.get("status") == "completed"]


def problems(client: httpx.Client, response: Json, before: list[str], question: Question) -> Counter[str]:
    """Compare what has come out with what was there, and with what must hold of each report."""
    found = Counter[str]()
    found["not completed"] = response["status"] != "completed"
    items = [json.dumps(each, sort_keys=True) for each in response["output"]]
    found["words lost"] = sum(each not in items for each in before)
    found["words doubled"] = sum(count > 1 for count in Counter(items).values())
    found["no report"] = not text_of(response)
    line = judged(client, response, question)
    found["broken"], found["wrong"] = len(line["problems"]), not line["right"]
    sources = client.get(f"/earthshine/v1/research/{response['id']}").json()["sources"]
    urls = Counter(each["url"] for each in sources if each["url"])
    found["read twice"] = sum(count > 1 for count in urls.values())
    return +found


def fetched_twice(client: httpx.Client) -> int:
    """Return how many pages are kept in more than one file."""
    names = Counter[str]()
    after = ""
    while True:
        page = client.get("/v1/files", params={"limit": 1000, **({"after": after} if after else {})}).json()
        names.update(each["filename"] for each in page["data"])
        if not page["has_more"]:
            return sum(count > 1 for count in names.values())
        after = page["last_id"]


def main() -> int:
    """Kill, print what came of it, and judge."""
    options = options_of(__doc__).parse_args()
    rng, count, seconds = random.Random(options.seed), Counter[str](), list[float]()
    with place() as where, where.client() as client:
        asked = cycle([each for each in where.questions if each.part in ("plain", "copies", "outdated")])
        begun = time.monotonic()
        first = next(asked)
        whole = wait(client, ask(client, "good", first, {}))
        span = time.monotonic() - begun
        assert not (bad := problems(client, whole, [], first)), bad
        for _ in range(options.kills):
            count += _one(where, [next(asked), next(asked)], rng.uniform(0, span), seconds)
    report("research kills", options, Counter({"researches": 2 * options.kills}) + count, seconds)
    return int(bool(count))


def _one(where: Place, questions: list[Question], after: float, seconds: list[float]) -> Counter[str]:
    with where.client() as client:
        begun = [ask(client, "good", each, {}) for each in questions]
        time.sleep(after)
        before = [seen(client, each) for each in begun]
    where.server.kill()
    where.server.start()
    back = time.monotonic()
    found = Counter[str]()
    with where.client() as client:
        for response, items, question in zip(begun, before, questions, strict=True):
            found += problems(client, wait(client, response), items, question)
        seconds.append(time.monotonic() - back)
        found["fetched twice"] += fetched_twice(client)
    if +found:
        print([each["id"] for each in begun], dict(+found), file=sys.stderr)
    return +found


if __name__ == "__main__":
    sys.exit(main())
