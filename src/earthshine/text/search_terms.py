"""What a search query asks for: words or their beginnings, and phrases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from earthshine.text.normalization import runs, tokenize


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that stand side by side; `begins`: one token, of which only the beginning is given."""

    words: tuple[str, ...]
    begins: bool = False


_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]")


def parse_terms(query: str) -> list[Term]:
    """Return what a query asks for, all of it.

    A word is the beginning of one, characters of a script without spaces are a phrase, and so is what stands between
    quotation marks. A quotation mark that has no other is nothing.
    """
    terms: list[Term] = []
    end = 0
    for quoted in _QUOTED.finditer(query):
        terms += _unquoted(query[end : quoted.start()])
        phrase = tuple(token.text for token in tokenize(quoted[1]))
        terms += [Term(phrase)] if phrase else []
        end = quoted.end()
    terms += _unquoted(query[end:])
    return list(dict.fromkeys(terms))


def _unquoted(query: str) -> Iterator[Term]:
    phrase: list[str] = []
    reached = -1
    for run in runs(query):
        if phrase and not (run.unspaced and run.start == reached):
            yield Term(tuple(phrase))
            phrase = []
        reached = run.end
        if run.unspaced:
            phrase += run.tokens
        elif len(run.tokens) == 1:
            yield Term(run.tokens, begins=True)
        elif run.tokens:
            yield Term(run.tokens)
    if phrase:
        yield Term(tuple(phrase))
