"""The fixed words of a report, in the four languages of the product; a report in another language has English ones."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What a report says by itself."""

    summary: str
    disagree: str
    not_found: str
    method: str
    sources: str
    translation: str
    """Stands before a translation that we made."""
    contents: str
    changes: str
    """Heading of what is new since the report before."""
    added: str
    gone: str
    page: str
    fetched: str
    published: str
    primary: str
    secondary: str
    own: str
    copy_of: str
    searched: str
    read: str
    dropped: str
    spent: str
    stage: str
    tokens: str
    seconds: str
    stopped: str
    nothing: str
    """Of a report in which there is no evidence at all."""
    quotation: tuple[str, str]
    """The quotation marks, the opening one first."""


_ENGLISH = Words(
    summary="Summary",
    disagree="Sources disagree",
    not_found="What was not found",
    method="How this report was made",
    sources="Sources",
    translation="our translation",
    contents="Contents",
    changes="What has changed",
    added="New",
    gone="No longer found",
    page="page",
    fetched="fetched",
    published="published",
    primary="primary source",
    secondary="secondary source",
    own="own file",
    copy_of="same text as",
    searched="Searched for",
    read="Sources read",
    dropped="Sources left out",
    spent="What it took",
    stage="Stage",
    tokens="tokens",
    seconds="seconds",
    stopped="Why the search ended",
    nothing="No source that was read answers this question.",
    quotation=("“", "”"),
)
_FRENCH = Words(
    summary="Résumé",
    disagree="Les sources se contredisent",
    not_found="Ce qui n’a pas été trouvé",
    method="Comment ce rapport a été fait",
    sources="Sources",
    translation="notre traduction",
    contents="Sommaire",
    changes="Ce qui a changé",
    added="Nouveau",
    gone="N’est plus trouvé",
    page="page",
    fetched="consulté le",
    published="publié le",
    primary="source primaire",
    secondary="source secondaire",
    own="fichier personnel",
    copy_of="même texte que",
    searched="Recherches",
    read="Sources lues",
    dropped="Sources écartées",
    spent="Ce qu’il a coûté",
    stage="Étape",
    tokens="jetons",
    seconds="secondes",
    stopped="Pourquoi la recherche s’est arrêtée",
    nothing="Aucune source lue ne répond à cette question.",
    quotation=("« ", " »"),
)
_ARABIC = Words(
    summary="الخلاصة",
    disagree="مصادر متعارضة",
    not_found="ما لم يُعثر عليه",
    method="كيف أُعِدّ هذا التقرير",
    sources="المصادر",
    translation="ترجمتنا",
    contents="المحتويات",
    changes="ما الذي تغيّر",
    added="جديد",
    gone="لم يعد موجودًا",
    page="صفحة",
    fetched="اطُّلع عليه في",
    published="نُشر في",
    primary="مصدر أولي",
    secondary="مصدر ثانوي",
    own="ملف شخصي",
    copy_of="النص نفسه في",
    searched="عبارات البحث",
    read="المصادر المقروءة",
    dropped="المصادر المستبعدة",
    spent="ما استهلكه",
    stage="المرحلة",
    tokens="رموز",
    seconds="ثوانٍ",
    stopped="سبب توقف البحث",
    nothing="لا يجيب أي مصدر مقروء عن هذا السؤال.",
    quotation=("«", "»"),
)
_CHINESE = Words(
    summary="摘要",
    disagree="来源之间的分歧",
    not_found="未找到的内容",
    method="本报告的形成过程",
    sources="来源",
    translation="本报告译文",
    contents="目录",
    changes="有何变化",
    added="新增",
    gone="已找不到",
    page="页",
    fetched="访问日期",
    published="发布日期",
    primary="一手来源",
    secondary="二手来源",
    own="自有文件",
    copy_of="与此来源文本相同：",
    searched="检索词",
    read="已读来源",
    dropped="未采用的来源",
    spent="消耗",
    stage="阶段",
    tokens="令牌",
    seconds="秒",
    stopped="检索结束的原因",
    nothing="已读来源均未回答此问题。",
    quotation=("“", "”"),
)
_BY_LANGUAGE = {"en": _ENGLISH, "fr": _FRENCH, "ar": _ARABIC, "zh": _CHINESE}

NAMES = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fa": "Persian", "fr": "French", "he": "Hebrew",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "pt": "Portuguese", "ru": "Russian", "ur": "Urdu",
    "zh": "Chinese",
}  # fmt: skip
"""What a prompt calls a language."""


def words_of(language: str) -> Words:
    """Return the words of a language by its code."""
    return _BY_LANGUAGE.get(language, _ENGLISH)


def language_name(language: str) -> str:
    """Return a language's English name, for a prompt; what is unknown is whatever the question is in."""
    return NAMES.get(language, "the language of the question")
