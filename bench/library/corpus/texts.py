"""What the corpus says, in four languages: each article is a list of blocks, and the blocks' words are the truth.

The sentences are our own. They hold what readers of PDF get wrong: lam with alef, the name الله, vowel marks, brackets
and guillemets, percentages, dates, times, telephone numbers, words of another script inside a line, ligatures and
accents, full-width punctuation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["title", "heading", "paragraph", "item", "row", "note"]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of an article; a `row` has its cells set apart by tabs, a `note` is the footnote of the block before."""

    kind: BlockKind
    text: str


LANGUAGES = ("ar", "fr", "zh", "en")

_TITLES = {
    "ar": "مرصد الجبل: تقرير السنة الأولى",
    "fr": "L’observatoire de la montagne : rapport de la première année",
    "zh": "山顶天文台：第一年报告",
    "en": "The mountain observatory: report of the first year",
}
_HEADINGS = {
    "ar": ("المقدمة", "الأعمال والنتائج", "الميزانية", "خاتمة"),
    "fr": ("Introduction", "Travaux et résultats", "Le budget", "Conclusion"),
    "zh": ("引言", "工作与成果", "预算", "结语"),
    "en": ("Introduction", "Work and results", "The budget", "Conclusion"),
}
_PARAGRAPHS = {
    "ar": (
        "بدأ العمل في المرصد في شهر آذار، وكان الهدف الأول قياس ضوء الأرض المنعكس على القمر. شارك في الأعمال أربعة عشر"
        " عالماً من ثلاث جامعات، ولا يزال الباب مفتوحاً أمام الطلاب والباحثين الآخرين.",
        "لاحظ الفريق أن الضوء يتغير مع الفصول؛ فالغيوم الكثيفة تعكس ضوءاً أكثر من المحيطات، والثلوج تعكس أكثر منهما معاً."
        " لذلك جُمعت القياسات ليلة بعد ليلة، ثم قورنت بصور الأقمار الصناعية (انظر الملحق الثاني).",
        "قال مدير المرصد: «لا نريد أرقاماً جميلة، بل أرقاماً صحيحة». ولهذا كُتبت الأخطاء كلها في سجل مفتوح [السجل العام]"
        " يستطيع الجميع قراءته، والحمد لله على سلامة الأجهزة والعاملين بعد عاصفة الشتاء.",
        "إن الإنسان الذي ينظر إلى الهلال الأول يرى القرص المظلم مضيئاً بلون رمادي خافت، وهذا الضوء الرمادي هو نور الأرض"
        " نفسها. وقد شرح العلماء الأوائل هذه الظاهرة قبل قرون طويلة، وما زالت الأسئلة كثيرة.",
        "تقع الأبنية على سفح الجبل الشرقي بعيداً عن أضواء المدينة، ويصل إليها طريق واحد يُغلق أحياناً في الشتاء بسبب"
        " الثلوج. وللمرصد مولدات كهرباء احتياطية وخزانات ماء تكفي شهراً كاملاً.",
        "تُنشر النتائج كلها بلا مقابل، ويمكن لأي مدرسة أن تطلب البيانات أو أن تزور القاعة الكبرى في أيام الآحاد، حيث"
        " يُشرح للأطفال كيف تُقاس المسافات بين الكواكب والنجوم وكيف تُصنع المرايا.",
    ),
    "fr": (
        "Les travaux ont commencé au mois de mars ; le premier but était de mesurer la lumière de la Terre que renvoie la"
        " Lune. Quatorze chercheurs de trois universités y ont participé, et la porte reste ouverte aux étudiants.",
        "L’équipe a remarqué que la lumière change avec les saisons : les nuages épais renvoient plus de lumière que les"
        " océans, et la neige plus encore que les deux. On a donc recueilli des mesures nuit après nuit (voir l’annexe B).",
        "« Nous ne voulons pas de beaux chiffres, mais des chiffres exacts », a dit la directrice. Voilà pourquoi toutes les"
        " erreurs figurent dans un registre ouvert [le journal commun] que chacun peut lire, du début à la fin.",
        "Qui regarde le premier croissant voit le disque sombre éclairé d’un gris très doux ; cette lueur cendrée est la"
        " clarté de la Terre elle-même. Les anciens l’avaient expliquée, et pourtant les questions affluent.",
        "Les bâtiments se trouvent sur le flanc est, loin des lumières de la ville ; une seule route y mène, parfois fermée"
        " l’hiver. L’observatoire a des groupes électrogènes, un bœuf pour le déneigement et de l’eau pour un mois.",
        "Tous les résultats sont publiés sans contrepartie. Une école peut demander les données ou visiter la grande salle"
        " le dimanche, où l’on explique aux élèves comment se mesurent les distances et se polissent les miroirs.",
    ),
    "zh": (
        "天文台的工作从三月开始，第一个目标是测量月球反射的地球光。三所大学的十四位学者参加了这项工作，大门仍然向学生和其他研究者敞开。",
        "研究小组发现，光线随季节而变化：浓云反射的光比海洋多，积雪反射的光又比两者更多。因此人们一夜又一夜地收集数据，再与卫星照片比较（见附录二）。",
        "台长说：“我们不要漂亮的数字，而要正确的数字。”所以一切错误都写在公开的记录里【公共日志】，人人都可以阅读。",
        "凡是望着新月的人，都会看到暗的一面发出淡淡的灰光，那就是地球自己的光。古人早已解释过这种现象，可是问题仍然很多。",
        "建筑物坐落在东面的山坡上，远离城市的灯火；只有一条路通到那里，冬天有时因为下雪而关闭。天文台有备用发电机和足够一个月的水。",
        "所有成果都免费发表。任何学校都可以索取数据，也可以在星期日参观大厅，那里向孩子们讲解怎样测量行星之间的距离，怎样磨制镜面。",
    ),
    "en": (
        "Work began in March, and the first aim was to measure the light of the Earth that the Moon throws back. Fourteen"
        " people from three universities took part, and the door is still open to students and to other offices.",
        "The team saw that the light changes with the seasons: thick clouds reflect more than oceans, and snow reflects more"
        " than both. Measurements were therefore taken night after night and compared with pictures (see annex B).",
        "“We do not want fine figures, we want right ones,” said the director. That is why every error stands in an open"
        " register [the common log] which anybody can read, from the first affair to the last difficult night.",
        "Whoever looks at the first crescent sees the dark disc lit by a soft grey; this ashen glow is the light of the"
        " Earth itself. The ancients had explained it, and yet the questions flow in from all sides.",
        "The buildings stand on the eastern flank, far from the lights of the city; a single road leads there, sometimes"
        " closed in winter. The observatory has its own generators and enough water for a month.",
        "All results are published free of charge. A school may ask for the data or visit the great hall on Sundays, where"
        " children are shown how distances between planets are measured and how mirrors are ground.",
    ),
}
_ITEMS = {
    "ar": (
        "قياس الضوء كل ليلة صافية",
        "مقارنة النتائج مع محطات أخرى",
        "إصلاح القبة الكبيرة قبل الشتاء",
        "طباعة كتاب للأطفال",
    ),
    "fr": (
        "Mesurer la lumière chaque nuit claire",
        "Comparer avec d’autres stations",
        "Réparer la grande coupole",
        "Imprimer un livre",
    ),
    "zh": ("每个晴夜测量光线", "与其他台站比较结果", "入冬以前修好大圆顶", "为孩子们印一本书"),
    "en": (
        "Measure the light each clear night",
        "Compare with other stations",
        "Repair the great dome",
        "Print a book for children",
    ),
}
_NUMBERS = {
    "ar": (
        "في 25 آذار 2026 عند الساعة 21:30 سُجلت 1,482 قياساً، أي 93.5% من الخطة، بكلفة 12,750.80 دولاراً.",
        "للاتصال: 00961-1-234567، صندوق البريد 1107 (الطابق 3)، من 8 إلى 16 كل يوم عدا 1/5 و25/12.",
        "بلغ العدد ٣٦٥ ليلة، منها ٤٧ ليلة غائمة، والنسبة ١٢٫٩٪ فقط، من الصفحة ١٥ إلى الصفحة ٢٨.",
    ),
    "fr": (
        "Le 25 mars 2026 à 21 h 30, on a compté 1 482 mesures, soit 93,5 % du plan, pour 12 750,80 €.",
        "Téléphone : 00961-1-234567, boîte postale 1107 (étage 3), de 8 à 16 h, sauf le 1/5 et le 25/12.",
    ),
    "zh": (
        "2026年3月25日21:30，共记录1,482次测量，占计划的93.5%，费用12,750.80元。",
        "电话：00961-1-234567，邮政信箱1107（3层），每天8时至16时，5月1日和12月25日除外。",
    ),
    "en": (
        "On 25 March 2026 at 21:30 we had counted 1,482 measurements, 93.5% of the plan, for $12,750.80.",
        "Telephone: 00961-1-234567, post box 1107 (floor 3), from 8 to 16 h, except on 1/5 and 25/12.",
    ),
}
_ROWS = {
    "ar": (
        "البند\tالسنة 2025\tالسنة 2026",
        "الأجهزة\t4,210\t5,360",
        "الرواتب\t18,400\t19,950",
        "النقل\t730\t1,045",
        "المجموع\t23,340\t26,355",
    ),
    "fr": (
        "Poste\tAnnée 2025\tAnnée 2026",
        "Appareils\t4210\t5360",
        "Salaires\t18400\t19950",
        "Transport\t730\t1045",
        "Total\t23340\t26355",
    ),
    "zh": (
        "项目\t2025年\t2026年",
        "仪器\t4,210\t5,360",
        "工资\t18,400\t19,950",
        "交通\t730\t1,045",
        "合计\t23,340\t26,355",
    ),
    "en": (
        "Item\tYear 2025\tYear 2026",
        "Devices\t4,210\t5,360",
        "Wages\t18,400\t19,950",
        "Transport\t730\t1,045",
        "Total\t23,340\t26,355",
    ),
}
_MIXED = {
    "ar": (
        "يستعمل المرصد برنامج Python وقاعدة بيانات SQLite لحفظ القياسات، ثم يرسلها بالبريد إلى info@example.org كل صباح.",
        "الملف report-2026.pdf فيه 48 صفحة، والنسخة Version 3.2 منشورة تحت رخصة Apache-2.0 (مفتوحة المصدر).",
        "The Arabic word مرصد means observatory, and the word قمر means moon.",
        "كاميرا CCD من طراز X-100 (صنع 2019) تلتقط 60 صورة في الدقيقة.",
    ),
    "fr": (
        "L’observatoire emploie Python et une base SQLite, puis envoie les mesures à info@example.org chaque matin.",
        "Le mot arabe مرصد veut dire observatoire, et le mot chinois 月亮 veut dire lune.",
    ),
    "zh": (
        "天文台使用Python和SQLite数据库保存数据，每天早晨发送到info@example.org。",
        "文件report-2026.pdf共48页，Version 3.2按Apache-2.0许可证发布。",
    ),
    "en": (
        "The observatory uses Python and an SQLite database, then sends the data to info@example.org each morning.",
        "The Arabic word مرصد means observatory, and the Chinese word 月亮 means moon.",
    ),
}
_MARKED = {
    "ar": (
        "الْعِلْمُ نُورٌ وَالْجَهْلُ ظَلَامٌ، وَمَنْ سَارَ عَلَى الدَّرْبِ وَصَلَ.",
        "قَالَ الشَّيْخُ: «اُطْلُبُوا الْعِلْمَ»، إِنَّ الْقَمَرَ يَسْتَمِدُّ نُورَهُ مِنَ الشَّمْسِ لَا مِنْ نَفْسِهِ.",
    ),
    "fr": ("Où l’été naît, l’âme s’élève : façade, maïs, Noël, aiguë, œuvre, efficace, affluent, ÉCOLE, ÇA.",),
    "zh": ("繁體字與简体字：龍龙、體体、聲声；標點「引號」與《書名》。",),
    "en": ("Office, affluent, fjord, flask, fine, shuffle, waffle; naïve, café, coöperate.",),
}
_NOTES = {
    "ar": "القياسات محفوظة في الأرشيف رقم 77.",
    "fr": "Les mesures sont gardées aux archives, numéro 77.",
    "zh": "测量数据保存在第77号档案。",
    "en": "The measurements are kept in archive number 77.",
}

LAYOUTS = ("article", "columns", "report", "mixed")


def article(language: str, layout: str) -> list[Block]:
    """The blocks of one document, in reading order; footnotes at the end, where the page shows them.

    `article` has headings, paragraphs, a list and a footnote; `columns` is set in two columns; `report` has numbers and
    a table; `mixed` has other scripts inside its lines, vowel marks and rare letters.
    """
    headings, paragraphs = _HEADINGS[language], _PARAGRAPHS[language]
    blocks = [Block("title", _TITLES[language])]

    def section(number: int, kind: BlockKind, texts: tuple[str, ...]) -> None:
        blocks.append(Block("heading", headings[number]))
        blocks.extend(Block(kind, text) for text in texts)

    if layout == "article":
        section(0, "paragraph", paragraphs[:2])
        blocks.append(Block("note", _NOTES[language]))
        section(1, "paragraph", paragraphs[2:4])
        blocks.extend(Block("item", text) for text in _ITEMS[language])
        section(3, "paragraph", paragraphs[4:])
    elif layout == "columns":
        section(0, "paragraph", paragraphs)
        section(1, "paragraph", tuple(reversed(paragraphs)))
    elif layout == "report":
        section(0, "paragraph", paragraphs[:1])
        section(1, "paragraph", _NUMBERS[language])
        section(2, "row", _ROWS[language])
        section(3, "paragraph", paragraphs[2:3])
    else:
        section(0, "paragraph", _MIXED[language])
        section(1, "paragraph", _MARKED[language])
        section(3, "paragraph", paragraphs[2:4])
    return blocks


def truth(blocks: list[Block], notes_last: bool = True) -> list[str]:
    """The blocks' texts in the order in which a page shows them: footnotes last, where the producer has any."""
    if not notes_last:
        return [block.text for block in blocks]
    body = [block.text for block in blocks if block.kind != "note"]
    return body + [block.text for block in blocks if block.kind == "note"]
