"""One question to gpt-researcher, with its settings as they are but for model and search.

Its embeddings are those of our scripted engine, which know words alone: it chooses by them when pages are long.

Runs in an environment of its own; told by one line of JSON, prints one.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import redirect_stdout


class _Words:
    """In the place of a vocabulary: a token for every four characters."""

    def encode(self, text: str, **_: object) -> list[str]:
        return [text[place : place + 4] for place in range(0, len(text), 4)]

    def decode(self, tokens: list[str]) -> str:
        return "".join(tokens)


def main() -> None:
    """Ask, and print the report."""
    told = json.loads(sys.stdin.readline())
    os.environ |= {
        "OPENAI_BASE_URL": told["url"],
        "OPENAI_API_KEY": told["key"],
        "RETRIEVER": "custom",
        "RETRIEVER_ENDPOINT": told["search"],
        "CURATE_SOURCES": "false",
        "REPORT_FORMAT": "markdown",
        "LANGUAGE": told["language"],
        **dict.fromkeys(("FAST_LLM", "SMART_LLM", "STRATEGIC_LLM"), f"openai:{told['model']}"),
        "EMBEDDING": "custom:scripted",
        **dict.fromkeys(("FAST_TOKEN_LIMIT", "SMART_TOKEN_LIMIT", "STRATEGIC_TOKEN_LIMIT"), "1200"),
    }
    with redirect_stdout(sys.stderr):
        import tiktoken

        # It counts costs with a vocabulary that it would fetch from the internet; here our server counts.
        tiktoken.get_encoding = tiktoken.encoding_for_model = lambda *_: _Words()
        from gpt_researcher import GPTResearcher

        async def research() -> str:
            researcher = GPTResearcher(query=told["question"], report_type="research_report")
            await researcher.conduct_research()
            return await researcher.write_report()

        report = asyncio.run(research())
    print(json.dumps({"report": report}), flush=True)


if __name__ == "__main__":
    main()
