"""Grammars: what a model may write, as data that can be built, printed, followed and continued.

rules = Rules()
word = rules.add("word", repeat(char_class("az"), 1))
grammar = rules.grammar(seq("<", word, repeat(seq(" ", word)), ">"))
str(grammar)                      # GBNF for llama.cpp
grammar.accepts("<a bc>")         # True
str(grammar.after("<a b"))        # what may still follow
"""

from earthshine.harness.grammar.grammar import Grammar, Rules
from earthshine.harness.grammar.matcher import Matcher
from earthshine.harness.grammar.nodes import (
    EMPTY,
    Node,
    Ref,
    alt,
    any_char,
    char_class,
    code_points,
    literal,
    one_of,
    optional,
    ref,
    repeat,
    seq,
)

__all__ = [
    "EMPTY",
    "Grammar",
    "Matcher",
    "Node",
    "Ref",
    "Rules",
    "alt",
    "any_char",
    "char_class",
    "code_points",
    "literal",
    "one_of",
    "optional",
    "ref",
    "repeat",
    "seq",
]
