"""The bare model: one chat, with the task's files in the prompt; what it writes as a named block becomes a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from openai import OpenAI

from bench.agents.kinds.job import Job, Reporter, Tools
from bench.agents.task import gathered

_MOST = 6000
"""Characters of files in the prompt."""
_HOW = "\n\nTo write a file, answer with a block that begins with ```NAME-OF-THE-FILE and ends with ```."
_BLOCK = re.compile(r"```(?:\w+ +)?([\w.-]+(?:/[\w.-]+)*\.\w+) *\n(.*?)```", re.DOTALL)


def work(job: Job, folder: Path, reporter: Reporter) -> None:
    """Do a job."""
    tools = Tools(job, reporter)
    pasted = "".join(
        f"\n\n{name}:\n```\n{data.decode(errors='replace')}\n```" for name, data in gathered(folder).items()
    )[:_MOST]
    messages: list[Any] = []
    with OpenAI(base_url=job.url, api_key=job.key, timeout=job.seconds, max_retries=0) as client:
        for said in job.turns:
            messages.append({"role": "user", "content": said if messages else said + pasted + _HOW})
            reply: Any = client.chat.completions.create(
                model=job.model, messages=messages, seed=job.seed, max_completion_tokens=1500
            )
            text = reply.choices[0].message.content or ""
            messages.append({"role": "assistant", "content": text})
            for name, content in _BLOCK.findall(text):
                path = (folder / name).resolve()
                if path.is_relative_to(folder.resolve()):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(content)
            tools.end_turn()
        reporter.answer(text)
