"""Which part of a source is shown for a question."""

from __future__ import annotations

from earthshine.research.gathering.passages import best

FILLER = "\n\n".join(
    f"يحفظ الأرشيف رسائل ورسوما قديمة يستطيع الزوار الاطلاع عليها في القاعة رقم {each}. " * 3 for each in "أبجده"
)


def shown(text: str, question: str, room: int = 700) -> str:
    return "\n".join(each.text for each in best("file", "title", text, question, room))


def test_a_page_in_another_language_is_shown_beyond_what_shares_a_name_with_the_question() -> None:
    page = f"معهد تالموهيل (Talmohel).\n\n{FILLER}\n\nمدير المعهد هو جوتو دونروك."
    assert "جوتو دونروك" in shown(page, "Who is the director of the Talmohel Institute?", room=2000)


def test_of_a_page_in_the_questions_language_what_shares_no_word_is_left_out() -> None:
    other = "\n\n".join(
        f"Bees are kept on the roof in all {each} seasons, and honey is sold there. " * 4 for each in "abcd"
    )
    said = shown(
        f"{other}\n\nThe director of the Talmohel Institute is Juto Dunrok.", "Who is the director of Talmohel?", 120
    )
    assert "Juto Dunrok" in said and len(said) < len(other)
