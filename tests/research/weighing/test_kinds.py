"""Who speaks on a page, by its address."""

import pytest

from earthshine.research.report import SourceKind
from earthshine.research.weighing.kinds import kind_of

PAGES: list[tuple[str, str, SourceKind]] = [
    ("", "", "own"),
    ("https://www.gov.uk/x", "", "primary"),
    ("https://www.insee.gouv.fr/", "", "primary"),
    ("https://u-tokyo.ac.jp/", "", "primary"),
    ("https://who.int/", "", "primary"),
    ("https://doi.org/10.1000/x", "", "primary"),
    ("https://press.example/articles/10.1234/abc", "", "primary"),
    ("https://airbus.com/x", "When was Airbus founded?", "primary"),
    ("https://airbus.com", "متى تأسست Airbus؟", "primary"),
    ("https://www.toureiffel.paris/", "Quelle est la hauteur de la Tour Eiffel ?", "primary"),
    ("https://dorn-bridges.co.uk", "Who owns Dorn Bridges?", "primary"),
    ("https://gov.example.com/", "", "secondary"),
    ("https://insee.gouv.fr.evil.net/", "", "secondary"),
    ("https://airbus.com.evil.net/", "When was Airbus founded?", "secondary"),
    ("https://history.com", "What is the history of Rome?", "secondary"),
    ("https://news.example/a?u=https://x.gov/", "", "secondary"),
    ("http://[bad", "", "secondary"),
]


@pytest.mark.parametrize(("url", "question", "kind"), PAGES)
def test_tells_who_speaks(url: str, question: str, kind: SourceKind):
    assert kind_of(url, "The text says: official site, gov, doi.", question) == kind


def test_a_paper_has_its_number_at_its_head():
    head = "Cables under load\nA. Halden\nhttps://doi.org/10.1234/abc.1\nAbstract\nWe measure"
    assert kind_of("https://press.example/a", head, "") == "primary"
    assert kind_of("https://blog.example/a", "I read this.\n" * 300 + head, "") == "secondary"
