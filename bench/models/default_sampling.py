"""Claim: with its card's sampling the embedded model goes round in circles less often than with its maker's.

Asks a running server twenty questions that people try first, some times each, with the card's sampling and with what
is given in `--other`. Prints for each how many replies ended by themselves within 500 tokens, how many went round in
circles, and their mean length; exits with 1 when the card's loops more often.

    python -m bench.models.default_sampling --api-key KEY --times 3
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from statistics import mean
from typing import Any

import openai

QUESTIONS = (
    "What is the capital of France?",
    "Hello!",
    "Write a haiku about the sea.",
    "Tell me a joke.",
    "What can you do?",
    "Explain photosynthesis in two sentences.",
    "List three fruits.",
    "Who wrote Romeo and Juliet?",
    "How do I boil an egg?",
    "What is 2+2?",
    "Write a short poem about autumn.",
    "Quelle est la capitale de la France ?",
    "What is Python?",
    "Give me a recipe for pancakes.",
    "Summarize the plot of Cinderella.",
    "Hi, who are you?",
    "Write a Python function that adds two numbers.",
    "Translate 'good morning' to French.",
    "What is the tallest mountain?",
    "Why is the sky blue?",
)
MOST = 500
"""Tokens of a reply."""


def circles(text: str) -> bool:
    """Say whether a text repeats a passage three times in a row, or is long and says few words over and over."""
    words = text.split()
    few = len(text) > 400 and len(set(words)) < 0.3 * len(words)
    return few or re.search(r"(.{12,}?)\1{2,}", text, re.DOTALL) is not None


async def measure(client: openai.AsyncOpenAI, model: str, times: int, sampling: dict[str, Any]) -> dict[str, float]:
    """Ask everything with one sampling, four questions at a time."""
    turns = asyncio.Semaphore(4)

    async def ask(question: str) -> tuple[bool, bool, int]:
        async with turns:
            reply = await client.chat.completions.create(
                model=model, messages=[{"role": "user", "content": question}], max_tokens=MOST, extra_body=sampling
            )
        choice, usage = reply.choices[0], reply.usage
        assert usage is not None
        return choice.finish_reason == "stop", circles(choice.message.content or ""), usage.completion_tokens

    replies = await asyncio.gather(*(ask(question) for question in QUESTIONS for _ in range(times)))
    ended, looped, lengths = zip(*replies, strict=True)
    return {"replies": len(replies), "ended": mean(ended), "circles": mean(looped), "tokens": mean(lengths)}


async def main() -> int:
    """Measure both, print a line of JSON for each; return 1 when the card's own is the worse."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url", default="http://127.0.0.1:8000/v1")
    parser.add_argument("--api-key", required=True)
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--other", type=json.loads, default={"temperature": 0.2, "top_p": 0.9, "frequency_penalty": 0})
    given = parser.parse_args()
    client = openai.AsyncOpenAI(base_url=given.base_url, api_key=given.api_key)
    found: list[dict[str, float]] = []
    for sampling in ({}, given.other):
        found.append(await measure(client, given.model, given.times, sampling))
        print(json.dumps({"sampling": sampling or "the card's", **found[-1]}))
    return int(found[0]["circles"] > found[1]["circles"])


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
