"""One question to gpt-researcher, with its settings as they are but for model, search and no embeddings.

Runs in an environment of its own; told by one line of JSON, prints one.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import redirect_stdout


def main() -> None:
    """Ask, and print the report."""
    told = json.loads(sys.stdin.readline())
    os.environ |= {
        "OPENAI_BASE_URL": told["url"],
        "OPENAI_API_KEY": told["key"],
        "RETRIEVER": "custom",
        "RETRIEVER_ENDPOINT": told["search"],
        "CONTEXT_FILTER": "off",
        "CURATE_SOURCES": "false",
        "REPORT_FORMAT": "markdown",
        "LANGUAGE": told["language"],
        **dict.fromkeys(("FAST_LLM", "SMART_LLM", "STRATEGIC_LLM"), f"openai:{told['model']}"),
        "EMBEDDING": "openai:none",
        **dict.fromkeys(("FAST_TOKEN_LIMIT", "SMART_TOKEN_LIMIT", "STRATEGIC_TOKEN_LIMIT"), "1200"),
    }
    with redirect_stdout(sys.stderr):
        from gpt_researcher import GPTResearcher

        async def research() -> str:
            researcher = GPTResearcher(query=told["question"], report_type="research_report")
            await researcher.conduct_research()
            return await researcher.write_report()

        report = asyncio.run(research())
    print(json.dumps({"report": report}), flush=True)


if __name__ == "__main__":
    main()
