"""One question to LangChain's open_deep_research, with its settings as they are but for model, search and limits.

Runs in an environment of its own, with the project's `src` on its path; told by one line of JSON, prints one.
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
    os.environ |= {"OPENAI_BASE_URL": told["url"], "OPENAI_API_KEY": told["key"], "TAVILY_API_KEY": "none"}
    with redirect_stdout(sys.stderr):
        import tavily
        from open_deep_research import utils
        from open_deep_research.deep_researcher import deep_researcher

        # Its client has the address as an argument only.
        utils.AsyncTavilyClient = lambda api_key: tavily.AsyncTavilyClient(api_key, api_base_url=told["search"])
        roles = ("summarization_model", "research_model", "compression_model", "final_report_model")
        settings = dict.fromkeys(roles, f"openai:{told['model']}")
        settings |= {f"{role}_max_tokens": 1200 for role in roles}
        settings |= {"search_api": "tavily", "allow_clarification": False, "max_concurrent_research_units": 1}
        settings |= {"max_researcher_iterations": 3, "max_react_tool_calls": 4, "max_content_length": 6000}
        asked = {"messages": [{"role": "user", "content": told["question"]}]}
        done = asyncio.run(deep_researcher.ainvoke(asked, {"configurable": settings, "recursion_limit": 100}))
    print(json.dumps({"report": done.get("final_report") or ""}), flush=True)


if __name__ == "__main__":
    main()
