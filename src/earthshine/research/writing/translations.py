"""Translations of quotations that are in another language than the report: shown only where figures and names match."""

from __future__ import annotations

from earthshine.engines.estimates import text_tokens
from earthshine.research.inquiry import Inquiry
from earthshine.research.report import Evidence
from earthshine.research.state import State
from earthshine.research.weighing.across import matches
from earthshine.research.writing.words import language_name

_MOST = 20
"""Translations of one report."""


def next_translation(state: State) -> Evidence | None:
    """Return evidence that is quoted in another language, and of which no translation was tried."""
    if len(state.translated) >= _MOST or not state.language:
        return None
    cited = [one for each in state.sections.values() for claim in each["claims"] for one in claim["evidence"]]
    cited += [one for each in state.contradictions for side in each["sides"] for one in side["evidence"]]
    for each in dict.fromkeys(cited):
        evidence = state.evidence[each]
        foreign = evidence["language"] not in ("", state.language)
        if foreign and each not in state.translated and not evidence["translation"] and state.stands(each):
            return evidence
    return None


async def translate(inquiry: Inquiry, evidence: Evidence) -> None:
    """Translate a quotation, once more where figures or names came out otherwise; none is kept that does not match."""
    language, quote = inquiry.state.language, evidence["quote"]
    prompt = (
        f"Translate this into {language_name(language)}. Keep all figures as digits and all names. "
        f"Write the translation alone.\n\n{quote}"
    )
    translation = ""
    for place in (1, 2):
        tokens = min(600, 2 * text_tokens(quote) + 60)
        told = await inquiry.ask("translate", f"{evidence['id']} {place}", prompt, tokens=tokens)
        said = " ".join(told.split()).strip('"“”«» ')
        if said and matches(quote, said, language):
            translation = said
            break
        prompt += f"\n\nThis was wrong, because a figure, a name or the language differs: {said[:300]}"
    changed: Evidence = {**evidence, "translation": translation}
    figures = {"translated" if translation else "not_translated": 1}
    await inquiry.keep(
        "translate",
        f"translation {evidence['id']}",
        {"evidence": [changed], "translated": [evidence["id"]], "figures": figures},
    )
