"""Claim: no tool call is ever malformed, whatever the model.

Asks a running server for 200 prompts of the Berkeley Function-Calling Leaderboard (the data ships in the wheel
`bfcl-eval`; `pip download --no-deps bfcl-eval` gets it, and nothing of it is run), with `tool_choice` `auto` and
`required`, and checks each call that comes back: its arguments are JSON, its tool was offered, and the arguments are
valid under the tool's own schema. Prints one line of JSON; exits with 1 when a call was malformed, when a required
call did not come, or when a request failed.

    python -m bench.models.tool_calls --data bfcl_eval-2026.3.23-py3-none-any.whl --api-key KEY --model NAME
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import openai

FILES = ("simple_python", "multiple", "parallel", "live_simple")
TYPES = {"dict": "object", "float": "number", "tuple": "array", "list": "array"}
"""The leaderboard's Python names of types, and JSON Schema's."""


def questions(data: Path, count: int) -> list[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """Return (messages, tools), the same number from each file, in the files' own order."""
    share = -(-count // len(FILES))
    result: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = []
    for name in FILES:
        for line in lines(data, f"bfcl_eval/data/BFCL_v4_{name}.json")[:share]:
            entry = json.loads(line)
            result.append((entry["question"][0], [tool(function) for function in entry["function"]]))
    return result[:count]


def lines(data: Path, member: str) -> list[str]:
    """Return the lines of a file inside a wheel, or inside the directory that it was unpacked to."""
    if data.is_dir():
        return (data / member).read_text().splitlines()
    with zipfile.ZipFile(data) as wheel:
        return wheel.read(member).decode().splitlines()


def tool(function: dict[str, Any]) -> dict[str, Any]:
    """Return a function in OpenAI's shape, whose names have no dots."""
    return {
        "type": "function",
        "function": {
            "name": function["name"].replace(".", "_"),
            "description": function["description"],
            "parameters": schema(function["parameters"]),
        },
    }


def schema(value: Any) -> Any:
    """Return a parameter description as JSON Schema: types renamed, and what is not of it left out."""
    if isinstance(value, list):
        return [schema(item) for item in value]
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    for key, item in value.items():
        if key == "properties":
            result[key] = {name: schema(property_) for name, property_ in item.items()}
        elif key == "type":
            if item != "any":
                result[key] = TYPES.get(item, item)
        elif key in ("items", "required", "enum", "description", "minimum", "maximum"):
            result[key] = schema(item)
    if "properties" in result and "required" in result:
        # One entry of the set requires a property that it describes in the wrong place.
        result["required"] = [name for name in result["required"] if name in result["properties"]]
    return result


def fault(call: Any, tools: list[dict[str, Any]]) -> str:
    """Return what is wrong with a call; empty when nothing is."""
    offered = {t["function"]["name"]: t["function"]["parameters"] for t in tools}
    if call.function.name not in offered:
        return "unknown name"
    try:
        arguments = json.loads(call.function.arguments)
    except ValueError:
        return "not JSON"
    if not jsonschema.Draft202012Validator(offered[call.function.name]).is_valid(arguments):
        return "not valid"
    return ""


async def run(options: argparse.Namespace) -> dict[str, Any]:
    """Ask everything and return the figures."""
    asked = questions(options.data, options.count)
    client = openai.AsyncOpenAI(base_url=options.base_url, api_key=options.api_key, timeout=600, max_retries=0)
    gate = asyncio.Semaphore(options.concurrency)
    tally: Counter[str] = Counter()
    faults: Counter[str] = Counter()

    async def ask(choice: str, messages: list[Any], tools: list[Any]) -> None:
        async with gate:
            try:
                reply = await client.chat.completions.create(
                    model=options.model,
                    messages=messages,
                    tools=tools,
                    tool_choice=choice,
                    max_completion_tokens=options.max_tokens,
                    temperature=0,
                )
            except openai.APIError as error:
                faults[f"failed: {error.message[:120]}"] += 1
                return
        calls = reply.choices[0].message.tool_calls or []
        tally["prompt_tokens"] += reply.usage.prompt_tokens
        tally["completion_tokens"] += reply.usage.completion_tokens
        tally[f"{choice}_requests"] += 1
        tally[f"{choice}_with_calls"] += bool(calls)
        tally["cut_at_limit"] += reply.choices[0].finish_reason == "length"
        whole = calls[:-1] if reply.choices[0].finish_reason == "length" else calls
        tally["calls"] += len(whole)
        faults.update(filter(None, (fault(call, tools) for call in whole)))
        if choice == "required" and not calls:
            faults["required call missing"] += 1

    begun = time.perf_counter()
    await asyncio.gather(*(ask(choice, *question) for choice in options.choices for question in asked))
    return {
        "bench": "tool_calls", "model": options.model, "prompts": len(asked), **tally,
        "malformed": faults["not JSON"] + faults["unknown name"] + faults["not valid"],
        "faults": dict(faults), "seconds": round(time.perf_counter() - begun, 1),
    }  # fmt: skip


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="the wheel, or the directory it was unpacked to")
    parser.add_argument("--base-url", default="http://127.0.0.1:8000/v1")
    parser.add_argument("--api-key", required=True)
    parser.add_argument("--model", default="default")
    parser.add_argument("--count", type=int, default=200, help="prompts; each is asked once per choice")
    parser.add_argument("--choices", nargs="+", default=["auto", "required"], choices=["auto", "required"])
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--max-tokens", type=int, default=512)
    figures = asyncio.run(run(parser.parse_args()))
    print(json.dumps(figures))
    sys.exit(1 if figures["faults"] else 0)


if __name__ == "__main__":
    main()
