"""What is searched for a question: its own words, and a few that the model thinks a page would have."""

from __future__ import annotations

from earthshine.research import parsing
from earthshine.research.gathering.subject import named_in
from earthshine.research.inquiry import Inquiry
from earthshine.research.parsing import LONGEST
from earthshine.research.state import Question
from earthshine.research.writing.words import language_name

MOST = 3
"""Queries of one search."""
_TOKENS = 40


async def queries_for(inquiry: Inquiry, question: Question) -> list[str]:
    """Return the queries of the next search for a question; in each language that is asked for, where some are."""
    state = inquiry.state
    wanted: list[str] = inquiry.settings.get("languages") or [state.language]
    others = [each for each in wanted if each != state.language]
    # In later rounds the question's own words are spent.
    found = [] if question["tries"] else [question["text"][:LONGEST]]
    for language in [*others, *wanted][: MOST - len(found)]:
        if len(found) < MOST and (words := await _asked(inquiry, question, language)):
            found.append(words)
    if len(found) < MOST and not question["tries"] and (names := named_in(question, inquiry.question, state.names)):
        found.append(names[:LONGEST])
    return list(dict.fromkeys(found)) or [question["text"][:LONGEST]]


async def _asked(inquiry: Inquiry, question: Question, language: str) -> str:
    spent = ", ".join(inquiry.state.queries[-6:])
    prompt = (
        f"Research question: {inquiry.question}\nQuestion to look up: {question['text']}\n"
        + (f"Already searched: {spent}\nUse other words.\n" if question["tries"] else "")
        + f"Write one short search query of 2 to 6 words in {language_name(language)} that finds a page with the "
        "answer. Write the query alone."
    )
    name = f"query {question['id']} {question['tries'] + 1} {language}".rstrip()
    return parsing.query(await inquiry.ask("search", name, prompt, tokens=_TOKENS))
