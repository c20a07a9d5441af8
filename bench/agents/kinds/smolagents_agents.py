"""smolagents' two agents (Apache-2.0), as its pages show them: with our tools, and Python where the folder is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import smolagents
from smolagents import CodeAgent, OpenAIServerModel, ToolCallingAgent
from smolagents import Tool as PeerTool

from bench.agents.kinds.job import Job, Reporter, Tool, Tools

_TYPES = {"string", "boolean", "integer", "number", "array", "object"}


class _Bound(PeerTool):  # type: ignore[misc]
    skip_forward_signature_validation = True
    name, description, inputs, output_type = "bound", "", {}, "string"

    def __init__(self, tool: Tool, tools: Tools) -> None:
        self.name, self.description = tool.name, tool.description
        needed = tool.parameters.get("required", ())
        self.inputs = {
            name: {
                "type": about.get("type") if about.get("type") in _TYPES else "any",
                "description": about.get("description") or name,
                **({} if name in needed else {"nullable": True}),
            }
            for name, about in tool.parameters.get("properties", {}).items()
        }
        self._tools = tools
        super().__init__()

    def forward(self, *given: Any, **arguments: Any) -> str:
        arguments |= dict(zip(self.inputs, given, strict=False))
        return self._tools.call(self.name, arguments)[1]


def work(job: Job, folder: Path, reporter: Reporter) -> None:
    """Do a job."""
    tools = Tools(job, reporter)
    model = OpenAIServerModel(
        model_id=job.model, api_base=job.url, api_key=job.key, seed=job.seed, client_kwargs={"max_retries": 0}
    )
    bound: Any = [_Bound(each, tools) for each in tools.all]
    common: Any = {"model": model, "max_steps": job.steps, "verbosity_level": smolagents.LogLevel.OFF}
    if job.agent == "smolagents-code":
        opening: Any = {"additional_functions": {"open": open}}
        agent: Any = CodeAgent(bound, **common, additional_authorized_imports=["*"], executor_kwargs=opening)
    else:
        agent = ToolCallingAgent(bound, **common)
    seen, said = 0, ""
    for turn in job.turns:
        said = str(agent.run(turn, reset=False))
        for step in agent.memory.steps[seen:]:
            _report(step, reporter, code=job.agent == "smolagents-code")
        seen = len(agent.memory.steps)
        tools.end_turn()
    limit = any("max steps" in str(getattr(step, "error", "")).lower() for step in agent.memory.steps[-2:])
    reporter.answer(said, "limit" if limit else "answer")


def _report(step: Any, reporter: Reporter, *, code: bool) -> None:
    """Report what the tools did not see: code that was run, and what could not be read as a call."""
    error = getattr(step, "error", None)
    kind = type(error).__name__
    if kind in ("AgentParsingError", "AgentToolCallError"):
        reporter.call("(unreadable)", str(getattr(step, "model_output", ""))[:1000], str(error), valid=False, ran=False)
    elif code and (action := getattr(step, "code_action", None)):
        reporter.call("code", action, str(getattr(step, "observations", "")), valid=True, ran=error is None)
