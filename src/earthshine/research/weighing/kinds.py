"""Who speaks on a page: whom it is about, or somebody else. Told by its address, so that no text can claim it.

What it cannot tell: the site of a thing whose name the question writes in other letters than the address has.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from earthshine.research.report import SourceKind
from earthshine.search.languages import votes
from earthshine.text.normalization import normalise

_AUTHORITIES = frozenset(("gov", "mil", "edu", "int"))
"""Domains that only governments, armies, universities and treaties are given (IANA's sponsored ones)."""
_BELOW_COUNTRIES = frozenset("gov gouv gob gub govt go gc mil edu ac gv governo".split())  # noqa: SIM905 - readable
"""The same, below a country's domain, as in gov.uk, gouv.fr, ac.jp and go.kr."""
_PUBLIC = ("europa.eu", "admin.ch", "bund.de", "nhs.uk", "un.org", "worldbank.org", "imf.org", "oecd.org")
"""Authorities whose domain does not say so."""
_PAPERS = (
    "doi.org",
    "arxiv.org",
    "pubmed.ncbi.nlm.nih.gov",
    "ncbi.nlm.nih.gov",
    "biorxiv.org",
    "medrxiv.org",
    "hal.science",
)
"""Where papers stand as their authors wrote them."""
_DOI_PATH = re.compile(r"/10\.\d{4,9}/\S")
_DOI_OF_TEXT = re.compile(r"\bdoi(?:\.org/|\s*:\s*)10\.\d{4,9}/\S", re.I)
_HEAD = 2000
"""Characters of a paper's beginning, where its own number stands; further on it is that of another."""
_PAPER_WORDS = re.compile(
    r"\b(?:abstract|résumé|keywords|mots[- ]clés)\b|摘要|关键词|الملخص|المستخلص|الكلمات المفتاحية", re.I
)
_SHORTEST_NAME = 4
_LONGEST_NAME = 4
"""Words of a name that a domain may be made of."""
_READ = 2000
"""Characters of a question."""


def kind_of(url: str, text: str, question: str) -> SourceKind:
    """Return who speaks: `own` for a file, `primary` for whom the question is about and authorities; else `secondary`.

    `url`: where the page was; empty for a file.
    """
    if not url:
        return "own"
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return "secondary"
    labels = host.split(".")
    # An authority: its domain is given to nobody else.
    if labels[-1] in _AUTHORITIES and len(labels) > 1:
        return "primary"
    # An authority below its country's domain.
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _BELOW_COUNTRIES:
        return "primary"
    if _is_of(host, _PUBLIC) or _is_of(host, _PAPERS):
        return "primary"
    # A paper at its publisher's: it has its number in the address, or at the head together with an abstract.
    if _DOI_PATH.search(parts.path[:300]):
        return "primary"
    head = text[:_HEAD]
    if _DOI_OF_TEXT.search(head) and _PAPER_WORDS.search(head):
        return "primary"
    # The site of what the question names: its domain is made of that name.
    return "primary" if _own_name(labels) in _names(question) else "secondary"


def _is_of(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == each or host.endswith("." + each) for each in domains)


def _own_name(labels: list[str]) -> str:
    """Return the part of a host that its owner chose, without hyphens; empty for a host that has none."""
    second_level = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in ("co", "com", "org", "net", "or", "ne")
    place = -3 if second_level else -2
    return labels[place].replace("-", "") if len(labels) >= -place else ""


def _names(question: str) -> frozenset[str]:
    """Return the names in Latin letters in a question, joined as in domains: of capitals, or beside another script."""
    question = question[:_READ]
    capitals = {normalise(each).replace(" ", "") for each in re.findall(r"\b[A-ZÀ-Þ][\w&'’-]*", question)}
    words = normalise(question).split()
    foreign = any(not ("a" <= word[0] <= "\u024f" or word[0].isdigit()) for word in words)
    found: set[str] = set()
    for place, word in enumerate(words):
        for size in range(1, _LONGEST_NAME + 1):
            run = words[place : place + size]
            named = all(each.isascii() for each in run) and any(foreign or each in capitals for each in run)
            joined = "".join(run)
            # The first word of a question has a capital in any case, and a function word is no name.
            sure = size > 1 or ((foreign or place > 0 or len(words) <= _LONGEST_NAME) and not votes([word]))
            if named and sure and len(joined) >= _SHORTEST_NAME:
                found.add(joined)
    return frozenset(found)
