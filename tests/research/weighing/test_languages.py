"""The language of short questions and of texts with names of other scripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.research.weighing.languages import language_of

ASKED = {
    "en": (
        "How tall is the Eiffel Tower?",
        "Who wrote الأيام?",
        "When was Airbus founded?",
        "Where is Qalmar?",
        "What does 北京 mean?",
        "Who wrote 百年孤独?",
        "population of France",
        "Is Titan larger than Mercury?",
        "Which towns has the Velda flooded since 1990?",
    ),
    "fr": (
        "Quelle est la hauteur de la tour Eiffel ?",
        "Qui a écrit كتاب الأيام ?",
        "Où se trouve Qalmar ?",
        "Pourquoi le ciel est bleu",
        "Combien d'habitants compte Lyon ?",
        "Quand fut fondée Airbus ?",
        "hauteur de la tour Eiffel",
        "Qui dirige l'institut ?",
    ),
    "ar": (
        "ما ارتفاع برج إيفل؟",
        "كم عدد سكان باريس؟",
        "ما هو GPT-4 وما الفرق بينه وبين Claude 3.5 Sonnet؟",
        "متى تأسست شركة Airbus؟",
        "أين يقع جسر قلمار؟",
        "ارتفاع برج إيفل",
        "من مؤسس شركة پيجو؟",
        "عاصمة فرنسا",
        "ما هي شركة Bank of America؟",
    ),
    "zh": (
        "埃菲尔铁塔有多高？",
        "GPT-4和Claude 3.5 Sonnet哪个更好?",
        "空客公司什么时候成立？",
        "卡尔马大桥的长度",
        "巴黎人口",
    ),
    "ja": (
        "東京タワーの高さは？",
        "エッフェル塔はいつ建てられましたか",
    ),
    "ko": ("에펠탑의 높이는 얼마입니까?",),
    "he": ("מה גובה מגדל אייפל?",),
    "ru": ("Какова высота Эйфелевой башни?",),
    "fa": (
        "پایتخت فرانسه کجاست؟",
        "ارتفاع برج ایفل چقدر است؟",
        "جمعیت تهران چند نفر است؟",
    ),
    "ur": (
        "ایفل ٹاور کی اونچائی کتنی ہے؟",
        "پاکستان کا دارالحکومت کیا ہے؟",
    ),
    "es": (
        "¿Cuál es la altura de la torre Eiffel?",
        "Cuándo se fundó Airbus",
        "altura de la torre Eiffel en metros",
    ),
    "de": (
        "Wie hoch ist der Eiffelturm?",
        "Wann wurde Airbus gegründet?",
        "Höhe des Eiffelturms",
    ),
    "it": (
        "Quanto è alta la torre Eiffel?",
        "Chi ha scritto la Divina Commedia?",
    ),
    "pt": (
        "Qual é a altura da torre Eiffel?",
        "Quando foi fundada a Airbus?",
        "População de São Paulo",
    ),
    "": (
        "12345 !!",
        "",
        "Airbus A380",
        "…",
    ),
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in ASKED.items() for text in texts])
def test_tells_the_language_of_a_question(code: str, text: str):
    assert language_of(text) == code


@given(st.text(max_size=300))
def test_takes_any_text(text: str):
    assert len(language_of(text)) in (0, 2)


@given(st.sampled_from(["ar", "zh", "fr", "en"]), st.text("0123456789 .,:;()-/", max_size=60))
def test_figures_and_signs_change_nothing(code: str, signs: str):
    for text in ASKED[code][:2]:
        assert language_of(f"{signs} {text} {signs}") == code


def test_reads_only_the_beginning_of_a_long_text():
    assert language_of("La tour est haute et elle est belle. " * 200 + "The tower is high. " * 100_000) == "fr"
