"""What the adapter sends to an upstream."""

from __future__ import annotations

from typing import Any

import pytest

from earthshine.engines.requests import OutputFormat, Sampling, ToolChoice
from earthshine.errors import (
    UnsupportedParameter,
)
from tests.engines.openai_compatible.upstream import (
    ASK,
    DONE,
    HELLO,
    Upstream,
    chat,
    fails,
    streams,
)

TOOLS = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in ("f", "g")]


async def test_the_whole_request_is_said(upstream: Upstream) -> None:
    upstream.handler = streams(*HELLO, DONE)
    sampling = Sampling(0.5, 0.9, 40, 0.1, 0.2, 0.3, 7, {5: -100}, ("END",), 99)
    await chat(
        upstream,
        tools=TOOLS,
        tool_choice=ToolChoice("required", ("g",)),
        parallel_tool_calls=False,
        output=OutputFormat("json_schema", {"type": "object"}, "answer"),
        reasoning_effort="low",
        sampling=sampling,
        extra={"thinking": {"type": "disabled"}, "stream": False},
    )
    body = upstream.bodies[0]
    assert body["stream"] is True
    expected = {
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.1,
        "presence_penalty": 0.2,
        "frequency_penalty": 0.3,
        "seed": 7,
        "logit_bias": {"5": -100},
        "stop": ["END"],
        "max_tokens": 99,
        "tools": [TOOLS[1]],
        "tool_choice": {"type": "function", "function": {"name": "g"}},
        "parallel_tool_calls": False,
        "reasoning_effort": "low",
        "thinking": {"type": "disabled"},
    }
    assert {name: body[name] for name in expected} == expected
    assert body["response_format"]["json_schema"] == {"name": "answer", "schema": {"type": "object"}, "strict": True}


@pytest.mark.parametrize(
    ("continues", "message", "fields"),
    [
        ("prefill", {}, {}),
        ("vllm", {}, {"continue_final_message": True, "add_generation_prompt": False}),
        ("prefix", {"prefix": True}, {}),
        ("partial", {"partial": True}, {}),
    ],
)
async def test_going_on_in_each_vendors_way(
    upstream: Upstream, continues: str, message: dict[str, Any], fields: dict[str, Any]
) -> None:
    upstream.handler = streams(*HELLO, DONE)
    await chat(upstream, {"continues": continues}, prefill="Sure: ", written="<think>hm</think>Once")
    expected = {"role": "assistant", "content": "Sure: Once", "reasoning_content": "hm", **message}
    assert upstream.bodies[0]["messages"] == [*ASK, expected]
    assert {name: upstream.bodies[0][name] for name in fields} == fields


async def test_developers_are_called_by_their_old_name(upstream: Upstream) -> None:
    upstream.handler = streams(*HELLO, DONE)
    await chat(upstream, messages=[{"role": "developer", "content": "be kind"}, *ASK])
    assert upstream.bodies[0]["messages"] == [{"role": "system", "content": "be kind"}, *ASK]


async def test_what_cannot_be_gone_on_with_says_so(upstream: Upstream) -> None:
    await fails(upstream, UnsupportedParameter, prefill="Sure")
    await fails(upstream, UnsupportedParameter, adapters={"a": 1.0})
    await fails(upstream, UnsupportedParameter, options={"continues": "prefill"}, written="text<tool_call>f\n{")
    assert upstream.bodies == []


async def test_thinking_that_was_cut_is_thought_again(upstream: Upstream) -> None:
    upstream.handler = streams(*HELLO, DONE)
    await chat(upstream, {"continues": "prefill"}, written="<think>half")
    await chat(upstream, {"continues": "prefill"}, written="<think>a</think>On<think>ce</think>ce<think>ha")
    assert upstream.bodies[0]["messages"] == ASK
    assert upstream.bodies[1]["messages"][-1] == {"role": "assistant", "content": "Once", "reasoning_content": "ace"}
