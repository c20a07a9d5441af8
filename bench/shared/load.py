"""Streamed chats with one long system prompt, against any OpenAI-compatible server."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass

import aiohttp
import orjson

_RULES = (
    "The billing desk keeps each invoice with its customer, its currency and its due date.",
    "A refund above one hundred euros is approved by a second person.",
    "Replies are polite, name the document they rest on, and never guess a number.",
    "The desk is open from nine to six on weekdays and from ten to two on Saturdays.",
    "A parcel that is more than five days late may be sent again at no cost.",
    "Personal data is masked before a message leaves the company.",
)
_TOPICS = (
    "rivers",
    "bread",
    "chess",
    "volcanoes",
    "trains",
    "bees",
    "glass",
    "maps",
    "paper",
    "salt",
    "clocks",
    "tides",
)


@dataclass(frozen=True, slots=True)
class Target:
    """One server and the model's name there."""

    name: str
    url: str
    model: str
    key: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request measured."""

    tokens: int
    prompt_tokens: int
    cached_tokens: int
    first: float
    """Seconds to the first piece of text."""


def system_prompt(rules: int) -> str:
    """Return about 18 tokens for each rule."""
    return " ".join(f"Rule {number + 1}: {_RULES[number % len(_RULES)]}" for number in range(rules))


def user_prompt(seed: str) -> str:
    rng = random.Random(seed)
    one, other = rng.sample(_TOPICS, 2)
    return f"Question {seed}: write a text about {one} and {other}, with {rng.randint(3, 99)} facts."


async def chat(
    http: aiohttp.ClientSession, target: Target, system: str, user: str, tokens: int, forbidden: tuple[int, ...]
) -> Reply:
    """Send one chat of exactly `tokens` tokens: those that would end it are `forbidden`."""
    body = {
        "model": target.model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
        "max_tokens": tokens,
        "temperature": 0,
        "logit_bias": {str(token): -100 for token in forbidden},
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    begun = time.perf_counter()
    first = 0.0
    usage: dict[str, int | dict[str, int]] = {}
    headers = {"Authorization": f"Bearer {target.key}"}
    async with http.post(f"{target.url}/v1/chat/completions", json=body, headers=headers) as reply:
        if reply.status != 200:
            raise SystemExit(f"{target.name}: {reply.status} {await reply.text()}")
        async for line in reply.content:
            if not line.startswith(b"data: {"):
                continue
            event = orjson.loads(line[6:])
            if event.get("usage"):
                usage = event["usage"]
            if not first and any(choice["delta"].get("content") for choice in event.get("choices", ())):
                first = time.perf_counter() - begun
    details = usage.get("prompt_tokens_details") or {}
    assert isinstance(details, dict)
    return Reply(int(usage["completion_tokens"]), int(usage["prompt_tokens"]), details.get("cached_tokens", 0), first)


async def crowd(
    target: Target, clients: int, requests: int, system: str, tokens: int, forbidden: tuple[int, ...], seed: str
) -> tuple[float, list[Reply]]:
    """Let `clients` send `requests` one after the other; return seconds and replies."""
    numbers = iter(range(requests))
    replies: list[Reply] = []
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, force_close=True), timeout=timeout
    ) as http:

        async def client() -> None:
            for number in numbers:
                replies.append(await chat(http, target, system, user_prompt(f"{seed}-{number}"), tokens, forbidden))

        begun = time.perf_counter()
        await asyncio.gather(*(client() for _ in range(clients)))
        return time.perf_counter() - begun, replies
