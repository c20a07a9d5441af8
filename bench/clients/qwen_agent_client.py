# /// script
# requires-python = ">=3.11"
# dependencies = ["qwen-agent==0.0.34", "numpy", "soundfile", "python-dateutil", "tqdm", "regex"]
# [tool.earthshine]
# client = "Qwen-Agent"
# api = "chat"
# ///
"""Qwen-Agent: model_server is the base address."""

from __future__ import annotations

from _check import ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, absent, check
from qwen_agent.agents import FnCallAgent
from qwen_agent.llm import get_chat_model
from qwen_agent.tools.base import BaseTool, register_tool

HERE = {"model": MODEL, "model_server": BASE, "api_key": KEY, "model_type": "oai"}
model = get_chat_model(HERE)


@register_tool("weather")
class Weather(BaseTool):
    """The weather in a city."""

    description = "The weather in a city now."
    parameters = {  # noqa: RUF012
        "type": "object",
        "properties": {"city": {"type": "string", "description": "The city."}},
        "required": ["city"],
    }

    def call(self, params: str, **_: object) -> str:
        return DEGREES if self._verify_json_format_args(params)["city"] else "unknown"


def say(words: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": words}]


@check("plain")
def plain() -> None:
    assert model.chat(messages=say(HELLO), stream=False)[-1]["content"]


@check("stream")
def stream() -> None:
    assert list(model.chat(messages=say(HELLO), stream=True))[-1][-1]["content"]


@check("tools")
def tools() -> None:
    # Its own way of calls, in the text, is a prompt; this is the API's.
    agent = FnCallAgent(llm=HERE | {"generate_cfg": {"use_raw_api": True}}, function_list=["weather"])
    assert DEGREES in str(list(agent.run(messages=say(ASK_WEATHER)))[-1])


absent("structured", "it has no types for replies")
