"""Our own words in a prompt are few, counted by a real tokenizer."""

from __future__ import annotations

from typing import Any

import pytest
from openai import OpenAI

from earthshine.agents.program import prompts
from earthshine.agents.program.actions import CODE, Action
from earthshine.agents.program.plan import lines
from earthshine.agents.program.plan.lines import MOST_TARGET, Line
from earthshine.agents.program.state import State
from earthshine.engines.requests import ChatRequest

pytestmark = pytest.mark.model

MOST = 600
"""Tokens of ours in a step: all but the task, the results, the files and what functions are said to do."""


def tools() -> list[Any]:
    names = (CODE, "shell", "get_weather", "send_mail", "find_orders")
    return [{"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in names]


def state() -> State:
    plan = lines.begun([Line("code", "x" * 2), *[Line("get_weather", "the weather of a city")] * 5, Line("answer")])
    return State(
        "Task.", plan=plan, listing="-- not installed: numpy pandas requests bs4 openpyxl\n== a.txt (1 bytes, sum 1)"
    )


def requests() -> dict[str, ChatRequest]:
    base, now = ChatRequest([]), state()
    failed = Action(CODE, "print(x)", "NameError", ok=False)
    code = Line("code", "add")
    return {
        "plan": prompts.plan_request(base, now, tools()),
        "rest": prompts.plan_request(base, now, tools(), rest=True),
        "code": prompts.code_request(base, now, code, failed=None, heat=0, like="print(1)"),
        "correction": prompts.code_request(base, now, code, failed=failed, heat=0),
        "draft": prompts.draft_request(base, now, tools()),
        "call": prompts.call_request(base, now, tools(), draft="The city.", failed=None, heat=0),
        "answer": prompts.answer_request(base, now, failed=""),
        "cannot": prompts.answer_request(base, now, failed="A step failed again and again."),
    }


@pytest.mark.parametrize("wish", requests())
def test_a_prompt_of_ours_is_short(client: OpenAI, wish: str) -> None:
    request = requests()[wish]
    given: Any = [{"role": each["role"], "content": each["content"]} for each in request.messages]
    assert client.responses.input_tokens.count(model="default", input=given).input_tokens <= MOST


def test_results_do_not_make_a_prompt_longer_and_longer() -> None:
    base, now = ChatRequest([]), state()
    for _ in range(50):
        now.done.append((Line("code", "x" * MOST_TARGET), Action(CODE, "x", "a result " * 1000, ok=True)))
    asked = prompts.code_request(base, now, Line("code", "add"), failed=None, heat=0)
    assert len(asked.messages[-1]["content"]) < 6000
