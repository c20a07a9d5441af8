"""Chores with Arabic text, asked for in Arabic."""

from __future__ import annotations

from bench.agents.checks import files_are, lines_are, number_is, says
from bench.agents.chores.make import chore

_LETTER = """السيدة الفاضلة ليلى،
نؤكد حجزكم رقم ٤٨٢١ في فندق النخيل بمدينة مراكش من ١٢ إلى ١٥ مارس.
المبلغ المستحق هو ١٬٣٥٠ درهماً، والهاتف ٠٥٢٤٣٣٠٠١٧.
"""
_NEWS = """افتتحت مكتبة الحي صباح الأحد.
زار المكتبة أطفال كثيرون.
قالت المديرة إن المكتبة تفتح كل يوم.
وفي المساء عاد الجميع إلى البيت.
"""
_DATES = "٠٣/٠٤/٢٠٢٥\n٢١/١٢/٢٠٢٤\n٠٩/٠١/٢٠٢٦\n"
_NAMES = "ياسين\nأمينة\nسعاد\nبدر\nخالد\n"
_TEMPLATE = "عزيزي {الاسم}، موعدك يوم {اليوم}.\n"
_GUESTS = "الاسم,اليوم\nهدى,الاثنين\nعمر,الخميس\n"
_FILLED = "عزيزي هدى، موعدك يوم الاثنين.\nعزيزي عمر، موعدك يوم الخميس.\n"

TASKS = [
    chore(
        "arabic-booking",
        "ما رقم الحجز المذكور في الرسالة letter.txt؟",
        says(4821),
        {"letter.txt": _LETTER},
        right="رقم الحجز هو ٤٨٢١.",
        wrong="رقم الحجز هو ١٣٥٠.",
        language="ar",
    ),
    chore(
        "arabic-count-word",
        "كم سطراً في الملف news.txt يحتوي على كلمة «المكتبة»؟ اكتب العدد وحده في الملف count.txt.",
        number_is("count.txt", 2),
        {"news.txt": _NEWS},
        right={"count.txt": "2\n"},
        wrong={"count.txt": "3\n"},
        language="ar",
    ),
    chore(
        "arabic-dates",
        "في الملف dates.txt تواريخ بصيغة يوم/شهر/سنة وبأرقام عربية. حوّلها إلى الصيغة 2025-04-03 (سنة-شهر-يوم) بأرقام "
        "لاتينية واكتبها بالترتيب نفسه في الملف iso.txt، كل تاريخ في سطر.",
        # The digits that are asked for are compared as they are written.
        files_are({"iso.txt": "2025-04-03\n2024-12-21\n2026-01-09\n"}),
        {"dates.txt": _DATES},
        right={"iso.txt": "2025-04-03\n2024-12-21\n2026-01-09\n"},
        wrong={"iso.txt": "2025-03-04\n2024-21-12\n2026-09-01\n"},
        language="ar",
    ),
    chore(
        "arabic-sort",
        "رتّب الأسماء الموجودة في names.txt ترتيباً أبجدياً حسب الحروف العربية (الألف ثم الباء...) واكتبها في sorted.txt، "
        "كل اسم في سطر.",
        lines_are("sorted.txt", ["أمينة", "بدر", "خالد", "سعاد", "ياسين"]),
        {"names.txt": _NAMES},
        right={"sorted.txt": "أمينة\nبدر\nخالد\nسعاد\nياسين\n"},
        wrong={"sorted.txt": "بدر\nأمينة\nخالد\nسعاد\nياسين\n"},
        language="ar",
    ),
    chore(
        "arabic-template",
        "املأ القالب template.txt لكل ضيف من guests.csv، واكتب النتيجة في messages.txt، رسالة في كل سطر وبترتيب الملف.",
        lines_are("messages.txt", _FILLED.splitlines()),
        {"template.txt": _TEMPLATE, "guests.csv": _GUESTS},
        right={"messages.txt": _FILLED},
        wrong={"messages.txt": _FILLED.replace("الخميس", "الاثنين")},
        language="ar",
    ),
]
