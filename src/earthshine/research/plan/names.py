"""The names in a question of a script without capitals: the model points at them, and they must stand there."""

from __future__ import annotations

from earthshine.research import parsing
from earthshine.research.gathering.subject import capitals_of, has
from earthshine.research.inquiry import Inquiry
from earthshine.research.weighing.words import content
from earthshine.text.normalization import normalise

MOST = 4
_LONGEST = 60
_TOKENS = 60


async def told_names(inquiry: Inquiry) -> list[str]:
    """Return the names that the model finds in the question; none where capitals tell them."""
    if capitals_of(inquiry.question):
        return []
    prompt = (
        f"Question: {inquiry.question}\n\nWhich proper names of people, places, organisations or works has it? "
        "Copy each name alone, letter by letter, without words such as town, company or bridge, as a JSON list of "
        "strings. If there is none, write []."
    )
    schema = {"type": "array", "items": {"type": "string", "maxLength": _LONGEST}, "maxItems": MOST}
    reply = await inquiry.ask("plan", "names", prompt, tokens=_TOKENS, schema=schema)
    return [each for each in parsing.strings(reply, MOST) if is_name_in(each, inquiry.question)]


def is_name_in(name: str, question: str) -> bool:
    """Tell whether words stand in a question, and are not all that it says."""
    plain = normalise(name)
    stands = 1 < len(name) <= _LONGEST and bool(plain) and has(normalise(question), plain)
    return stands and bool(content(question) - content(name))
