"""The questions of a research: the person's own, those that the model adds to it, and those that are missing later."""

from __future__ import annotations

import re

from earthshine.harness.citations.figures import missing as lacking
from earthshine.research import parsing
from earthshine.research.inquiry import Inquiry, Json
from earthshine.research.parsing import LONGEST
from earthshine.research.state import Question, next_number
from earthshine.research.weighing.words import content
from earthshine.research.writing.words import language_name
from earthshine.text.normalization import normalise

MOST = 8
"""Questions of one research, those that were dropped left out."""
_PLANNED = {"low": 2, "medium": 4, "high": 6}
"""Questions that the model may add at the beginning, by the effort."""
_MOST_GAPS = 2
_TOKENS = 220
_ONE = re.compile(rf"[^?؟？\n]{{4,{LONGEST}}}[?؟？]")
"""One question of several."""


ROUNDS = {"low": 1, "medium": 2, "high": 3}
"""Rounds for one question at most, by the effort."""


def new(inquiry: Inquiry, number: int, text: str) -> Question:
    """Return a question that nobody has looked for yet."""
    rounds = ROUNDS[inquiry.effort]
    return {"id": f"q{number}", "text": text, "state": "open", "evidence": [], "tries": 0, "rounds": rounds}


def added(inquiry: Inquiry, texts: list[str]) -> list[Question]:
    """Return new questions of some texts, as many as there may be; what is asked already is left out."""
    state = inquiry.state
    known = {normalise(each["text"]) for each in state.questions.values()}
    fresh = [each for each in dict.fromkeys(texts) if normalise(each) and normalise(each) not in known]
    room = max(0, MOST - len(state.living))
    first = next_number(state.questions)
    return [new(inquiry, number, text) for number, text in enumerate(fresh[:room], first)]


async def planned(inquiry: Inquiry) -> list[Question]:
    """Return the questions to begin with: the person's own first, so that nothing depends on the model's plan."""
    own = parsing.first_line(inquiry.question)
    most = _PLANNED[inquiry.effort]
    prompt = (
        f"Research question: {inquiry.question}\n\n"
        f"Which 2 to {most} smaller questions must be answered to answer it well? Each must be short and clear by "
        f"itself: repeat the names that it is about. Write them in {language_name(inquiry.state.language)}, "
        "as a JSON list of strings that end with a question mark. If it asks for one fact only, write []."
    )
    told = await inquiry.ask("plan", "questions", prompt, tokens=_TOKENS, schema=_strings(most))
    texts = _asking(inquiry, parsing.strings(told, most))
    if len(texts) < 2:
        # Who asks two things has named the parts.
        texts = _asking(inquiry, [" ".join(each.split()) for each in _ONE.findall(inquiry.question)][:most]) or texts
    first = next_number(inquiry.state.questions)
    whole = new(inquiry, first, own)
    if len(texts) > 1 and content(inquiry.question) <= frozenset[str]().union(*map(content, texts)):
        # What answers the parts answers the whole, where they ask for all that it asks for.
        whole["rounds"] = 0
    return [whole, *(new(inquiry, number, text) for number, text in enumerate(texts, first + 1))]


async def missing(inquiry: Inquiry) -> list[Question]:
    """Return what the model finds missing once all has been looked for; none where it names nothing new."""
    state = inquiry.state
    told = "\n".join(f"- {each['text']}: {len(each['evidence'])} passages" for each in state.living)
    prompt = (
        f"Research question: {inquiry.question}\n\nLooked for so far:\n{told}\n\n"
        f"Is something important still missing to answer the research question? Write at most {_MOST_GAPS} more short "
        f"questions in {language_name(state.language)}, as a JSON list of strings, or [] if nothing is missing."
    )
    reply = await inquiry.ask("outline", f"gaps {state.rounds}", prompt, tokens=_TOKENS, schema=_strings(_MOST_GAPS))
    return added(inquiry, _asking(inquiry, parsing.strings(reply, _MOST_GAPS)))


def _asking(inquiry: Inquiry, texts: list[str]) -> list[str]:
    """Return those of a model's texts that are questions about what was asked, and not the same one.

    Small models list words. And as questions become headings, which must not say what no source says, one that brings
    in a figure that neither the person nor a source has given is left out.
    """
    given = [inquiry.question, *(each["quote"] for each in inquiry.state.evidence.values())]
    asked = content(inquiry.question)
    real = [text for text in texts if text[-1] in "?؟？" and not lacking(text, given) and len(content(text)) > 1]
    return [text for text in real if content(text) & asked and content(text) != asked]


def shown(questions: list[Question]) -> str:
    """Return the plan as readers see it: what has evidence, says how much."""
    return "\n".join(
        f"{number}. {each['text']}" + (f" ({len(each['evidence'])})" if each["evidence"] else "")
        for number, each in enumerate(questions, 1)
    )


def _strings(most: int) -> Json:
    text: Json = {"type": "string", "pattern": f'^[^"\\\\\\n?؟？]{{8,{LONGEST - 10}}}[?؟？]$'}
    return {"type": "array", "items": text, "maxItems": most}
