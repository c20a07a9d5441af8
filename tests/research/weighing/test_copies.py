"""Copies of press releases among articles about the same things: precision and recall are counted."""

import random
import time

from earthshine.research.weighing.copies import group

NAMES = ["Qalmar", "Velding", "Dorn", "Sabra", "Tamris", "Orvault", "Lindeth", "Marsa", "Kelm", "Ousrat"]
RELEASE = """The {0} Water Board announced on Monday that its new pumping station on the {1} canal will start in June.
The station, which can move {a} litres of water in a second, was built by {2} at a cost of {b} million euros.
"Our town has waited for this for a generation," said the board's director, who has led the works since {c}.
Engineers ran the pumps for eleven weeks, and the last test was finished during the night of Saturday.
Fees stay as they are for households, and farms along the canal will pay {d} euros less in every year.
About the board: it was founded to keep the fields of {0} dry and employs {e} people in four offices."""
ARTICLE = """Farmers near {0} have been promised dry fields before, so nobody cheered when the gates were shown.
The pumps can move {a} litres in a second, and {2} was paid {b} million euros for them, the board told us.
We walked along the {1} canal with a man whose cellar has been under water in nine of the last ten winters.
"Our town has waited for this for a generation," said the director, but the neighbours have their doubts.
What happens to the fish was not asked, and the ministry did not answer our letters in the past two weeks."""
ARABIC = """أعلنت هيئة المياه في {0} يوم الاثنين أن محطة الضخ الجديدة على قناة {1} ستبدأ العمل في شهر يونيو المقبل.
وتستطيع المحطة ضخ {a} لتر من الماء في الثانية، وقد شيدتها شركة {2} بتكلفة بلغت {b} مليون يورو على مدى سنوات.
وقال مدير الهيئة الذي يشرف على الأشغال منذ عام {c} إن المدينة انتظرت هذه المحطة جيلا كاملا من الزمن.
وستبقى الرسوم كما هي للأسر، أما المزارع الواقعة على طول القناة فستدفع {d} يورو أقل في كل سنة من السنوات."""
CHINESE = "{0}水务局周一宣布，{1}运河上的新泵站将于六月投入运行。该泵站每秒可输送{a}升水，由{2}公司承建，耗资{b}万欧元。局长表示，全城人民等待这座泵站已有整整一代人的时间，工程自{c}年开始由他负责。居民收费标准保持不变，运河沿岸农场每年将少付{d}欧元。"  # noqa: E501
MARKS = "ًَُِّ"
PLAIN, INDIC = "0123456789", "٠١٢٣٤٥٦٧٨٩"


def told(pattern: str, thing: int) -> str:
    chance = random.Random(thing)
    figures = {name: chance.randrange(20, 2000) for name in "abcde"}
    return pattern.format(*chance.sample(NAMES, 3), **figures)


def framed(text: str, chance: random.Random) -> str:
    """Return a text as another site shows it: with a menu, a note about rights, and some words replaced."""
    for old, new in (("Monday", "Tuesday"), ("announced", "said"), ("الاثنين", "الثلاثاء"), ("周一", "昨日")):
        text = text.replace(old, new)
    lines = text.split("\n")
    if len(lines) > 4 and chance.random() < 0.5:
        lines.pop()
    site = chance.choice(NAMES)
    return "\n".join((f"{site} Times", "Home | News | Sport", *lines, f"© {site} Times. All rights are reserved."))


def vowelled(text: str) -> str:
    marked = "".join(
        each + MARKS[place % 5] if place % 3 == 0 and "ء" <= each <= "ي" else each for place, each in enumerate(text)
    )
    return marked.translate(str.maketrans(PLAIN, INDIC))


def test_copies_are_found_and_articles_are_not():
    chance = random.Random(17)
    texts: list[tuple[str, str]] = []
    for thing in range(12):
        release, arabic, chinese = (told(each, thing) for each in (RELEASE, ARABIC, CHINESE))
        texts += [
            (f"en{thing}", release),
            (f"en{thing}", framed(release, chance)),
            (f"en{thing}", framed(release, chance)),
        ]
        texts += [(f"own{thing}", framed(told(ARTICLE, thing), chance))]
        texts += [(f"ar{thing}", arabic), (f"ar{thing}", framed(vowelled(arabic), chance))]
        texts += [(f"zh{thing}", chinese), (f"zh{thing}", framed(chinese, chance))]
    chance.shuffle(texts)
    found = group([text for _, text in texts])
    right = wrong = missed = 0
    for place, (name, _) in enumerate(texts):
        for other in range(place):
            same, taken = texts[other][0] == name, found[other] == found[place]
            right, wrong, missed = right + (same and taken), wrong + (taken and not same), missed + (same and not taken)
    figures = (
        f"precision {right / (right + wrong):.3f}, recall {right / (right + missed):.3f} of {right + missed} pairs"
    )
    assert wrong == 0, figures
    assert right >= 0.95 * (right + missed), figures


def test_the_first_of_a_group_names_it():
    release = told(RELEASE, 1)
    assert group([release, told(ARTICLE, 1), release, f"{release}\n", told(RELEASE, 2)]) == [0, 1, 0, 0, 4]
    assert group([]) == []
    assert group(["", "", "Cookies", "Cookies"]) == [0, 1, 2, 3]


def test_what_quotes_a_release_at_length_is_not_the_release():
    release = told(RELEASE, 3)
    words, chance = told(ARTICLE, 5).split(), random.Random(5)
    book = "\n".join(" ".join(chance.choices(words, k=30)) for _ in range(40))
    assert group([release, f"{book}\n{release}"]) == [0, 1]


def test_takes_a_time_in_proportion_to_the_texts():
    text = told(RELEASE, 4)
    begun = time.perf_counter()
    group([text] * 100)
    few = time.perf_counter() - begun
    begun = time.perf_counter()
    group([f"{text}\n" * 2] * 400)
    assert time.perf_counter() - begun < 40 * few + 1
