# /// script
# requires-python = ">=3.11"
# dependencies = ["dspy==3.4.1"]
# ///
"""DSPy: `openai/MODEL`. Its formats need a model that follows them: a scripted one cannot."""

from __future__ import annotations

import dspy
from _check import BASE, HELLO, KEY, MODEL, SCRIPTED, check

model = dspy.LM(f"openai/{MODEL}", api_base=BASE, api_key=KEY, cache=False)


@check("plain")
def plain() -> None:
    assert model(HELLO)[0]


if not SCRIPTED:

    @check("predict")
    def predict() -> None:
        with dspy.context(lm=model):
            assert "Paris" in dspy.Predict("question -> answer")(question="What is the capital of France?").answer

    @check("json adapter")
    def json_adapter() -> None:
        with dspy.context(lm=model, adapter=dspy.JSONAdapter()):
            said = dspy.Predict("question -> answer: str, score: float")(question="What is the capital of France?")
            assert "Paris" in said.answer
