"""Claim: the second question about a document that fits the context costs its own words, not the document again.

A file is sent with a question, and another question follows, as a chat asks it; then the same with a search demanded by
each turn. Prints for each question the tokens of the prompt, those that the prefix cache had, and the seconds to the
first token.

    python -m bench.library.second_question --weights .cache/models/smollm2-135m.gguf
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from openai import OpenAI

from bench.shared.server import KEY, Server, install

_SENTENCES = 120


def document() -> str:
    """Return a text of some thousand tokens."""
    lines = [f"House {n} of the street was built in {1800 + n} and has {n % 7 + 2} windows." for n in range(_SENTENCES)]
    return "# The street\n\n" + " ".join(lines)


def ask(client: OpenAI, model: str, question: list[Any], **more: Any) -> tuple[str, dict[str, Any]]:
    """Ask; returns the response's id, and what it took."""
    begun, first, final = time.monotonic(), None, None
    stream = client.responses.create(
        model=model, input=question, stream=True, temperature=0, max_output_tokens=24, **more
    )
    for event in stream:
        if event.type == "response.output_text.delta" and first is None:
            first = time.monotonic() - begun
        final = event
    usage: Any = final.response.usage  # type: ignore[union-attr]
    cached = usage.input_tokens_details.cached_tokens
    took = {"input_tokens": usage.input_tokens, "cached_tokens": cached, "read": usage.input_tokens - cached}
    return final.response.id, {**took, "first_token_seconds": round(first or 0, 2)}  # type: ignore[union-attr]


def said(text: str, file_id: str = "") -> list[Any]:
    """Return what a person says, with a file."""
    file = [{"type": "input_file", "file_id": file_id}] if file_id else []
    return [{"role": "user", "content": [*file, {"type": "input_text", "text": text}]}]


def main() -> None:
    """Measure, and print a line for each question."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True, help="a GGUF file of a chat model")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        model = install(data, options.weights)
        with Server(data, slots=1, context=8192) as server:
            client = OpenAI(base_url=f"{server.url}/v1", api_key=KEY, timeout=1800)
            ask(client, model, said("Hello."))
            file = client.files.create(file=("street.md", document().encode()), purpose="user_data").id
            first, took = ask(client, model, said("When was house 70 built?", file))
            print(json.dumps({"question": "first", **took}), flush=True)
            second, took = ask(client, model, said("And house 71?"), previous_response_id=first)
            print(json.dumps({"question": "second", **took}), flush=True)
            _, took = ask(client, model, said("How many windows has it?"), previous_response_id=second)
            print(json.dumps({"question": "third", **took}), flush=True)


if __name__ == "__main__":
    main()
