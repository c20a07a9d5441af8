"""Which property of a thing is told: its length, its price, the day on which it opened, who has a role in it.

Words of Arabic, French, Chinese and English; what no word tells is left open.
"""

from __future__ import annotations

import re

from earthshine.research.weighing.calendar import plain_digits

_WORDS = (
    (
        "length",
        r"long(?:ue|ueur)?|length|span|mesure|طول\w{0,3}|全长|长度|(?<![市所院校部局会成增县省州])长(?![期江春沙城])",
    ),
    ("height", r"high|tall|height|haute?|hauteur|ارتفاع\w{0,3}|علو|高度|高"),
    ("width", r"wide|width|large|largeur|عرض\w{0,3}|宽度|宽"),
    ("depth", r"deep|depth|profonde?|profondeur|عمق\w{0,3}|深度|深"),
    ("area", r"area|surface|superficie|مساحة|مساحته\w?|面积"),
    ("weight", r"weigh(?:s|ed|t)?|pèse|poids|وزن\w{0,3}|重量|重"),
    (
        "price",
        r"costs?|prices?|coûte?|coût|prix|budget|تكلف\w{0,3}|كلف\w{0,3}|بتكلفة|كلفة|ميزانية|耗资|造价|成本|预算|投资",
    ),
    ("revenue", r"revenues?|turnover|sales|chiffre d.affaires|recettes|ايرادات|عائدات|مبيعات|收入|营收|营业额"),
    ("profit", r"profits?|earnings|bénéfices?|ارباح|利润|净利"),
    ("population", r"population|inhabitants|habitants|residents|سكان|نسمة|人口|居民"),
    (
        "staff",
        r"employ(?:s|ees?|ed)?|workforce|staff|effectifs?|salariés?|emploie|موظف\w{0,3}|يعمل|توظف|عامل|员工|雇员|职工",
    ),
    (
        "founded",
        r"found(?:ed|ing|ation)|establish\w{0,4}|created|fond\wes?|cré\wes?|fondation|تاسس\w?|اسس\w?"
        r"|انشئ\w?|成立|创立|创办|创建",
    ),
    (
        "opened",
        r"open(?:s|ed|ing)?|inaugurat\w{1,3}|inaugur\wes?|ouverte?s?|ouverture|mise? en service|افتتح\w?"
        r"|افتتاح\w?|فتح|دشن\w?|开通|通车|启用|开放|开业",
    ),
    (
        "built",
        r"built|complet(?:ed|ion)|construct\w{0,3}|construite?s?|achev\wes?|بني\w?|شيد\w?|اكتمل\w?"
        r"|انجز\w?|建成|竣工|修建|落成",
    ),
    ("born", r"born|née?|naissance|ولد\w?|出生|生于"),
    ("died", r"died|death|mort|décédée?|توفي\w?|مات|去世|逝世"),
)
_ROLES = (
    ("mayor", r"mayor|maire|عمدة|رئيسة? بلدية|市长"),
    ("director", r"director|head|directeur|directrice|مديرة?|مدير عام|所长|院长|主任|局长"),
    (
        "chief",
        r"chief executive|ceo|president|chairman|pdg|présidente?|الرئيس التنفيذي|رئيسة?"
        r"|首席执行官|总裁|总经理|主席|总统",
    ),
    ("architect", r"architect|designed|architecte|conçue?|المهندسة? المعماري|صمم\w{0,2}|建筑师|设计师|设计"),
    ("founder", r"founder|founded by|fondateur|fondatrice|fondée? par|مؤسسة?|创始人"),
    ("author", r"author|written by|auteur|autrice|écrite? par|مؤلفة?|作者"),
    ("owner", r"owner|owned by|propriétaire|مالكة?|所有者|业主"),
    ("capital", r"capital|capitale|عاصمة|首都|首府"),
)
_EVENTS = frozenset(("founded", "opened", "built", "born", "died"))
_PATTERN = re.compile(
    "|".join(f"(?P<{name}>(?<![a-zà-ÿ])(?:{words})(?![a-zà-ÿ]))" for name, words in _WORDS), re.IGNORECASE
)
_ROLE = re.compile(
    "|".join(f"(?P<{name}>(?<![a-zà-ÿ])(?:{words})(?![a-zà-ÿ]))" for name, words in _ROLES), re.IGNORECASE
)
_NEAR = 60
"""Characters on each side of a figure that are looked at."""


def measure_of(text: str, start: int, end: int, *, event: bool) -> str:
    """Return the property nearest to the figure from `start` to `end`; empty where no word near it tells one.

    `event`: for a day, which is when something happened; else of what has a size. `text`: as `plain_digits` leaves it.
    """
    low, best = max(0, start - _NEAR), (_NEAR + 1, "")
    for found in _PATTERN.finditer(text, low, min(len(text), end + _NEAR)):
        name = found.lastgroup or ""
        if (name in _EVENTS) == event:
            away = start - found.end() if found.end() <= start else max(0, found.start() - end)
            best = min(best, (away, name))
    return best[1]


def without_measures(text: str) -> str:
    """Return a text without the words that tell properties."""
    return _PATTERN.sub(" ", text)


def roles_of(text: str) -> frozenset[str]:
    """Return which of the roles that one person or place has a sentence speaks of, such as `mayor`."""
    return frozenset(found.lastgroup or "" for found in _ROLE.finditer(plain_digits(text)))


def without_roles(text: str) -> str:
    """Return a text without the words that tell roles."""
    return _ROLE.sub(" ", plain_digits(text))
