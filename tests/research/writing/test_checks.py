"""Sentences that have nothing to do with what they cite, whatever the model says of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from earthshine.research.report import Evidence
from earthshine.research.writing.checks import check
from earthshine.research.writing.drafts import Desk, Draft

PLANT = "تنتج محطة تحلية المياه في صفاقس 100 ألف متر مكعب في اليوم."


class Credulous:
    """Knows one source, and finds everything likely."""

    question = "كم تنتج المحطة؟"

    def __init__(self, language: str) -> None:
        self.state = SimpleNamespace(language=language, sources={"s1": {"title": "plant.txt"}})
        self.asked = 0

    async def likely(self, *_: str) -> float:
        self.asked += 1
        return 0.99


def evidence(quote: str, language: str) -> Evidence:
    return {
        "id": "e1",
        "source": "s1",
        "start": 0,
        "end": len(quote),
        "quote": quote,
        "part": "",
        "part_number": 1,
        "language": language,
        "translation": "",
        "question": "q1",
    }


async def judged(text: str, quote: str, language: str, report_language: str) -> tuple[str, int]:
    model: Any = Credulous(report_language)
    one = evidence(quote, language)
    desk = Desk([one], {"s1": "plant.txt"})
    return (await check(model, "q1 1", Draft(text, (one,)), desk)).verdict, model.asked


@pytest.mark.parametrize("babble", ["برادرة معالم معالم تحليل التحليل التحليل.", "بنشوف بنشوف بنشوف معالم."])
async def test_babble_is_unsupported_and_nobody_is_asked(babble: str) -> None:
    assert await judged(babble, PLANT, "ar", "ar") == ("unsupported", 0)


async def test_other_words_for_the_same_and_another_language_are_asked_about() -> None:
    assert await judged("تقدم محطة صفاقس 100 ألف متر مكعب يوميا.", PLANT, "ar", "ar") == ("ok", 1)
    assert await judged("The plant gives 100 thousand cubic metres.", PLANT, "ar", "en") == ("ok", 1)


def test_a_question_is_no_sentence_of_a_report() -> None:
    desk = Desk([evidence(PLANT, "ar")], {"s1": "plant.txt"})
    told = desk.read("كم تنتج محطة صفاقس؟ [1] تنتج المحطة 100 ألف متر مكعب. [1]")
    assert [each.text for each in told] == ["تنتج المحطة 100 ألف متر مكعب."]
