"""Reports in four languages, one with many notes, and one of what pages can hold to break a form."""

from __future__ import annotations

from earthshine.research.report import ResearchReport
from tests.research.reports.build import report, source, table

ENGLISH = report(
    "en",
    "How much fresh water does desalination supply in the Gulf?",
    "How much of the Gulf's fresh water comes from desalination, and at what cost?",
    [
        source(
            0,
            "Water in the Gulf states 2025",
            "https://water.example/gulf/2025?from=report&page=1",
            "en",
            kind="primary",
        ),
        source(1, "تحلية المياه في دول الخليج", "https://miyah.example/تحلية", "ar"),
        source(2, "Le coût du dessalement", "https://eau.example/cout", "fr", published="2024-11"),
        source(3, "Press release: desalination", "https://copy.example/a_b*c", "en", copy_of="s1"),
        source(4, "scan.pdf", "", "", kind="own", published=None, dropped="unreadable", fetched_at=None),
        source(5, "海水淡化成本", "https://shui.example/", "zh", published="2023"),
    ],
    [
        (0, "Desalination supplied 62% of municipal water in the six states in 2024.", "en", ""),
        (
            1,
            "تنتج دول الخليج 45% من المياه المحلاة في العالم، وفق تقرير عام 2024.",
            "ar",
            "The Gulf states produce 45% of the world's desalinated water, a report of 2024 says.",
        ),
        (
            2,
            "Un mètre cube coûte 0,48 € à l’usine « Al Khafji », contre 1,20 € il y a vingt ans.",
            "fr",
            "A cubic metre costs €0.48 at the “Al Khafji” plant, against €1.20 twenty years ago.",
        ),
        (0, "Plants in Kuwait draw 90% of their energy from gas.", "en", ""),
        (5, "海水淡化的成本约为每立方米三点五元人民币。", "zh", "Desalination costs about 3.5 yuan a cubic metre."),
        (3, "Desalination supplied 71% of municipal water.", "en", ""),
    ],
    [
        (
            "How much does it supply?",
            [
                ("Desalination supplied 62% of the municipal water of the six Gulf states in 2024.", [0]),
                ("They make 45% of the world's desalinated water.", [1, 0]),
            ],
            [
                table(
                    "Share by state",
                    ["State", "Share", "Plants", "Founded"],
                    [
                        ("Kuwait", "93%", "8", "1953"),
                        ("Qatar", "61%", "5", "1954"),
                        ("Oman — Donaudampfschifffahrtsgesellschaft", "34%", "1,204", "1976"),
                    ],
                    [0],
                )
            ],
        ),
        (
            "What does it cost? 💧",
            [
                ("Un mètre cube coûte 0,48 € à l’usine « Al Khafji », contre 1,20 € il y a vingt ans.", [2]),
                ("In China it is about 3.5 yuan a cubic metre.", [4]),
                ("Kuwait's plants take 90% of their energy from gas.", [3]),
            ],
            [],
        ),
    ],
    contradictions=[("Share of municipal water", [("62% in 2024", [0]), ("71%", [5])])],
    not_found=["What do the plants do to the sea?"],
    queries=["Gulf desalination share", "تحلية المياه الخليج"],
)

ARABIC = report(
    "ar",
    "كم تُسهم تحلية المياه في مياه الخليج؟",
    "ما نسبة المياه المحلاة في دول الخليج وكم تكلفتها؟",
    [
        source(0, "تقرير المياه في دول الخليج (World Bank) ٢٠٢٥", "https://water.example/ar", "ar", kind="primary"),
        source(1, "Desalination in the Gulf: a review", "https://review.example/p?q=1", "en"),
        source(2, "Le coût du dessalement", "https://eau.example/cout", "fr"),
        source(3, "مذكّراتي.docx", "", "ar", kind="own", dropped="nothing", published=None),
    ],
    [
        (0, "وفّرت التحلية ٦٢٪ من مياه البلديات في الدول الست عام ٢٠٢٤، أي ما يعادل ٥٫٣ مليارات متر مكعب.", "ar", ""),
        (
            1,
            "The six states produce 45% of the world's desalinated water (2024).",
            "en",
            "تنتج الدول الست ٤٥٪ من المياه المحلاة في العالم (٢٠٢٤).",
        ),
        (
            2,
            "Un mètre cube coûte 0,48 €, contre 1,20 € en 2004.",
            "fr",
            "يكلّف المتر المكعب ٠٫٤٨ يورو، مقابل ١٫٢٠ يورو في عام ٢٠٠٤.",
        ),
        (0, "مُحَطَّاتُ التَّحْلِيَةِ فِي الكُوَيْتِ تَعْمَلُ بِالغَازِ بِنِسْبَةِ ٩٠٪.", "ar", ""),
    ],
    [
        (
            "ما نسبة المياه المحلاة؟",
            [
                ("وفّرت التحلية ٦٢٪ من مياه البلديات في دول الخليج الست عام ٢٠٢٤.", [0]),
                ("وتنتج هذه الدول ٤٥٪ من المياه المحلاة في العالم، بحسب مراجعة World Bank.", [1]),
                ("The six states produce 45% of the world's desalinated water (2024).", [1]),
            ],
            [
                table(
                    "النسبة بحسب الدولة",
                    ["الدولة", "النسبة", "المحطات"],
                    [("الكويت", "٩٣٪", "٨"), ("قطر", "٦١٪", "٥"), ("عُمان", "٣٤٪", "١٢")],
                    [0],
                )
            ],
        ),
        (
            "كم تكلفتها؟",
            [
                ("يكلّف المتر المكعب ٠٫٤٨ يورو اليوم، وكان ١٫٢٠ يورو عام ٢٠٠٤.", [2]),
                ("تعمل محطات الكويت بالغاز بنسبة ٩٠٪.", [3]),
            ],
            [],
        ),
    ],
    contradictions=[("نسبة مياه البلديات", [("٦٢٪ عام ٢٠٢٤", [0]), ("45% of the world's water", [1])])],
    not_found=["ما أثر المحطات في البحر؟"],
    queries=["تحلية المياه دول الخليج", "Gulf desalination cost 2024"],
)

FRENCH = report(
    "fr",
    "Quelle part de l’eau du Golfe vient du dessalement ?",
    "Quelle part de l’eau douce du Golfe vient du dessalement, et à quel coût ?",
    [
        source(0, "L’eau dans les États du Golfe", "https://eau.example/golfe", "fr", kind="primary"),
        source(1, "Desalination review", "https://review.example/", "en"),
    ],
    [
        (
            0,
            "Le dessalement a fourni 62 % de l’eau municipale des six États en 2024, soit 5,3 milliards de m³.",
            "fr",
            "",
        ),
        (1, "A cubic metre costs $0.52.", "en", "Un mètre cube coûte 0,52 $."),
    ],
    [
        (
            "Quelle part ?",
            [("Le dessalement a fourni 62 % de l’eau municipale en 2024.", [0])],
            [table("Part par État", ["État", "Part"], [("Koweït", "93,5 %"), ("Qatar", "61 %")], [0])],
        ),
        ("À quel coût ?", [("Un mètre cube coûte 0,52 $.", [1]), ("A cubic metre costs $0.52.", [1])], []),
    ],
    contradictions=[("Coût", [("62 %", [0]), ("0,52 $", [1])])],
    not_found=["Quel est l’effet sur la mer ?"],
)

CHINESE = report(
    "zh",
    "海湾国家的淡水有多少来自海水淡化？",
    "海湾国家的淡水有多少来自海水淡化，成本是多少？",
    [
        source(0, "海湾国家水资源报告", "https://shui.example/2025", "zh", kind="primary"),
        source(1, "تحلية المياه", "https://miyah.example/", "ar"),
    ],
    [
        (0, "二〇二四年，海水淡化提供了六国百分之六十二的市政用水，约合五十三亿立方米。", "zh", ""),
        (1, "تنتج دول الخليج 45% من المياه المحلاة في العالم.", "ar", "海湾国家生产了全球45%的淡化水。"),
    ],
    [
        (
            "占多大比例？",
            [("2024年，海水淡化提供了六国62%的市政用水。", [0]), ("这些国家生产全球45%的淡化水。", [1])],
            [table("各国比例", ["国家", "比例"], [("科威特", "93%"), ("卡塔尔", "61%"), ("阿曼", "34%")], [0])],
        ),
        ("成本如何？", [("تنتج دول الخليج 45% من المياه المحلاة في العالم.", [1])], []),
    ],
    contradictions=[("市政用水比例", [("62%", [0]), ("45%", [1])])],
    not_found=["这些工厂对海洋有何影响？"],
)

LONG = report(
    "en",
    "Sixty notes",
    "What do sixty pages say?",
    [source(number, f"Page {number}", f"https://page{number}.example/", "en") for number in range(60)],
    [
        (number, f"Page {number} says that {number * 7} of 1,000 wells are dry in spring and in autumn.", "en", "")
        for number in range(60)
    ],
    [
        (
            f"Part {part}",
            [
                (f"Of 1,000 wells {number * 7} are dry, and e\u0301te\u0301 is hot 👩‍👩‍👧.", [number])
                for number in range(part * 20, part * 20 + 20)
            ],
            [],
        )
        for part in range(3)
    ],
)

WORST = (
    "</style><script>alert(1)</script> <b>&amp; \\ `code` *a* _b_ [c](https://evil.example) ![d](x) #let x = 1 $y$ @z "
    '<w:t> ]]> {{ }} | ~~e~~ \x00\x07\u202e\u2067\ufffe \ue000 [^1] :smile: www.evil.example #eval(read("/etc/passwd"))'
)
HOSTILE = report(
    "en",
    WORST,
    "# " + WORST,
    [
        source(0, WORST, "javascript:alert(1)", "en"),
        source(1, WORST, 'https://ok.example/"><script>?a=<b>&c=)|', 'x"y'),
    ],
    [(0, WORST, "en", WORST), (1, "- " + WORST, 'x"y', "")],
    [
        (
            "1. " + WORST,
            [("- " + WORST, [0]), ("2) " + WORST, [1, 0])],
            [table(WORST, [WORST, "n|"], [(WORST, "1 <"), ("=", "2 <")], [1])],
        )
    ],
    contradictions=[(WORST, [(WORST, [0]), ("+ " + WORST, [1])])],
    not_found=["=== " + WORST],
    queries=[WORST],
)

FOUR: dict[str, ResearchReport] = {"en": ENGLISH, "ar": ARABIC, "fr": FRENCH, "zh": CHINESE}
SAMPLES: dict[str, ResearchReport] = {**FOUR, "long": LONG, "hostile": HOSTILE}
