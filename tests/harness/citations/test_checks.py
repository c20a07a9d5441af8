"""What a finished message stands on: the model's own citations, and those that words and figures prove."""

from __future__ import annotations

import pytest

from earthshine.harness.citations.checks import checked
from earthshine.harness.citations.sources import Passage, Sources

TOWER = (
    "# The tower\n\nThe tower is 330 metres high. It was built in 1889 by an engineer from Dijon. It is painted often."
)
PONT = "Le pont mesure 412 mètres. يبلغ طول الجسر ٩٠٨ متراً. 大桥于1932年通车。"


def sources(*said: str) -> Sources:
    shown = Sources(used=True, said=list(said))
    for name, text in {"tower.md": TOWER, "pont.md": PONT}.items():
        shown.add(Passage(name, name, 0, text))
    return shown


def cited(text: str, *numbers: tuple[int, int], said: str = "") -> list[tuple[str, str, bool]]:
    """Return the quotation, check and origin of each citation, when the model wrote these numbers at these places."""
    shown = sources(said)
    annotations = [shown.cut(number, number)[0].annotation(text[:index]) for number, index in numbers]
    part = checked({"text": text, "annotations": annotations}, shown)
    places = [each["index"] for each in part["annotations"]]
    assert places == sorted(places)
    for each in part["annotations"]:
        whole = {"tower.md": TOWER, "pont.md": PONT}[each["file_id"]]
        assert whole[each["start"] : each["end"]] == each["quote"]
    return [(each["quote"], each["check"], each.get("matched", False)) for each in part["annotations"]]


HIGH, BUILT = "The tower is 330 metres high.", "It was built in 1889 by an engineer from Dijon."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is 330 metres high.", [HIGH]),
        ("Elle mesure 330 m.", [HIGH]),
        ("طولها ٣٣٠ متراً.", [HIGH]),
        ("It is 330 metres high and was built in 1889.", [BUILT, HIGH]),
        ("Le pont mesure 908 mètres.", ["يبلغ طول الجسر ٩٠٨ متراً."]),
        ("大桥1932年通车。", ["大桥于1932年通车。"]),
        ("It was built by an engineer from Dijon.", [BUILT]),
        ("It is 340 metres high.", []),
        ("I do not know.", []),
        ("The weather in Dijon is good today.", []),
        ("```\nheight = 330\n```", []),
    ],
)
def test_a_sentence_that_cites_nothing_is_given_what_says_it(text: str, found: list[str]) -> None:
    assert cited(text) == [(each, "ok", True) for each in found]


def test_a_wrong_number_in_the_right_passage_is_put_right() -> None:
    at = len("It is 330 metres high")
    assert cited("It is 330 metres high.", (1, at)) == [(HIGH, "ok", True)]
    assert cited("It is 330 metres high.", (2, at)) == [(HIGH, "ok", False)]
    # What is cited of another passage may be about the rest of the sentence.
    assert cited("It is 330 metres high.", (5, at)) == [("Le pont mesure 412 mètres.", "ok", False), (HIGH, "ok", True)]


def test_what_has_some_of_the_figures_stays() -> None:
    text = "It is 330 metres high and was built in 1889."
    assert cited(text, (2, len(text) - 1)) == [(HIGH, "ok", False), (BUILT, "ok", True)]


def test_figures_that_nobody_says_are_told() -> None:
    assert cited("It is 340 metres high.", (2, 5)) == [(HIGH, "figures", False)]


def test_what_the_user_said_proves_nothing() -> None:
    assert cited("You ask about 330 things.", said="What of the 330?") == []
    assert cited("It is 330 metres high.", (2, 5), said="Is it 330 metres high?") == [(HIGH, "ok", False)]


def test_each_citation_belongs_to_its_sentence() -> None:
    text = "It is 330 metres high. So they say. It was built in 1889."
    assert cited(text, (2, text.index("."))) == [(HIGH, "ok", False), (BUILT, "ok", True)]


def test_a_page_of_the_web_is_cited_by_its_address() -> None:
    shown = Sources(used=True)
    shown.add(Passage("file-1", "The tower", 100, f"{HIGH} {BUILT}", url="https://a.test/x"))
    text = "Well. It is 330 metres high. So."
    wrong = shown.cut(2, 2)[0].annotation(text[: text.index(" So")])
    [cited] = checked({"text": text, "annotations": [wrong]}, shown)["annotations"]
    assert cited == {
        "type": "url_citation",
        "file_id": "file-1",
        "url": "https://a.test/x",
        "title": "The tower",
        "start_index": len("Well. "),
        "end_index": text.index(". So"),
        "start": 100,
        "end": 100 + len(HIGH),
        "quote": HIGH,
        "matched": True,
        "check": "ok",
    }
    assert shown.marked(text, [{**cited, "matched": False}]) == "Well. It is 330 metres high [1]. So."
    foreign = {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 4}
    assert foreign in checked({"text": text, "annotations": [foreign]}, shown)["annotations"]
