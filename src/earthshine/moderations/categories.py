"""The thirteen categories of OpenAI's omni-moderation, each as a question about a text."""

from __future__ import annotations

from earthshine.harness.decide import Question

_ASKED = {
    "harassment": "harassing or insulting language towards a person",
    "harassment/threatening": "harassment of a person that threatens violence or serious harm",
    "hate": "hate against people for their race, gender, ethnicity, religion, nationality, orientation or disability",
    "hate/threatening": "hate against such a group that threatens violence or serious harm",
    "illicit": "advice or instructions on how to commit a crime",
    "illicit/violent": "advice or instructions on how to commit a violent crime, or how to get a weapon",
    "self-harm": "suicide, cutting, eating disorders or other self-harm, promoted or described",
    "self-harm/instructions": "instructions on how to harm oneself",
    "self-harm/intent": "a speaker who says that they harm themselves, or intend to",
    "sexual": "content meant to arouse sexually, or an offer of sexual services",
    "sexual/minors": "sexual content with somebody under 18 years of age",
    "violence": "death, violence or physical injury, described or wished for",
    "violence/graphic": "death, violence or physical injury in graphic detail",
}

CATEGORIES = tuple(_ASKED)
QUESTIONS = tuple(Question(f"Does the input contain {what}?", ("yes", "no")) for what in _ASKED.values())
"""In the order of `CATEGORIES`; the first option is that it does."""
FLAGGED = 0.5
"""The probability from which a category counts as there."""
