"""Questions asked of a model that prefers places: its preference decides nothing, and the input is read once."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import takewhile

import pytest

from earthshine.engines.base import Capabilities
from earthshine.engines.deltas import ChatEnd, Delta, Reasoning, Text, TokenLogprob, TopLogprob, Usage
from earthshine.engines.progress import Progress
from earthshine.engines.requests import ChatRequest
from earthshine.errors import ContextLengthExceeded, UnsupportedParameter, UpstreamFailed
from earthshine.harness.decide import AT_ONCE, Decider, Question
from tests.harness.biased import Biased, loaded

COLOURS = {"red": 5.0, "green": 2.0, "blue": 3.0}
LIKES_THE_FIRST = (8.0, 1.0, 0.2)


def shared_beginning(texts: Sequence[str]) -> str:
    return "".join(letters[0] for letters in takewhile(lambda each: len(set(each)) == 1, zip(*texts, strict=False)))


ASKED = Question("Which colour?", tuple(COLOURS))


async def test_a_preference_for_places_decides_nothing() -> None:
    [odds] = await Decider(loaded(Biased(COLOURS, places=LIKES_THE_FIRST)), "A flag.").decide([ASKED])
    assert odds == pytest.approx((0.5, 0.2, 0.3))


@pytest.mark.parametrize("count", [2, 3, 8, 9, 16, 17, 40, 255])
async def test_the_order_of_options_changes_nothing(count: int) -> None:
    dice = random.Random(count)
    weights = {f"option {number}": dice.uniform(0.1, 1) for number in range(count)}
    engine = Biased(weights, places=tuple(dice.uniform(0.1, 3) for _ in range(16)))
    answers: set[tuple[tuple[str, float], ...]] = set()
    for _ in range(5):
        options = tuple(dice.sample(list(weights), count))
        [odds] = await Decider(loaded(engine), "Some input.").decide([Question("Which?", options)])
        assert odds
        assert sum(odds) == pytest.approx(1)
        answers.add(tuple(sorted(zip(options, odds, strict=True))))
    assert len(answers) == 1


async def test_in_200_cases_no_order_changes_an_answer() -> None:
    dice = random.Random(200)
    weights = {f"option {number}": dice.uniform(0.1, 1) for number in range(400)}
    engine = Biased(weights, places=tuple(dice.uniform(0.01, 5) for _ in range(16)))
    cases = [
        Question(f"Case {number}?", tuple(dice.sample(list(weights), dice.randint(2, 20)))) for number in range(200)
    ]
    turned = [replace(case, options=tuple(dice.sample(case.options, len(case.options)))) for case in cases]
    [answers, again] = [await Decider(loaded(engine), "").decide(asked) for asked in (cases, turned)]
    for case, odds, other, others in zip(cases, answers, turned, again, strict=True):
        assert odds and others
        assert case.options[case.likeliest(odds)] == other.options[other.likeliest(others)]
        assert dict(zip(case.options, odds, strict=True)) == dict(zip(other.options, others, strict=True))


async def test_a_long_list_keeps_the_odds_of_its_options() -> None:
    weights = {f"option {number:03}": 1.0 + number % 7 for number in range(255)}
    question = Question("Which?", tuple(weights))
    engine = Biased(weights)
    [odds] = await Decider(loaded(engine), "").decide([question])
    total = sum(weights.values())
    assert odds == pytest.approx([each / total for each in weights.values()])
    assert len(engine.prompts) == question.prompts() == 16 * 4 + 4


async def test_equals_do_not_depend_on_their_order_either() -> None:
    engine = Biased(lambda _: 1.0)
    for options in (("a", "b"), ("b", "a")):
        question = Question("Which?", options)
        [odds] = await Decider(loaded(engine), "").decide([question])
        assert odds
        assert options[question.likeliest(odds)] == "b"


async def test_a_scale_is_asked_up_and_down() -> None:
    engine = Biased({"bad": 1.0, "fair": 2.0, "good": 5.0}, places=LIKES_THE_FIRST)
    [odds] = await Decider(loaded(engine), "").decide([Question("How good?", ("bad", "fair", "good"), scale=True)])
    assert odds
    assert len(engine.prompts) == 2
    assert "0. bad\n1. fair\n2. good\n" in engine.prompts[0]
    assert "2. good\n1. fair\n0. bad\n" in engine.prompts[1]
    # The ends are at both ends once.
    assert odds[2] / odds[0] == pytest.approx(5)


async def test_what_is_no_option_is_no_answer_and_the_others_are_answered() -> None:
    class Talks(Biased):
        def _likeliest(self, prompt: str) -> tuple[TopLogprob, ...]:
            return (TopLogprob("I", -0.1),) if "secret" in prompt.splitlines()[-4] else super()._likeliest(prompt)

    odds = await Decider(loaded(Talks(COLOURS | {"yes": 3, "no": 1})), "").decide(
        [Question("A secret?", ("yes", "no")), Question("Or this?", ("yes", "no"))]
    )
    assert odds[0] is None
    assert odds[1] == pytest.approx((0.75, 0.25))


async def test_a_final_without_an_answer_is_none() -> None:
    class NoFinal(Biased):
        def _likeliest(self, prompt: str) -> tuple[TopLogprob, ...]:
            return (TopLogprob("I", -0.1),) if len(self.prompts) > 8 else super()._likeliest(prompt)

    question = Question("Which?", tuple(f"option {number}" for number in range(20)))
    assert question.prompts() == 2 * 4 + 2
    assert await Decider(loaded(NoFinal(lambda _: 1.0)), "").decide([question]) == [None]


async def test_all_prompts_begin_with_the_input_and_neighbours_share_more() -> None:
    engine = Biased(lambda _: 1.0)
    evidence = "word " * 500
    questions = [Question(f"Number {number}?", ("yes", "no")) for number in range(20)]
    decider = Decider(loaded(engine), evidence)
    await decider.decide(questions)
    assert evidence in shared_beginning(engine.prompts)
    assert all(f"Number {at // 2}?" in shared_beginning(engine.prompts[at : at + 2]) for at in range(0, 40, 2))
    assert decider.usage == Usage(sum(map(len, engine.prompts)), 0, 40)
    assert decider.served_by == "here"


@pytest.mark.parametrize(("remote", "most"), [(False, 1), (True, AT_ONCE)])
async def test_a_server_elsewhere_is_asked_several_at_once_after_the_first(remote: bool, most: int) -> None:
    engine = Biased(lambda _: 1.0, remote=remote)
    await Decider(loaded(engine), "").decide([Question(f"Number {number}?", ("yes", "no")) for number in range(20)])
    assert engine.most_running <= most
    assert (engine.most_running > 1) == (most > 1)
    assert len(engine.prompts) == 40


async def test_no_questions_ask_nothing() -> None:
    engine = Biased(COLOURS)
    assert await Decider(loaded(engine), "").decide([]) == []
    assert not engine.prompts


class Shows(Biased):
    """Writes one delta of the test's choosing."""

    def __init__(self, delta: Delta) -> None:
        super().__init__(COLOURS)
        self.delta = delta

    async def chat(self, request: ChatRequest, progress: Progress | None = None) -> AsyncIterator[Sequence[Delta]]:
        yield (self.delta, ChatEnd("length", Usage(5, 0, 1)))


@pytest.mark.parametrize(
    ("delta", "why"),
    [
        (Text("A", "A"), "reports no log probabilities"),
        (Text("A", "A", (TokenLogprob("A", -0.1),)), "reports no `top_logprobs`"),
        (Reasoning("Hm", "Hm"), "it thinks before it answers"),
    ],
)
async def test_a_model_that_shows_nothing_is_refused_with_the_reason(delta: Delta, why: str) -> None:
    with pytest.raises(UnsupportedParameter, match=why) as refused:
        await Decider(loaded(Shows(delta)), "").decide([ASKED])
    assert refused.value.param == "model"


async def test_an_engine_without_log_probabilities_is_refused_before_anything() -> None:
    engine = Biased(COLOURS)
    engine.capabilities = replace(Capabilities(), chat=True)
    with pytest.raises(UnsupportedParameter, match="its engine reports no log probabilities"):
        Decider(loaded(engine), "")


async def test_what_was_asked_before_a_failure_is_counted() -> None:
    class Dies(Biased):
        def _likeliest(self, prompt: str) -> tuple[TopLogprob, ...]:
            if len(self.prompts) == 3:
                raise UpstreamFailed("killed")
            return super()._likeliest(prompt)

    decider = Decider(loaded(Dies(COLOURS)), "")
    with pytest.raises(UpstreamFailed):
        await decider.decide([ASKED, ASKED])
    assert decider.usage.completion_tokens == 2


async def test_what_does_not_fit_is_refused_before_anything_is_asked() -> None:
    class Small(Biased):
        async def check(self, request: ChatRequest) -> None:
            size = len(str(request.messages))
            if size > 1000:
                raise ContextLengthExceeded(limit=1000, tokens=size)

    engine = Small(lambda _: 1.0)
    long = Question("Which?", ("short", "long " * 200))
    with pytest.raises(ContextLengthExceeded):
        await Decider(loaded(engine), "").decide([ASKED, ASKED, long])
    assert not engine.prompts
