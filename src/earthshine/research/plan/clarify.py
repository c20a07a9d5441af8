"""The one question that a research may ask back before it begins, where the request allows it."""

from __future__ import annotations

from earthshine.research import parsing
from earthshine.research.inquiry import Inquiry
from earthshine.research.writing.words import language_name

_TOKENS = 80


async def asked_back(inquiry: Inquiry) -> str:
    """Return what the person is to be asked; empty where the model finds the question clear."""
    prompt = (
        f"Research question: {inquiry.question}\n\nIs one thing unclear, so that the research could go wrong: the "
        "place, the time, or what is meant? Then ask the person one short question in "
        f"{language_name(inquiry.state.language)}. If the question is clear, write CLEAR."
    )
    told = await inquiry.ask("plan", "clarify", prompt, tokens=_TOKENS)
    line = parsing.first_line(told)
    return line if line.endswith(("?", "؟", "？")) else ""
