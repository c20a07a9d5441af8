"""Text that may say anything, but in square brackets only numbers that the model was shown, as a grammar.

Code is left alone: inside of a fence, and behind an identifier (`row[0]`).
"""

from __future__ import annotations

from functools import lru_cache

from earthshine.harness.grammar import Grammar, Node, Rules, alt, char_class, literal, one_of, optional, repeat, seq

_WORD = ("az", "AZ", "09", "_")


@lru_cache(maxsize=64)
def citing(count: int) -> Grammar:
    """Return the grammar of texts that cite the numbers from 1 to `count`, as `[3]`, `[3-5]` or `[3, 7]`."""
    rules = Rules()
    number = rules.add("number", up_to(count))
    span = rules.add("span", seq(number, optional(seq("-", number))))
    marks = seq(span, repeat(seq(",", optional(" "), span)), "]")
    bracket = rules.reserve("bracket")
    other = alt(char_class("09", "[", " ", negated=True), seq(" ", char_class("09", "[", " ", negated=True)), bracket)
    rules.define(bracket, seq("[", alt(marks, other)))
    word = seq(repeat(char_class(*_WORD), 1), optional("["))
    plain = char_class("[", "`", *_WORD, negated=True)
    ticks = one_of(("`", "``"))
    code = seq(ticks, alt(char_class("[", "`", negated=True), bracket))
    inside = seq(optional(ticks), char_class("`", negated=True))
    fence = seq("```", repeat(inside), "```")
    # A mark stands behind what it is for, so no text begins with one; nor with the search that was made, once more.
    space, sign = repeat(char_class(" ", "\n")), char_class("[", "`", " ", "\n", "{", *_WORD, negated=True)
    json = seq("{", space, alt(char_class('"', " ", "\n", negated=True), seq('"', other_than('name"'))))
    begin = seq(space, alt(word, sign, json, code, fence))
    text = seq(begin, repeat(alt(word, plain, bracket, code, fence)))
    return rules.grammar(seq(optional(text), optional(ticks)))


def other_than(text: str) -> Node:
    """Return what may stand where a text does not, as far as tells them apart."""
    return alt(*(seq(literal(text[:place]), char_class(sign, negated=True)) for place, sign in enumerate(text)))


def up_to(count: int) -> Node:
    """Return the decimal numbers from 1 to `count`, without leading zeros."""
    digits = str(count)
    shorter = [seq(char_class("19"), repeat(char_class("09"), 0, len(digits) - 2))] if len(digits) > 1 else []
    return alt(*shorter, *_at_most(digits, "1"))


def _at_most(digits: str, least: str) -> list[Node]:
    """Return the numbers of as many digits that are not above; the first digit is `least` or more."""
    digit, rest = digits[0], digits[1:]
    if not rest:
        return [char_class(least + digit)] if digit >= least else []
    options: list[Node] = []
    if digit > least:
        tail = repeat(char_class("09"), len(rest), len(rest))
        options.append(seq(char_class(least + chr(ord(digit) - 1)), tail))
    if digit >= least:
        options.append(seq(literal(digit), alt(*_at_most(rest, "0"))))
    return options
