"""The embedded embedding model itself: what means the same in two languages is near."""

from __future__ import annotations

from pathlib import Path

import pytest

from earthshine.catalog.card import Card
from earthshine.engines.llamacpp.factory import LlamaCppFactory
from earthshine.settings import Settings

pytestmark = pytest.mark.model

QUESTIONS = {
    "ما عمق البحر؟": "La mer Méditerranée est profonde de 1 500 mètres en moyenne.",
    "من يدفع الإيجار؟": "Le locataire paie le loyer le premier jour de chaque mois.",
    "متى تدفع ضريبة الدخل؟": "L'impôt sur le revenu est dû avant la fin de mars.",
    "كيف نعالج الزكام؟": "Contre un rhume, il faut se reposer et boire.",
}


async def test_a_question_finds_its_answer_in_another_language(embedding_model_path: Path) -> None:
    card = Card(name="e5", path=embedding_model_path, abilities=frozenset({"embedding"}))
    engine = await LlamaCppFactory()(card, Settings())
    try:
        asked = (await engine.embed([f"query: {each}" for each in QUESTIONS])).vectors
        passages = (await engine.embed([f"passage: {each}" for each in QUESTIONS.values()])).vectors
    finally:
        await engine.close()
    assert {len(each) for each in (*asked, *passages)} == {384}
    for place, question in enumerate(asked):
        nearness = [sum(a * b for a, b in zip(question, passage, strict=True)) for passage in passages]
        assert max(nearness) == nearness[place], list(QUESTIONS)[place]
