"""What is made of a model's text: marks, links, code, and quotations that were typed well and badly."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from earthshine.harness.citations.checks import checked
from earthshine.harness.citations.grammar import citing, up_to
from earthshine.harness.citations.reader import CitationReader, Cited, Said
from earthshine.harness.citations.sources import Passage, Sources
from earthshine.harness.grammar import Grammar

DOCUMENT = (
    "Preface.\n\nThe tower is 330 metres high. It was built in 1889 by an engi-\nneer from Dijon. "
    "هل بُنِيَ البرجُ في باريس؟ نعم، بني عام ١٨٨٩.\n\n塔高330米，它建于1889年。 La tour est en fer puddlé."
)
START = len("Preface.\n\n")


def shown() -> Sources:
    sources = Sources(said=["Is it true that it was sold twice for scrap?"])
    sources.add(Passage("file-1", "tower.pdf", START, DOCUMENT[START:], part="3", part_number=2))
    sources.add(Passage("file-2", "other.md", 0, "Another text altogether, of 12 words or so."))
    return sources


@dataclass
class Read:
    text: str = ""
    cited: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    annotations: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    checks: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    size: int = 0


def read(text: str, step: int = 1, sources: Sources | None = None) -> Read:
    reader, result = CitationReader(sources or shown()), Read()
    pieces = [text[place : place + step] for place in range(0, len(text), step)]
    events = [event for piece in pieces for event in reader.feed(piece)] + reader.flush()
    for event in events:
        result.size += event.size
        match event:
            case Said():
                result.text += event.text
                result.checks += [event.check] if event.check else []
            case Cited():
                result.cited.append((len(result.text), event.quotation.quote))
                told = event.quotation.annotation(result.text)
                result.annotations.append(told | ({"typed": True} if event.typed else {}))
    return result


HIGH, BUILT = "The tower is 330 metres high.", "It was built in 1889 by an engi-\nneer from Dijon."


@pytest.mark.parametrize(
    ("written", "text", "cited"),
    [
        ("It is high [1].", "It is high.", [HIGH]),
        ("It is high. [1] And old [2].", "It is high. And old.", [HIGH, BUILT]),
        ("high[1]and old [1][2]!", "highand old!", [HIGH, HIGH, BUILT]),
        ("both [1-2] or [1, 2] or [1–2]", "both or or", [f"{HIGH} {BUILT}", HIGH, BUILT, f"{HIGH} {BUILT}"]),
        ("عالٍ [١] و【２】", "عالٍ و", [HIGH, BUILT]),
        ("no such [99] one [98-99].", "no such one.", []),
        (
            "over the end [5-7].",
            "over the end.",
            ["塔高330米，它建于1889年。 La tour est en fer puddlé.", "Another text altogether, of 12 words or so."],
        ),
        ("a link [1](http://x) and row[77] = `x[1]`", "a link [1](http://x) and row[77] = `x[1]`", []),
        ("```\na = [1]\n``` but [1]", "```\na = [1]\n``` but", [HIGH]),
        ("[ ] todo [x] done [^1] []", "[ ] todo [x] done [^1] []", []),
        ("[1] first\n[2] second", "first\nsecond", [HIGH, BUILT]),
        ("[1]: http://x", "[1]: http://x", []),
    ],
)
def test_marks_become_citations(written: str, text: str, cited: list[str]) -> None:
    result = read(written)
    assert result.text == text
    assert [quote for _, quote in result.cited] == cited


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("«The tower is 330 metres high.»", "«The tower is 330 metres high.»"),
        ("“it was built in 1889 by an engineer”", "“It was built in 1889 by an engi- neer”"),
        ('"نعم، بني عام 1889."', '"نعم، بني عام ١٨٨٩"'),
        ("「塔高330米，它建于」", "「塔高330米，它建于」"),
        ("> La tour est en fer puddle\nyes", "> La tour est en fer puddlé\nyes"),
    ],
)
def test_a_typed_quotation_that_stands_there_is_replaced_by_the_very_words(written: str, text: str) -> None:
    result = read(written)
    assert result.text == text
    assert [each["verdict"] for each in result.checks] == []
    [annotation] = result.annotations
    assert DOCUMENT[annotation["start"] : annotation["end"]] == annotation["quote"]


@pytest.mark.parametrize("marks", ["«»", "“”", '""', "「」", "„“", "„”", "『』"])
def test_a_quotation_that_stands_nowhere_is_not_shown_as_one(marks: str) -> None:
    words = "the tower was never built at all"
    result = read(f"He says {marks[0]}{words} [1]{marks[1]} twice.")
    assert result.text == f"He says {words} twice."
    [check] = result.checks
    assert check["verdict"] == "not_found"
    assert result.text[check["start"] : check["end"]] == words
    assert [quote for _, quote in result.cited] == [HIGH]


def test_quotations_without_an_end_and_those_of_markdown_are_judged_too() -> None:
    assert read("> never said by anybody here\n").text == "never said by anybody here\n"
    assert read("“never said by anybody here\n\nso").text == "never said by anybody here\n\nso"
    assert read("“" + "never said by anybody " * 300 + "”").text[:1] == "n"


@pytest.mark.parametrize(
    "written", ["“Le Monde” wrote", '5" or 6" long', "“sold twice for scrap” as you say", "a > b", 'say "']
)
def test_titles_inches_and_the_users_words_stay(written: str) -> None:
    result = read(written)
    assert (result.text, result.checks, result.cited) == (written, [], [])


_SIGNS = (
    "[1]",
    "[1",
    "]",
    "[2-",
    "3]",
    "“",
    "”",
    '"',
    "«",
    "»",
    "`",
    "```",
    ">",
    "x",
    "7",
    ",",
    ".",
    "(",
    "[99]",
    "【1】",
)
_WRITTEN = st.lists(
    st.sampled_from((*_SIGNS, " ", "  ", "\n", "\n\n", "The tower is 330 metres high", "never ever said at all")),
    max_size=25,
).map("".join)


@given(_WRITTEN, st.integers(1, 9))
def test_pieces_make_no_difference_and_nothing_is_lost(written: str, step: int) -> None:
    sources = shown()
    whole, pieces = read(written, len(written) or 1, sources), read(written, step, sources)
    assert whole == pieces
    assert whole.size == len(written)
    for annotation in whole.annotations:
        source = DOCUMENT if annotation["file_id"] == "file-1" else "Another text altogether, of 12 words or so."
        assert source[annotation["start"] : annotation["end"]] == annotation["quote"]


@given(_WRITTEN)
@example("So: ```\nx\n``` [1][1]")
def test_a_reader_that_goes_on_after_a_crash_writes_the_same(written: str) -> None:
    # Backticks in quotations, or joined where a mark was taken out, do not tell from the text whether they are code.
    assume(not re.search(r"`(?!``)[\s\S]*[“”«»\">]|[“”«»\">][\s\S]*`|(?<!`)`{1,2}[\[【]|[\]】]`", written))
    sources = shown()
    first, result = CitationReader(sources), ""
    before = first.feed(written[: len(written) // 2])
    result = "".join(each.text for each in before if isinstance(each, Said))
    used = sum(each.size for each in before)
    second = CitationReader(sources, result)
    after = [*second.feed(written[used:]), *second.flush()]
    again = result + "".join(each.text for each in after if isinstance(each, Said))
    # At the place of a mark, a space between two words may be lost.
    assert again.replace(" ", "") == read(written, sources=sources).text.replace(" ", "")


def test_figures_of_a_cited_sentence_must_stand_in_its_passage() -> None:
    result = read(
        "It is 330 metres high [1]. It has 2500 steps [2]. Uncited 77. Old: «The tower is 330 metres high.» [7]"
    )
    part = checked({"text": result.text, "annotations": result.annotations}, shown())
    assert [each["check"] for each in part["annotations"]] == ["ok", "figures", "elsewhere", "ok"]
    assert [part["text"][each["start"] : each["end"]] for each in part["checks"]] == ["2500"]


@pytest.mark.parametrize("count", [1, 7, 9, 10, 19, 20, 99, 100, 123, 1000])
def test_the_grammar_of_numbers_has_each_number_once(count: int) -> None:
    grammar = Grammar(up_to(count))
    accepted = [number for number in range(count + 25) if grammar.accepts(str(number))]
    assert accepted == list(range(1, count + 1))
    assert not grammar.accepts("01")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("It is so [1]. And [2-7], [3, 7]!", True),
        ("No [8].", False),
        ("No [0].", False),
        ("`code` and ```\nx = [99]\n``` and row[99]", True),
        ("[[1]] [a link](x) [", False),
        ("See [[1]] [a link](x), - [ ] to do", True),
        ("[1] So it is.", False),
        ("\n [1] So it is.", False),
        ("So [ 2, 3 ].", False),
        ('{"name": "file_search", "arguments": {}}', False),
        ('{ "name": 1}', False),
        ('{"nation": "names", "name": 1}', True),
        ("{x} [1]", True),
        ("{}", True),
        ("طول [3]。[4]", True),
    ],
)
def test_the_grammar_leaves_text_free_and_citations_not(text: str, fits: bool) -> None:
    assert citing(7).accepts(text) == fits
