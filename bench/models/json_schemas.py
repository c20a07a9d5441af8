"""Are structured outputs always valid? Asks a running server for replies to random JSON schemas.

    python -m bench.models.json_schemas --base-url http://127.0.0.1:8000/v1 --api-key KEY --count 1000

The schemas are drawn from the supported subset, strict, small enough that a reply takes a few dozen
tokens. Every reply is checked with the `jsonschema` package, formats included where it can check
them. Prints one JSON line: how many replies were valid, invalid, cut by the output limit or refused,
the share of valid ones, the median time and output tokens of a reply, and the first failures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import string
import time
from collections.abc import Callable
from random import Random
from statistics import median
from typing import Any

import aiohttp
import jsonschema

Schema = dict[str, Any]

NAMES = (
    *("name", "age", "city", "email", "score", "tags", "id", "status", "price", "count", "title", "year"),
    *(
        "active",
        "kind",
        "color",
        "notes",
        "address",
        "items",
        "lang",
        "prénom",
        "名字",
        "first name",
        "a.b-c_d",
        "$ref_",
    ),
)
WORDS = ("red", "green", "blue", "small", "large", "new", "old", "été", "مرحبا", "北京", 'a "quote"', "back\\slash", "")
PATTERNS = (
    *("^[a-z]{2,8}$", "^[A-Z]{3}-\\d{2,4}$", "^(?:yes|no|maybe)$", "^#[0-9a-f]{6}$", "^\\w{1,8}@\\w{1,8}\\.com$"),
    *('^[^\\s"]{1,6}$', "^v\\d{1,2}(\\.\\d{1,2}){2}$", "^[\\u4e00-\\u9fff]{1,4}$", "^a\\\\b?$"),
)
FORMATS = ("date", "time", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
CHECKED_FORMATS = jsonschema.FormatChecker(("date", "email", "ipv4", "ipv6", "uuid"))
"""Formats that the package checks by the letter of the standard without further packages."""


def random_schema(rng: Random, recursive: float = 0.0) -> Schema:
    """Return a strict schema: an object with a few properties of every supported kind.

    `recursive` is the share that contains itself. Such a schema lets a small model repeat itself until
    the output limit, which says something about the model and nothing about the constraint.
    """
    schema = _object(rng, depth=2)
    if rng.random() < recursive:
        link = {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/link"}]}
        schema["$defs"] = {"link": _closed({"value": _scalar(rng), "next": link})}
    elif rng.random() < 0.15:
        link = {"$ref": "#/$defs/link"}
        schema["$defs"] = {"link": _closed({"value": _scalar(rng), "unit": _choice(rng)})}
    else:
        return schema
    schema["properties"]["next"] = link
    schema["required"].append("next")
    return schema


def _any(rng: Random, depth: int) -> Schema:
    kinds: list[Callable[[], Schema]] = [lambda: _scalar(rng)] * 4
    if depth:
        kinds += [
            lambda: _object(rng, depth - 1),
            lambda: _array(rng, depth - 1),
            lambda: {"anyOf": [_any(rng, depth - 1), {"type": "null"}]},
            lambda: {"oneOf": [{"type": "boolean"}, _string(rng)]},
            lambda: {"allOf": [{"type": "number", "minimum": 0}, {"maximum": rng.randint(1, 50)}]},
        ]
    return rng.choice(kinds)()


def _closed(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def _object(rng: Random, depth: int) -> Schema:
    return _closed({name: _any(rng, depth) for name in rng.sample(NAMES, rng.randint(1, 3))})


def _array(rng: Random, depth: int) -> Schema:
    low = rng.randint(0, 2)
    schema: Schema = {"type": "array", "items": _any(rng, 0), "minItems": low, "maxItems": low + rng.randint(0, 2)}
    if rng.random() < 0.2:
        schema["prefixItems"] = [_scalar(rng)]
    return schema


def _scalar(rng: Random) -> Schema:
    return rng.choice((_string, _string, _number, _choice))(rng)


def _string(rng: Random) -> Schema:
    kind = rng.random()
    if kind < 0.4:
        low = rng.randint(0, 5)
        return {"type": "string", "minLength": low, "maxLength": low + rng.randint(0, 20)}
    if kind < 0.7:
        return {"type": "string", "pattern": rng.choice(PATTERNS)}
    return {"type": "string", "format": rng.choice(FORMATS)}


def _number(rng: Random) -> Schema:
    low = rng.choice((-1000, -10, -0.5, 0, 0.25, 1, 99))
    high = low + rng.choice((0.5, 1, 7, 100, 12345))
    kind = rng.choice(("integer", "number"))
    if kind == "integer" and rng.random() < 0.2:
        return {"type": kind, "multipleOf": rng.choice((2, 5, 7, 25)), "minimum": 0, "maximum": 500}
    if kind == "integer":
        low, high = int(low), int(high) + 1
    lower = rng.choice(("minimum", "exclusiveMinimum"))
    return {"type": kind, lower: low, "maximum": high}


def _choice(rng: Random) -> Schema:
    values = rng.sample((*WORDS, 0, -3, 2.5, True, None), rng.randint(1, 5))
    if rng.random() < 0.2:
        return {"const": values[0]}
    return rng.choice(({"enum": values}, {"type": ["boolean", "null"]}))


def verdict(schema: Schema, text: str, finish_reason: str) -> str:
    """Return `valid`, `cut` or what is wrong with the reply."""
    if finish_reason == "length":
        return "cut"
    try:
        value = json.loads(text)
        jsonschema.Draft202012Validator(schema, format_checker=CHECKED_FORMATS).validate(value)
    except (ValueError, jsonschema.ValidationError) as error:
        return f"invalid: {str(error).splitlines()[0]}"
    return "valid"


async def ask(session: aiohttp.ClientSession, args: argparse.Namespace, number: int) -> dict[str, Any]:
    """Send one schema and judge the reply."""
    schema = random_schema(Random(args.seed * 1_000_003 + number), args.recursive)
    topic = "".join(Random(number).choices(string.ascii_lowercase, k=5))
    body = {
        "model": args.model,
        "messages": [
            {"role": "system", "content": "You answer with one JSON object."},
            {"role": "user", "content": f"Invent a record about {topic}. Fields: {', '.join(schema['properties'])}."},
        ],
        "max_completion_tokens": args.max_tokens,
        "seed": number,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "record", "strict": True, "schema": schema},
        },
    }
    started = time.perf_counter()
    async with session.post(f"{args.base_url}/chat/completions", json=body) as reply:
        answer = await reply.json()
        if reply.status != 200:
            found = f"refused: {reply.status} {json.dumps(answer)[:300]}"
            return {"verdict": found, "schema": schema, "text": "", "seconds": 0.0, "tokens": 0}
    choice = answer["choices"][0]
    text = choice["message"]["content"] or ""
    return {
        "verdict": verdict(schema, text, choice["finish_reason"]),
        "schema": schema,
        "text": text,
        "seconds": time.perf_counter() - started,
        "tokens": answer["usage"]["completion_tokens"],
    }


async def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Ask for all schemas, some at a time, and sum up."""
    gate = asyncio.Semaphore(args.concurrency)
    headers = {"Authorization": f"Bearer {args.api_key}"}
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=600)) as session:

        async def one(number: int) -> dict[str, Any]:
            async with gate:
                return await ask(session, args, number)

        results = await asyncio.gather(*(one(number) for number in range(args.count)))
    return summary(results)


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Count the verdicts."""
    kinds = [str(result["verdict"]).partition(":")[0] for result in results]
    answered = [result for result in results if not result["verdict"].startswith("refused")]
    failures = [result for result in results if result["verdict"].startswith(("invalid", "refused"))]
    return {
        "bench": "json_schemas",
        "count": len(results),
        **{kind: kinds.count(kind) for kind in ("valid", "invalid", "cut", "refused")},
        "valid_share": round(kinds.count("valid") / max(1, len(results)), 4),
        "seconds_median": round(median([r["seconds"] for r in answered] or [0.0]), 3),
        "tokens_median": median([r["tokens"] for r in answered] or [0]),
        "failures": failures[:5],
    }


def main() -> None:
    """Read the options, measure, print one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url", default="http://127.0.0.1:8000/v1")
    parser.add_argument("--api-key", required=True)
    parser.add_argument("--model", default="default")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--max-tokens", type=int, default=400)
    parser.add_argument("--recursive", type=float, default=0.0, help="share of schemas that contain themselves")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.base_url = args.base_url.rstrip("/")
    print(json.dumps(asyncio.run(measure(args)), ensure_ascii=False))


if __name__ == "__main__":
    main()
