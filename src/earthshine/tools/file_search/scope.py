"""Whether a question is about all of a document, so that the nearest passages cannot answer it.

Words that ask for a whole (summarise, list all, in full) say so by themselves. Words that may (how many, compare) do
not: "how many floors has the tower" stands in one place. There the model chooses between two answers.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from earthshine.engines.requests import ChatRequest, OutputFormat, Sampling
from earthshine.tools.base import ToolContext

_SURE = re.compile(
    r"\b(summar(?:y|ies|i[sz]e\w*)|sum up|overview|gist|outline|tl;?dr|table of contents|main (?:points|ideas|topics)"
    r"|key (?:points|findings|takeaways)|list (?:all|every|each)|all (?:the|of the) \w+|every \w+ (?:in|of|mentioned)"
    r"|(?:whole|entire|full) (?:document|text|file|book|report|contract)"
    r"|what is (?:this|the) (?:document|text|file|book|report) about)\b"
    r"|\b(résum\w+|synthès\w+|synthétis\w+|vue d.ensemble|grandes lignes|points? (?:clés?|essentiels?|principaux)"
    r"|idées principales|list\w* (?:tou(?:s|tes)|chaque)|énum\w+|tous les|toutes les"
    r"|de quoi (?:parle|traite)|l.ensemble du (?:document|texte)|en entier)\b"
    r"|لخ[ّ]?ص|تلخيص|ملخ[ّ]?ص|خلاصة|ما (?:هو )?موضوع|النقاط الرئيسي|الأفكار الرئيسي|أهم النقاط|اذكر (?:كل|جميع)"
    r"|عد[ّ]?د (?:كل|جميع)|جميع ال|كل ال|الوثيقة كل|النص كامل"
    r"|总结|總結|概括|摘要|概述|概要|要点|要點|主要内容|主要內容|列出(?:所有|全部|每)|全部|所有|整篇|全文|通篇|讲了什么|講了什麼",
    re.IGNORECASE,
)
_PERHAPS = re.compile(
    r"\b(how many|how often|count|number of|compare|comparison|differences?|contrast|which of|most|least|trends?"
    r"|combien|compte[rz]?|nombre de|compare[rz]?|comparaison|différences?|lesquel\w*|évolution)\b"
    r"|كم |عدد |قارن|مقارنة|الفرق|أي[ّ]? من|تطو[ّ]?ر"
    r"|多少|几[个次种]|幾[個次種]|比较|比較|对比|對比|区别|區別|哪些",
    re.IGNORECASE,
)
_PLACE, _WHOLE = "one place", "the whole document"


async def asks_for_all(question: str, context: ToolContext) -> bool:
    """Tell whether a question can only be answered by whoever has read everything."""
    if _SURE.search(question):
        return True
    if not _PERHAPS.search(question):
        return False
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"where": {"enum": [_PLACE, _WHOLE]}},
        "required": ["where"],
        "additionalProperties": False,
    }
    asked = (
        f"A reader of a long document is asked: {question[:500]!r}\n"
        f"Will the answer stand in {_PLACE} of the document, or must {_WHOLE} be read to gather it? Answer in JSON."
    )
    request = ChatRequest(
        messages=[{"role": "user", "content": asked}],
        output=OutputFormat("json_schema", schema),
        reasoning_effort="none",
        sampling=Sampling(temperature=0, max_tokens=32),
    )
    try:
        return orjson.loads(await context.ask("scope", request))["where"] == _WHOLE
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False
