"""Grammars: reading, printing, following, continuing."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar import (
    EMPTY,
    Grammar,
    Node,
    Rules,
    alt,
    any_char,
    char_class,
    code_points,
    gbnf_writer,
    literal,
    one_of,
    optional,
    ref,
    repeat,
    seq,
)
from earthshine.harness.grammar.gbnf_reader import parse
from tests.harness.grammar.sampling import sample

NESTED = 'root ::= "[" (root ("," root)*)? "]"'


# Random grammars: rule `a` may refer to `b` and `c`, `b` to `c`, so that none is left-recursive.
def nodes(names: list[str]) -> st.SearchStrategy[Node]:
    leaves = st.one_of(
        st.text(alphabet='abé"\\\n]^-', max_size=3).map(literal),
        st.sampled_from([char_class("ac"), char_class("a", negated=True), char_class("]", "^", "-", "\\"), any_char()]),
        *([st.sampled_from(names).map(ref)] if names else []),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda items: seq(*items)),
            st.lists(inner, min_size=1, max_size=3).map(lambda items: alt(*items)),
            st.tuples(inner, st.integers(0, 3), st.sampled_from([None, 0, 2, 300])).map(
                lambda t: repeat(t[0], t[1], None if t[2] is None else t[1] + t[2])
            ),
        ),
        max_leaves=6,
    )


grammars = st.builds(
    lambda start, a, b, c: Grammar(start, {"a": a, "b": b, "c": seq("(", optional(alt(c, ref("c"))), ")")}),
    nodes(["a", "b", "c"]),
    nodes(["b", "c"]),
    nodes(["c"]),
    nodes([]),
)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(grammars, st.integers(0, 2**32))
def test_members_prefixes_and_residuals_agree(grammar: Grammar, seed: int) -> None:
    rng = Random(seed)
    member = sample(grammar, rng, length=25)
    assert grammar.accepts(member)
    cut = rng.randint(0, len(member))
    head, tail = member[:cut], member[cut:]
    assert grammar.is_prefix(head)
    residual = grammar.after(head)
    assert residual is not None
    assert residual.accepts(tail)
    assert residual.accepts("") == grammar.complete_after(head)
    assert grammar.accepts(head + sample(residual, rng, length=15))
    again = residual.after(tail)
    assert again is not None
    assert again.accepts("")


@settings(max_examples=80, deadline=None, derandomize=True)
@given(grammars, st.integers(0, 2**32), st.text(alphabet='abcé()"\\\n]^-', max_size=4))
def test_what_is_printed_reads_back_as_the_same_language(grammar: Grammar, seed: int, noise: str) -> None:
    rng = Random(seed)
    printed = parse(str(grammar))
    member, other = sample(grammar, rng, length=25), sample(printed, rng, length=25)
    assert printed.accepts(member)
    assert grammar.accepts(other)
    for text in (noise, member + noise, member[: len(member) // 2] + noise):
        assert printed.accepts(text) == grammar.accepts(text)
        assert printed.is_prefix(text) == grammar.is_prefix(text)


@pytest.mark.parametrize(
    ("body", "members", "others"),
    [
        (r'"a\n\t\r\\\"\x41\u00e9\U0001F600"', ['a\n\t\r\\"Aé😀'], ["a"]),
        ("[a-cx]", ["a", "c", "x"], ["d", "", "ax"]),
        ("[^a-c\\n]", ["d", "é"], ["a", "\n", ""]),
        (r"[\]\-\[a-]", ["]", "-", "[", "a"], ["b"]),
        (".", ["a", "\n", "😀"], ["", "ab"]),
        ('("a" | "b")*', ["", "abba"], ["c"]),
        ('"a"+', ["a", "aaa"], [""]),
        ('"ab"?', ["", "ab"], ["a", "abab"]),
        ('"ab"{2}', ["abab"], ["ab", "ababab", "abb"]),
        ('"a"{2,}', ["aa", "aaaa"], ["a"]),
        ('"a"{ 1 , 2 }', ["a", "aa"], ["", "aaa"]),
        ('"a" | | "b"', ["a", "", "b"], ["ab"]),
        ('( # a comment\n "a"\n "b" )', ["ab"], ["a"]),
        ('"a" |\n "b"', ["a", "b"], [""]),
        ('(("a"*)*)*', ["", "aaa"], ["b"]),
        ('("a"? "b"?){2,3}', ["", "a", "ababab", "ba"], ["aaaa", "abababa"]),
    ],
)
def test_gbnf_is_read(body: str, members: list[str], others: list[str]) -> None:
    for grammar in (parse(f"root ::= {body}"), parse(str(parse(f"root ::= {body}")))):
        assert [text for text in members if not grammar.accepts(text)] == []
        assert [text for text in others if grammar.accepts(text)] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no rule named `root`"),
        ('other ::= "a"', "no rule named `root`"),
        ("root ::= missing", "no rule 'missing'"),
        ('root ::= "a', "line 1, column 10: this text is never closed"),
        ("root ::= [a", "line 1, column 10: this character class is never closed"),
        ("root ::= []", "matches no character"),
        ("root ::= [z-a]", "is empty or out of bounds"),
        ('root ::= ("a"', "expected `)`"),
        ('root ::= "a")', "unexpected ')'"),
        ("root ::= * ", "nothing stands before"),
        ('root ::= "a"{2,1}', "2 to 1 times"),
        ('root ::= "a"{x}', "expected a number"),
        ('root ::= "a"{1', "expected `}`"),
        ('root ::= "a"{99999999}', "not supported"),
        (r'root ::= "\q"', r"unknown escape `\q`"),
        (r'root ::= "\x4"', "hexadecimal"),
        (r'root ::= "\uD800"', "surrogate"),
        ('root ::= "a"\nroot ::= "b"', "line 2, column 10: the rule 'root' is defined twice"),
        ("root = a", "expected `::=`"),
        ("root ::= <think>", "token references"),
        ('root ::= root "a" | "a"', "begins with itself"),
        ('root ::= b\nb ::= "x"? c\nc ::= b "y" | "z"', "begins with itself"),
        ('root ::= "a" root', "can never end"),
        ("root ::= " + "(" * 20_000, "groups inside each other"),
    ],
)
def test_a_bad_grammar_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(InvalidSchema) as caught:
        parse(text, param="grammar")
    assert message in caught.value.message
    assert caught.value.param == "grammar"


def test_a_long_repetition_is_counted_and_not_unrolled() -> None:
    grammar = Grammar(seq(repeat(char_class("az"), 5, 10_000), "."))
    residual = grammar.after("x" * 9_000)
    assert residual is not None
    assert len(str(residual)) < 300
    assert residual.accepts("x" * 1_000 + ".")
    assert not residual.is_prefix("x" * 1_001)


@pytest.mark.parametrize(("low", "high"), [(0, 255), (0, 257), (3, 2_000), (300, 300), (500, 513)])
def test_printed_repetitions_stay_small_and_exact(low: int, high: int) -> None:
    printed = str(Grammar(repeat("x", low, high)))
    counts = [int(number) for part in printed.split("{")[1:] for number in part.split("}")[0].split(",")]
    assert max(counts) <= 512
    read = parse(printed)
    for count in {0, low - 1, low, low + 1, (low + high) // 2, high - 1, high, high + 1, low + 127, low + 129}:
        if count >= 0:
            assert read.accepts("x" * count) == (low <= count <= high), count


@pytest.mark.parametrize(("low", "high"), [(0, 8), (0, 9), (0, 70), (5, 33), (34, 34), (9, 75), (64, 65)])
def test_blocks_of_blocks_are_exact(low: int, high: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gbnf_writer, "BLOCK", 4)
    monkeypatch.setattr(gbnf_writer, "UNSPLIT", 8)
    read = parse(str(Grammar(repeat("x", low, high))))
    accepted = [count for count in range(high + 5) if read.accepts("x" * count)]
    assert accepted == list(range(low, high + 1))


def test_the_residual_grows_with_open_nesting_only() -> None:
    grammar = parse(NESTED)
    after_much = grammar.after("[" + "[[],[]]," * 400 + "[")
    after_little = grammar.after("[[],[")
    assert after_much is not None
    assert after_little is not None
    assert len(str(after_much)) <= len(str(after_little)) + 50
    deep = grammar.after("[" * 1_000)
    assert deep is not None
    assert deep.accepts("]" * 1_000)


def test_continuing_again_and_again_does_not_grow() -> None:
    grammar = parse(NESTED)
    residual: Grammar | None = grammar.after("[")
    for _ in range(60):
        assert residual is not None
        residual = residual.after("[[],[")
        assert residual is not None
        residual = residual.after("]],")
    assert residual is not None
    direct = grammar.after("[" + "[[],[]]," * 60)
    assert len(str(residual)) <= len(str(direct)) + 200
    assert residual.accepts("[]]")
    assert not residual.is_prefix("]")


def test_no_continuation_means_none() -> None:
    grammar = parse('root ::= "yes" | "no"')
    assert grammar.after("yep") is None
    assert grammar.after("yes!") is None
    done = grammar.after("yes")
    assert done is not None
    assert done.accepts("")
    assert not done.is_prefix("!")
    assert grammar.complete_after("no")
    assert not grammar.complete_after("n")


def test_a_matcher_is_fed_in_pieces() -> None:
    matcher = parse('root ::= "a" "b"{2}').matcher()
    assert matcher.alive
    assert matcher.feed("a")
    assert matcher.feed("b")
    assert not matcher.complete
    assert matcher.feed("b")
    assert matcher.complete
    assert not matcher.feed("b")
    assert not matcher.alive
    assert not matcher.feed("")


def test_combinators_simplify() -> None:
    assert seq("a", EMPTY, seq("b", "c")) == literal("abc")
    assert seq() == EMPTY
    assert alt("a", alt("a", "b")) == alt("a", "b")
    assert repeat("a", 0, 0) == EMPTY
    assert repeat("a", 1, 1) == literal("a")
    assert char_class("az", "b") == code_points([(0x61, 0x7A)])
    assert char_class("a", negated=True).ranges[-1] == (0xE000, 0x10FFFF)


@pytest.mark.parametrize(
    "build",
    [
        lambda: literal("\ud800"),
        lambda: repeat("a", 3, 2),
        lambda: repeat("a", -1),
        lambda: code_points([(5, 4)]),
        lambda: code_points([(0, 0x10FFFF)], negated=True),
        lambda: code_points([(0xD800, 0xDFFF)]),
    ],
)
def test_impossible_parts_are_refused(build) -> None:
    with pytest.raises(InvalidSchema):
        build()


@settings(derandomize=True)
@given(st.sets(st.text(alphabet='ab"é', max_size=6), min_size=1, max_size=30), st.text(alphabet='ab"é', max_size=6))
def test_one_of_means_exactly_its_texts(texts: set[str], other: str) -> None:
    grammar = Grammar(one_of(texts))
    assert all(grammar.accepts(text) for text in texts)
    assert grammar.accepts(other) == (other in texts)


def test_many_choices_share_their_beginnings() -> None:
    printed = str(Grammar(one_of(f"get_{number}" for number in range(100))))
    assert printed.count("get_") == 1
    assert Grammar(one_of("a" * n for n in range(500))).accepts("a" * 499)


def test_rules_keep_names_apart_and_recursion_works() -> None:
    rules = Rules()
    first, second = rules.add("a_b c", "x"), rules.add("a-b-c", "y")
    assert first != second
    tree = rules.reserve("tree")
    rules.define(tree, seq("(", repeat(tree), ")"))
    built: list[int] = []
    for _ in range(2):
        rules.once("shared", lambda: (built.append(1), literal("s"))[1])
    assert built == [1]
    grammar = rules.grammar(seq(first, second, tree))
    assert grammar.accepts("xy(()())")
    assert "shared" not in grammar.rules


def test_a_whole_grammar_can_be_included() -> None:
    inner = parse('root ::= "<" word root? ">"\nword ::= [a-z]+')
    rules = Rules()
    rules.add("word", "mine")
    grammar = rules.grammar(seq("call ", rules.include(inner, "custom"), rules.include(inner, "custom")))
    assert grammar.accepts("call <a<b>><c>")
    assert not grammar.accepts("call <a<b>>")


def test_a_recursive_root_survives_printing_and_continuing() -> None:
    grammar = parse(NESTED)
    for _ in range(3):
        grammar = parse(str(grammar))
    assert len(str(grammar)) < 120
    residual = grammar.after("[[")
    assert residual is not None
    assert parse(str(residual)).accepts("],[]]")
