"""Chores with French and Chinese text, asked for in these languages."""

from __future__ import annotations

from bench.agents.checks import files_are, lines_are, number_is, says, table_is
from bench.agents.chores.make import chore

_INVOICE = """Facture nº 2026-117
Client : Société Bélanger & fils
Total hors taxes : 1 240,50 €
TVA (20 %) : 248,10 €
Total à payer : 1 488,60 €
Échéance : 15 avril 2026
"""
_WORDS = "zèbre\nécole\nabricot\nêtre\négal\nfleur\nça\ncote\n"
_SORTED = ["abricot", "ça", "cote", "école", "égal", "être", "fleur", "zèbre"]
_AGENDA = "nom,date\nréunion,3 février 2026\ndentiste,14 août 2025\nvoyage,1 décembre 2026\n"
_ISO = [["réunion", "2026-02-03"], ["dentiste", "2025-08-14"], ["voyage", "2026-12-01"]]
_POEM = "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。\n"
_CITIES = "重庆\n北京\n天津\n广州\n上海\n"
_FORM = "姓名：王小明\n电话：13800001234\n日期：二〇二六年五月八日\n地址：杭州市西湖区文三路12号\n"

TASKS = [
    chore(
        "french-invoice",
        "Lis facture.txt et dis-moi le total à payer, en euros.",
        says(1488.60),
        {"facture.txt": _INVOICE.replace("1 488,60", "1488,60").replace("1 240,50", "1240,50")},
        right="Le total à payer est de 1488,60 €.",
        wrong="Le total à payer est de 1240,50 €.",
        language="fr",
    ),
    chore(
        "french-sort",
        "Trie les mots de mots.txt par ordre alphabétique français (les accents et la cédille ne comptent pas : « é » se "
        "range avec « e ») et écris-les dans tries.txt, un par ligne.",
        lines_are("tries.txt", _SORTED),
        {"mots.txt": _WORDS},
        right={"tries.txt": "\n".join(_SORTED)},
        wrong={"tries.txt": "\n".join(sorted(_SORTED))},
        language="fr",
    ),
    chore(
        "french-dates",
        "Dans agenda.csv, les dates sont écrites en toutes lettres. Écris agenda_iso.csv avec les mêmes colonnes, dans "
        "le même ordre, et les dates sous la forme 2026-02-03.",
        table_is("agenda_iso.csv", _ISO),
        {"agenda.csv": _AGENDA},
        right={"agenda_iso.csv": "nom,date\n" + "".join(f"{name},{date}\n" for name, date in _ISO)},
        wrong={"agenda_iso.csv": _AGENDA},
        language="fr",
    ),
    chore(
        "chinese-count-character",
        "文件 poem.txt 里“月”字出现了几次？把数字写进 count.txt。",
        number_is("count.txt", 2),
        {"poem.txt": _POEM},
        right={"count.txt": "2"},
        wrong={"count.txt": "1"},
        language="zh",
    ),
    chore(
        "chinese-sort",
        "把 cities.txt 里的城市按汉语拼音顺序排列，每行一个，写进 sorted.txt。",
        lines_are("sorted.txt", ["北京", "重庆", "广州", "上海", "天津"]),
        {"cities.txt": _CITIES},
        right={"sorted.txt": "北京\n重庆\n广州\n上海\n天津\n"},
        wrong={"sorted.txt": "上海\n北京\n天津\n广州\n重庆\n"},
        language="zh",
    ),
    chore(
        "chinese-form",
        "form.txt 是一张登记表。把其中的日期改写成 2026-05-08 这样的格式（只写日期），保存到 date.txt。",
        files_are({"date.txt": "2026-05-08\n"}),
        {"form.txt": _FORM},
        right={"date.txt": "2026-05-08"},
        wrong={"date.txt": "二〇二六年五月八日"},
        language="zh",
    ),
]
