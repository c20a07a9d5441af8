"""The fixed words that only files of a report have; those of every report are in `writing/words.py`."""

from __future__ import annotations

from collections.abc import Mapping

from earthshine.research.writing.words import words_of

_LANGUAGES = ("en", "ar", "fr", "zh")

_WORDS: dict[str, tuple[str, str, str, str]] = {
    "question": ("Question", "السؤال", "Question", "问题"),
    "unused": ("Read and not used", "قُرئت ولم تُستعمل", "Lues sans être retenues", "已读但未采用"),
    "notes": ("Notes", "الحواشي", "Notes", "注释"),
    "language": ("language", "اللغة", "langue", "语言"),
    "part": ("part", "الجزء", "partie", "部分"),
    "dropped_person": ("dropped by a person", "استبعده شخص", "écartée par une personne", "由人剔除"),
    "dropped_unreadable": ("could not be read", "تعذّرت قراءته", "illisible", "无法读取"),
    "dropped_nothing": (
        "says nothing to the question",
        "لا يجيب عن السؤال",
        "ne dit rien sur la question",
        "与问题无关",
    ),
    "model": ("Model", "النموذج", "Modèle", "模型"),
    "rounds": ("Rounds of search", "جولات البحث", "Tours de recherche", "搜索轮次"),
    "limits": ("Limits", "الحدود", "Limites", "限额"),
    "limit_tokens": ("{} tokens", "{} رمزًا", "{} jetons", "{} 令牌"),
    "limit_seconds": ("{} seconds", "{} ثانية", "{} secondes", "{} 秒"),
    "limit_pages": ("{} pages", "{} صفحة", "{} pages", "{} 页"),
    "stopped_answered": (
        "all questions have evidence",
        "لكل سؤال شواهد",
        "chaque question a ses preuves",
        "每个问题都有证据",
    ),
    "stopped_nothing_new": (
        "new sources changed nothing",
        "المصادر الجديدة لم تغيّر شيئًا",
        "les nouvelles sources n’ont rien changé",
        "新来源没有带来变化",
    ),
    "stopped_tokens": ("its tokens were spent", "نفدت الرموز", "les jetons étaient épuisés", "令牌已用完"),
    "stopped_seconds": ("its time was spent", "نفد الوقت", "le temps était épuisé", "时间已用完"),
    "stopped_pages": ("its pages were spent", "نفدت الصفحات", "les pages étaient épuisées", "页数已用完"),
    "stopped_person": ("a person ended it", "أنهاه شخص", "une personne y a mis fin", "由人结束"),
    "calls": ("Calls", "النداءات", "Appels", "调用"),
    "input_tokens": ("Input tokens", "رموز الإدخال", "Jetons lus", "输入令牌"),
    "output_tokens": ("Output tokens", "رموز الإخراج", "Jetons écrits", "输出令牌"),
    "seconds": ("Seconds", "الثواني", "Secondes", "秒"),
    "total": ("Total", "المجموع", "Total", "合计"),
    "stage_plan": ("plan", "التخطيط", "plan", "计划"),
    "stage_search": ("search", "البحث", "recherche", "搜索"),
    "stage_read": ("read", "القراءة", "lecture", "阅读"),
    "stage_note": ("note", "التدوين", "prise de notes", "摘录"),
    "stage_weigh": ("weigh", "الموازنة", "évaluation", "权衡"),
    "stage_outline": ("outline", "المخطط", "structure", "提纲"),
    "stage_write": ("write", "الكتابة", "rédaction", "撰写"),
    "stage_check": ("check", "التحقق", "vérification", "核对"),
    "stage_translate": ("translate", "الترجمة", "traduction", "翻译"),
    "page_of": ("{} of {}", "{} من {}", "{} sur {}", "{} / {}"),
    "colon": (": ", ": ", "\u00a0: ", "："),
    "point": (".", ".", ",", "."),
    "semicolon": ("; ", "؛ ", "\u00a0; ", "；"),
}


class Words:
    """The words of one language; in any but four, they are the English ones."""

    def __init__(self, language: str) -> None:
        base = base_of(language)
        self.language = base if base in _LANGUAGES else "en"
        """In which they are."""
        self.common = words_of(self.language)
        place = _LANGUAGES.index(self.language)
        self._words: Mapping[str, str] = {key: words[place] for key, words in _WORDS.items()}
        self.gap = "" if base in ("zh", "ja") else " "
        """What stands between two sentences of the report's language."""

    def __getitem__(self, key: str) -> str:
        return self._words[key]

    def named(self, name: str) -> str:
        """Return the name of a thing, which follows."""
        return name.rstrip("：: \u00a0") + self["colon"]


def base_of(language: str) -> str:
    """Return a language without its region: `zh` of `zh-TW`."""
    return language.partition("-")[0].lower()


def quoted(text: str, language: str) -> str:
    """Return a text in the quotation marks of its language."""
    opening, closing = (mark.replace(" ", "\u00a0") for mark in words_of(base_of(language)).quotation)
    return f"{opening}{text}{closing}"
