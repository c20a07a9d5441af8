# /// script
# requires-python = ">=3.11"
# dependencies = ["mini-swe-agent==2.4.6"]
# [tool.earthshine]
# client = "mini-SWE-agent"
# kind = "tool"
# api = "chat"
# ///
"""mini-SWE-agent over LiteLLM: `openai/MODEL` with an api_base."""

from __future__ import annotations

import os

os.environ["MSWEA_SILENT_STARTUP"] = "1"
os.environ["MSWEA_COST_TRACKING"] = "ignore_errors"

from _check import BASE, KEY, MODEL, WORK, absent, check, file_made, told
from minisweagent.agents.default import DefaultAgent
from minisweagent.environments.local import LocalEnvironment
from minisweagent.models.litellm_model import LitellmModel

HERE = {"api_base": BASE, "api_key": KEY}
model = LitellmModel(model_name=f"openai/{MODEL}", model_kwargs=HERE, cost_tracking="ignore_errors")


@check("tools")
def tools() -> None:
    command = "echo moon > made.txt; echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"
    agent = DefaultAgent(
        model,
        LocalEnvironment(cwd=str(WORK)),
        system_template="You run commands.",
        instance_template="{{task}}",
        step_limit=3,
        cost_limit=0,
    )
    agent.run(told("bash", f"Run this command: {command}", command=command))
    file_made()


absent("plain", "each of its steps calls a tool")
absent("stream", "it has none")
absent("structured", "it has none")
