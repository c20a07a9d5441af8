# /// script
# requires-python = ">=3.11"
# dependencies = ["dspy==3.4.1"]
# [tool.earthshine]
# client = "DSPy"
# api = "chat"
# ///
"""DSPy: `openai/MODEL`."""

from __future__ import annotations

import json

import dspy
from _check import ANN, ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, SCRIPTED, check, script, weather

model = dspy.LM(f"openai/{MODEL}", api_base=BASE, api_key=KEY, cache=False)


def fields(values: dict[str, object]) -> str:
    """Write values in DSPy's format."""
    written = [f"[[ ## {name} ## ]]\n{v if isinstance(v, str) else json.dumps(v)}" for name, v in values.items()]
    return "\n\n".join([*written, "[[ ## completed ## ]]"])


@check("plain")
def plain() -> None:
    assert model(HELLO)[0]


@check("stream")
async def stream() -> None:
    with dspy.context(lm=model):
        ask = dspy.streamify(dspy.Predict("question -> answer"), include_final_prediction_in_output_stream=False)
        text = f"[[ ## answer ## ]]\n{HELLO}\n\n[[ ## completed ## ]]"
        assert [piece async for piece in ask(question=script(text=text) if SCRIPTED else HELLO)]


@check("tools")
def tools() -> None:
    call = {"next_thought": "Look.", "next_tool_name": "weather", "next_tool_args": {"city": "Paris"}}
    end = {"next_thought": "Done.", "next_tool_name": "finish", "next_tool_args": {}}
    said = [
        {"when": "## reasoning ##", "text": fields({"reasoning": "Looked.", "answer": DEGREES})},
        {"when": "tool_name_0", "text": fields(end)},
        {"text": fields(call)},
    ]
    question = f"!script {json.dumps(said)}" if SCRIPTED else ASK_WEATHER
    with dspy.context(lm=model):
        told = dspy.ReAct("question -> answer", tools=[weather], max_iters=3)(question=question)
    assert DEGREES in str(told.trajectory)


@check("structured")
def structured() -> None:
    question = script(text='{"name": "Ann", "age": 30}') if SCRIPTED else ANN
    with dspy.context(lm=model, adapter=dspy.JSONAdapter()):
        said = dspy.Predict("question -> name: str, age: int")(question=question)
    assert said.age == 30
