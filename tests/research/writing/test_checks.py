"""Sentences that have nothing to do with what they cite, whatever the model says of them."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from earthshine.research.plan.names import is_name_in
from earthshine.research.report import Evidence
from earthshine.research.writing.checks import check
from earthshine.research.writing.drafts import Desk, Draft

Json = dict[str, Any]

PLANT = "تنتج محطة تحلية المياه في صفاقس 100 ألف متر مكعب في اليوم."


class Credulous:
    """Knows one source, and finds everything likely."""

    def __init__(
        self, language: str, *, question: str = "كم تنتج المحطة؟", names: Sequence[str] = (), before: str = ""
    ) -> None:
        source = {"title": "plant.txt", "file_id": "file_1"}
        self.question = question
        self.state = SimpleNamespace(language=language, sources={"s1": source}, names=list(names))
        self.library, self.asked = SimpleNamespace(before=self._before), 0
        self._told = before

    async def _before(self, *_: object) -> str:
        return self._told

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


async def judged(text: str, quote: str, language: str, report_language: str, **known: Any) -> tuple[str, int]:
    model: Any = Credulous(report_language, **known)
    one = evidence(quote, language)
    desk = Desk([one], {"s1": "plant.txt"})
    return (await check(model, "q1 1", Draft(text, (one,)), desk)).verdict, model.asked


@pytest.mark.parametrize("babble", ["برادرة معالم معالم تحليل التحليل التحليل.", "بنشوف بنشوف بنشوف معالم."])
async def test_babble_is_unsupported_and_nobody_is_asked(babble: str) -> None:
    assert await judged(babble, PLANT, "ar", "ar") == ("unsupported", 0)


async def test_other_words_for_the_same_and_another_language_are_asked_about() -> None:
    assert await judged("تقدم محطة صفاقس 100 ألف متر مكعب يوميا.", PLANT, "ar", "ar") == ("ok", 1)
    assert await judged("The plant gives 100 thousand cubic metres.", PLANT, "ar", "en") == ("ok", 1)


OTHER = "بلغ عدد سكان مدينة هيلدونبيل في تعداد 2024 ما مجموعه 5,771 نسمة."
ASKED = "بلغ عدد سكان مدينة هيلتوروك في تعداد 2024 ما مجموعه 5,771 نسمة."


async def test_what_is_said_of_somebody_else_is_no_answer_in_letters_without_capitals() -> None:
    known: Json = {"question": "كم عدد سكان مدينة هيلتوروك؟", "names": ["هيلتوروك"]}
    assert await judged(ASKED, OTHER, "ar", "ar", **known) == ("unsupported", 0)
    assert await judged(ASKED, ASKED, "ar", "ar", **known) == ("ok", 0)
    known = {"question": "赫尔托罗克有多少居民?", "names": ["赫尔托罗克"]}
    assert await judged("赫尔托罗克有5771名居民。", "赫尔敦贝尔有5771名居民。", "zh", "zh", **known) == (
        "unsupported",
        0,
    )


async def test_who_is_named_before_a_sentence_or_in_its_language_alone_is_known() -> None:
    known: Json = {"question": "How long is the Brel bridge?"}
    said, quote = "The Brel bridge is 412 metres long.", "It is 412 metres long and crosses the bay."
    assert await judged(said, quote, "en", "en", **known) == ("unsupported", 0)
    assert await judged(said, quote, "en", "en", **known, before="The Brel bridge was opened in 1931.") == ("ok", 1)
    assert await judged(said, "يبلغ طول جسر بريل 412 مترا.", "ar", "en", **known) == ("ok", 1)


def test_names_stand_in_the_question_and_are_not_all_of_it() -> None:
    question = "كم عدد سكان مدينة هيلتوروك، ومتى افتتح جسر تالناميس؟"
    assert is_name_in("هيلتوروك", question) and is_name_in("تالناميس", question)
    assert not is_name_in("باريس", question)
    assert not is_name_in("كم عدد سكان مدينة هيلتوروك ومتى افتتح جسر تالناميس", question)
    assert not is_name_in("", question) and not is_name_in("،", question)


def test_a_question_is_no_sentence_of_a_report() -> None:
    desk = Desk([evidence(PLANT, "ar")], {"s1": "plant.txt"})
    told = desk.read("كم تنتج محطة صفاقس؟ [1] تنتج المحطة 100 ألف متر مكعب. [1]")
    assert [each.text for each in told] == ["تنتج المحطة 100 ألف متر مكعب."]
