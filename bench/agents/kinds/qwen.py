"""Qwen-Agent's assistant (Apache-2.0), with our tools."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from bench.agents.kinds.job import Job, Reporter, Tool, Tools


def work(job: Job, folder: Path, reporter: Reporter) -> None:
    """Do a job."""
    os.environ["QWEN_AGENT_MAX_LLM_CALL_PER_RUN"] = str(job.steps)
    os.environ["QWEN_AGENT_DEFAULT_WORKSPACE"] = "/var/tmp/qwen"
    import json5
    from qwen_agent.agents import Assistant
    from qwen_agent.tools.base import BaseTool

    tools = Tools(job, reporter)

    class Bound(BaseTool):  # type: ignore[misc]
        name, description, parameters = "bound", "", {"type": "object", "properties": {}, "required": []}

        def __init__(self, tool: Tool) -> None:
            self.name, self.description = tool.name, tool.description
            # It takes schemas of these three words, and no others.
            plain = {"type": "object", "properties": {}, "required": []}
            self.parameters = {name: tool.parameters.get(name, default) for name, default in plain.items()}
            super().__init__()

        def call(self, params: Any, **_: Any) -> str:
            try:
                arguments = json5.loads(params) if isinstance(params, str) else params
            except ValueError as error:
                reporter.call(self.name, params, str(error), valid=False, ran=False)
                return f"Error: the arguments are no JSON: {error}"
            return tools.call(self.name, arguments)[1]

    options = {"seed": job.seed, "max_retries": 0}
    llm = {"model": job.model, "model_server": job.url, "api_key": job.key, "generate_cfg": options}
    agent = Assistant(llm=llm, function_list=[Bound(each) for each in tools.all])
    messages: list[Any] = []
    for turn in job.turns:
        messages.append({"role": "user", "content": turn})
        messages.extend(agent.run_nonstream(messages=messages))
        tools.end_turn()
    said = next((each.get("content") for each in reversed(messages) if each.get("role") == "assistant"), "")
    reporter.answer(said if isinstance(said, str) else str(said))
