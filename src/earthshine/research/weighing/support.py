"""How much of a sentence stands in its evidence, by words and figures: cheap, and no proof of what it means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from earthshine.harness.citations.figures import missing
from earthshine.harness.citations.sentences import sentences
from earthshine.research.weighing.calendar import plain_digits
from earthshine.research.weighing.languages import language_of
from earthshine.research.weighing.measures import measure_of, roles_of, without_roles
from earthshine.research.weighing.numerals import numerals, said
from earthshine.research.weighing.quantities import Quantity, quantities, without_quantities
from earthshine.research.weighing.words import capitals, content, names
from earthshine.search.languages import is_latin
from earthshine.text.normalization import normalise

_MISSTATED, _DOUBTED, _APART, _FOREIGN = 0.1, 0.4, 0.7, 0.45
"""The most for a sentence with a figure that nobody states so; for one whose name, hedge or direction its evidence has
not; for one that no piece of evidence has all of; and for one in another language, of which all figures are there."""
_MOST_QUOTES, _MOST_SENTENCES = 20, 60
_ROOT = 4
"""Letters in which names of one thing begin alike."""
_NEW_WORDS = {"ar": 2, "zh": 3}
"""Words, or pairs of characters, that a name has."""
_LEAST_WORDS = 3
"""Words that say something; fewer are a name, or nothing."""
_HEDGES = re.compile(
    r"\b(?:not|no|never|none|without|cannot|false|untrue|denie[sd]|rumou?rs?|alleged(?:ly)?|reportedly|hoax|myth|(?-i:may)"
    r"|might|could|would|if|unless|planned|plans?|expected|proposed|claim(?:s|ed)?|nearly|almost"
    r"|pas|jamais|aucune?|sans|ni|faux|fausse|dément|rumeurs?|pourrait|serait|aurait|si|prévue?s?|presque)\b|n['’]t\b"
    r"|(?<![ء-ي])(?:لا|لم|لن|ليس|ليست|غير|بدون|نفى|نفت|ينفي|شائعة|شائعات|قد|ربما|لو|إذا|يزعم|زعم|مزاعم|كاذب|كاذبة)(?![ء-ي])"
    r"|不|没有|未|无|否认|谣言|可能|据说|如果|计划|传言|虚假",
    re.IGNORECASE,
)
_OPPOSITES = (
    (r"\b(?:rose|rise[sn]?|grew|grown?|increase[sd]?|gain(?:s|ed)?|augment\w+|haus\w+)\b|ارتفع\w?|زاد\w?|نما|增|上升|上涨",
     r"\b(?:fell|falls?|fallen|drop(?:s|ped)?|decrease[sd]?|decline[sd]?|lost|shrank|baiss\w+|diminu\w+|recul\w+)\b"
     r"|انخفض\w?|تراجع\w?|هبط\w?|降|减|下跌"),
    (r"\b(?:before|avant)\b|قبل|之前|以前", r"\b(?:after|après)\b|بعد|之后|以后"),
    (r"\b(?:more|most|largest|longest|highest|plus|over|above)\b|أكثر|أكبر|أطول|最大|最长|最高|超过",
     r"\b(?:less|least|fewer|smallest|shortest|lowest|moins|under|below)\b|أقل|أصغر|أقصر|最小|最短|最低|不到"),
    (r"\b(?:opened|ouverte?|inaugur\w+)\b|افتتح|فتح|开通|开放", r"\b(?:closed|fermée?s?)\b|أغلق|关闭"),
    (r"\b(?:first|première?|premier)\b|أول|第一|首", r"\b(?:last|second|dernière?|dernier)\b|آخر|ثاني|第二|最后"),
    (r"\b(?:won|wins|approved|allowed|accept\w+|profits?|bénéfices?)\b|فاز|وافق|ربح|赢|批准|盈利",
     r"\b(?:lost|loses|rejected|forbidden|banned|refus\w+|loss(?:es)?|pertes?)\b|خسر|رفض|خسارة|输|拒绝|亏损"),
    (r"\b(?:north(?:ern)?|nord)\b|شمال|北", r"\b(?:south(?:ern)?|sud)\b|جنوب|南"),
    (r"\b(?:east(?:ern)?|est)\b|شرق|东", r"\b(?:west(?:ern)?|ouest)\b|غرب|西"),
)  # fmt: skip
_TURNED = [(re.compile(one, re.IGNORECASE), re.compile(other, re.IGNORECASE)) for one, other in _OPPOSITES]


def score(claim: str, quotes: Sequence[str]) -> float:
    """Return from 0 to 1 how much of a claim's words, figures and names its evidence has.

    Above 0.7 all of its words stand in one sentence of the evidence, in the same direction and without a hedge that it
    leaves out. Below, a decision is needed: other words may say the same. At 0.1 and below, it says what nobody says.
    """
    told = _sentences(quotes)
    mine = content(without_quantities(claim))
    every = frozenset[str]().union(*map(content, told))
    if not told or _is_misstated(claim, told):
        return _MISSTATED if mine & every else 0.0
    if not mine & every:
        languages = {language_of(each) for each in told}
        return _FOREIGN if language_of(claim) not in languages and quantities(claim) else 0.0
    alone = [(_share(mine, each), _cap(claim, mine, each)) for each in told]
    nearest, cap = max(alone, key=lambda each: (each[0], each[1]))
    together = min(len(mine & every) / len(mine), _APART, cap)
    return max(together, *(min(share, cap, 1.0 if share == 1 else _APART) for share, cap in alone if share == nearest))


def misstated(claim: str, quotes: Sequence[str]) -> bool:
    """Tell whether a claim has a figure, an amount, a day or a number in words that no quote states so.

    Also a figure that is there with another unit, or as the figure of something else: a width is no length.
    """
    return _is_misstated(claim, _sentences(quotes))


def strangers(claim: str, known: Sequence[str]) -> frozenset[str]:
    """Return the names of a claim that none of some texts has, folded; none where letters or nouns tell no names.

    The first word of a sentence is none. Italy and Italian are one. Letters without capitals tell a name only beside a
    role, such as that of a mayor, which a text in the same language fills with somebody else.
    """
    language = language_of(claim)
    if any(map(is_latin, normalise(claim).split())) and language != "de":
        told = frozenset(word for text in known for word in normalise(text).split() if is_latin(word))
        begins = {word[:_ROOT] for word in told if len(word) >= _ROOT}
        return frozenset(name for name in names(claim) - told if told and name[:_ROOT] not in begins)
    roles = roles_of(claim)
    if language not in ("ar", "zh") or not any(
        roles & roles_of(text) for text in known if language_of(text) == language
    ):
        return frozenset()
    every = frozenset[str]().union(*map(content, known))
    new = content(without_roles(claim)) - every
    return new if len(new) >= _NEW_WORDS[language] else frozenset()


def _sentences(quotes: Sequence[str]) -> list[str]:
    return [quote[start:end] for quote in quotes[:_MOST_QUOTES] for start, end in sentences(quote)][:_MOST_SENTENCES]


def _share(mine: frozenset[str], told: str) -> float:
    return len(mine & content(told)) / len(mine)


def _is_misstated(claim: str, told: Sequence[str]) -> bool:
    if missing(claim, told) or numerals(claim) - frozenset[str]().union(*map(said, told)):
        return True
    stated = [(each, _measure(one, each)) for one in told for each in quantities(one)]
    return not all(_is_stated(claim, each, stated) for each in quantities(claim))


def _is_stated(claim: str, mine: Quantity, stated: Sequence[tuple[Quantity, str]]) -> bool:
    measure = _measure(claim, mine)
    for each, told in stated:
        if measure and told and measure != told:
            continue
        if mine.unit == each.unit == "date":
            # Who says less than the evidence says no other.
            if mine.low <= each.low and each.high <= mine.high:
                return True
        elif mine.agrees(each) and _is_unit(mine.unit, each.unit, of_one=bool(measure) and measure == told):
            return True
    # Of days without a year nothing is known here; their figures are there.
    return not stated and mine.unit in ("", "date")


def _is_unit(mine: str, other: str, *, of_one: bool) -> bool:
    """Tell whether a figure may be said with a unit. `of_one`: whether both are known to measure one property."""
    people = ("population", "staff")
    return mine in ("", other) or (mine in people and other in people) or (not other and (of_one or mine in people))


def _measure(text: str, quantity: Quantity) -> str:
    return measure_of(plain_digits(text), quantity.start, quantity.end, event=quantity.unit == "date")


def _cap(claim: str, mine: frozenset[str], told: str) -> float:
    """Return the most that a claim may score by one sentence."""
    if len(mine) < _LEAST_WORDS and not quantities(claim):
        return _DOUBTED
    if bool(_HEDGES.search(claim)) != bool(_HEDGES.search(told)):
        return _DOUBTED
    for one, other in _TURNED:
        for here, there in ((one, other), (other, one)):
            if here.search(claim) and not here.search(told) and there.search(told):
                return _DOUBTED
    # Names of two pieces of evidence make a third thing.
    unnamed = capitals(claim) - frozenset(normalise(told).split()) - content(told)
    return _DOUBTED if unnamed else 1.0
