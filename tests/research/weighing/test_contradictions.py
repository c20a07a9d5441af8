"""What may not agree, and what only looks so."""

import pytest

from earthshine.research.report import Evidence
from earthshine.research.weighing.contradictions import pairs
from earthshine.research.weighing.languages import language_of


def evidence(*quotes: str, questions: str = "", sources: str = "") -> list[Evidence]:
    return [
        {
            "id": f"e{place}",
            "source": f"s{sources[place] if sources else place}",
            "start": 0,
            "end": len(quote),
            "quote": quote,
            "part": "",
            "part_number": 0,
            "language": language_of(quote),
            "translation": "",
            "question": f"q{questions[place] if questions else 1}",
        }
        for place, quote in enumerate(quotes)
    ]


OTHERS = [
    ("The Qalmar Bridge is 1,240 metres long.", "Qalmar Bridge has a length of 1,310 m.", "Qalmar Bridge"),
    ("Dorn was founded in 1954.", "The company Dorn was founded in 1961 by two brothers.", "Dorn"),
    ("The tower is 330 m tall.", "The tower has a height of 300 m.", "tower"),
    ("بلغ طول جسر قلمار 1240 مترا", "يبلغ طول جسر قلمار ١٣١٠ أمتار", "جسر قلمار"),
    ("تأسست شركة دورن عام 1954", "تأسست شركة دورن سنة 1961", "تأسست شركة دورن"),
    ("卡尔马大桥全长1240米。", "卡尔马大桥的长度为1310米。", "卡尔马大桥"),
    ("多恩公司成立于1954年。", "多恩公司于1961年成立。", "多恩公司"),
    ("Le pont a été inauguré le 3 mars 1998.", "Le pont de Qalmar a été inauguré en 1997.", "pont inauguré"),
    ("The Qalmar Bridge is 1,240 metres long.", "Le pont de Qalmar mesure 1 310 mètres.", "Qalmar"),
    ("يبلغ طول جسر قلمار 1240 مترا", "The Qalmar Bridge is 1,310 metres long.", "1240 مترا / 1,310 metres"),
    ("The population of Velding was 12,400 in 2020.", "Velding had 14,100 inhabitants in 2020.", "Velding"),
    ("Velding has 12 schools.", "There are 15 schools in Velding.", "Velding schools"),
    (
        "Unemployment in Velda fell to 9.5%.",
        "Unemployment in Velda stood at 12%, the union says.",
        "Unemployment Velda",
    ),
    ("The mayor of Velding is Mira Halden.", "Velding's mayor, Tom Dorn, spoke on Monday.", "mayor Velding"),
    ("رئيس بلدية قلمار هو ميسروك جوتو.", "رئيس بلدية قلمار هو ناهيل بيلهيل.", "رئيس بلدية قلمار"),
    ("卡尔马市的市长是费纳·罗克费。", "卡尔马市的市长是维尔米斯·利拉。", "卡尔马市的市长是"),
]
SAME = [
    ("The mayor of Velding is Mira Halden.", "The mayor of Qalmar is Tom Dorn."),
    ("The mayor of Velding is Mira Halden.", "Mira Halden is mayor of Velding."),
    ("The mayor of Velding is Mira Halden.", "The director of the school in Velding is Tom Dorn."),
    (
        "The director of the Karlina Institute is Zanna Misvir.",
        "The director of the Karlinamis Institute is Zanna Misvir.",
    ),
    ("يعمل في معهد بوروكتال 1,937 باحثا.", "يعمل في معهد بوروكتالبيل 2,385 باحثا."),
    ("The institute has 9,411 researchers.", "The institute had a budget of 2,441 million crowns."),
    ("The Qalmar Bridge is 1,240 metres long.", "The Velda Bridge is 1,310 metres long."),
    ("The tower is 330 m tall.", "The tower is 1,083 ft tall."),
    ("The tower is 330 m tall.", "The tower is 330.0 metres tall."),
    ("The population of Velding was 12,400 in 2010.", "Velding had a population of 14,100 in 2020."),
    ("Dorn was founded in 1954.", "Dorn opened its second plant in 1961."),
    ("It costs between 300 and 350 euros.", "It costs 320 euros."),
    ("The city has about 1.1 million people.", "The city has 1,083,000 people."),
    ("The bridge is 1,240 metres long.", "The bridge is 32 metres wide."),
    ("The bridge cost 85 million euros.", "The tunnel cost 120 million euros."),
    ("Opened on 3 March 1998.", "It opened in 1998."),
    ("该桥耗资8500万欧元", "The bridge cost 85 million euros."),
    ("The Qalmar Bridge is 1,240 metres long and 32 metres wide.", "The Qalmar Bridge is 1,240 m long and 90 m high."),
    ("More than 300 people work at Dorn.", "Dorn has 340 people."),
    ("The bridge is long.", "The bridge is short."),
]


@pytest.mark.parametrize(("one", "other", "about"), OTHERS)
def test_finds_what_may_not_agree(one: str, other: str, about: str):
    assert pairs(evidence(one, other)) == [(0, 1, about)]
    assert [each[:2] for each in pairs(evidence(other, one))] == [(0, 1)]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_leaves_what_agrees_or_is_about_something_else(one: str, other: str):
    assert pairs(evidence(one, other)) == []
    assert pairs(evidence(other, one)) == []


def test_one_source_contradicts_nobody_by_itself():
    one, other, _ = OTHERS[0]
    assert pairs(evidence(one, other, sources="11")) == []


def test_other_questions_need_more_in_common():
    assert (
        pairs(evidence("The old tower of Velding is 330 m tall.", "The tower is 300 m tall, and red.", questions="12"))
        == []
    )
    assert pairs(evidence("Dorn was founded in 1954.", "Dorn was founded in 1961.", questions="12"))


def test_much_evidence_takes_no_long():
    many = evidence(*(f"The Qalmar Bridge is {1000 + each} metres long." for each in range(400)))
    assert all(j < 120 for _, j, _ in pairs(many))
