"""A request in words: what the model reads of an input and of each kind of question."""

from __future__ import annotations

from typing import Any

import pytest

from earthshine.decisions.schemas import CreateDecision
from earthshine.decisions.wording import evidence_of, question_of
from earthshine.wire import check

ANY = {"type": "predicate", "instructions": "It is short."}


def create(given: Any = "x", *questions: dict[str, Any]) -> CreateDecision:
    return check(CreateDecision, {"model": "m", "input": given, "questions": list(questions) or [ANY]})


def asked(question: dict[str, Any]) -> Any:
    return question_of(create("x", question).questions[0])


@pytest.mark.parametrize(
    "given",
    [
        "Salut, ça va ?",
        [{"role": "user", "content": "Salut, ça va ?"}],
        [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Salut, ça va ?"}]}],
    ],
)
def test_one_text_stands_alone(given: Any) -> None:
    assert evidence_of(create(given)) == "Salut, ça va ?"


def test_json_is_read_as_text() -> None:
    content = [{"type": "input_text", "text": "An order:"}, {"type": "input_json", "data": [{"قمر": [1, None]}, {}]}]
    assert evidence_of(create([{"role": "user", "content": content}])) == 'An order:\n[{"قمر":[1,null]},{}]'


def test_a_conversation_says_who_said_what() -> None:
    given = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": "Weather?"},
        {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"city":"Nice"}'},
        {"type": "function_call_output", "call_id": "c1", "output": [{"type": "input_text", "text": "Sun"}]},
        {"type": "custom_tool_call", "call_id": "c2", "name": "shell", "input": "ls"},
        {"type": "custom_tool_call_output", "call_id": "c2", "output": "a b"},
        {
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Sunny."}, {"type": "refusal", "refusal": "No more."}],
        },
    ]
    assert evidence_of(create(given)) == (
        "[developer]\nBe brief.\n\n[user]\nWeather?\n\n"
        '[call of weather, c1]\n{"city":"Nice"}\n\n[output of c1]\nSun\n\n'
        "[call of shell, c2]\nls\n\n[output of c2]\na b\n\n[assistant]\nSunny.\nNo more."
    )


def test_a_predicate_is_true_or_not() -> None:
    question = asked({"type": "predicate", "instructions": [{"type": "input_text", "text": "It rains."}]})
    assert question.options == ("Yes", "No")
    assert "true?\nIt rains." in question.text


def test_choices_with_descriptions() -> None:
    question = asked(
        {
            "type": "choice",
            "instructions": "Which queue?",
            "choices": [{"value": "billing", "description": "money"}, {"value": "other"}],
        }
    )
    assert (question.text, question.options) == ("Which queue?", ("billing: money", "other"))


def test_a_string_and_a_boolean_with_the_same_text_differ() -> None:
    plain = asked({"type": "choice", "instructions": "?", "choices": [{"value": True}, {"value": "no"}]})
    assert plain.options == ("true", "no")
    both = asked({"type": "choice", "instructions": "?", "choices": [{"value": True}, {"value": "true"}]})
    assert both.options == ("true", '"true"')


def test_instructions_may_be_empty_where_the_options_say_enough() -> None:
    levels = [{"label": "low"}, {"label": "high", "description": "more than 9"}]
    scale = asked({"type": "score", "instructions": "", "levels": levels})
    assert scale.scale
    assert (bool(scale.text), scale.options) == (True, ("low", "high: more than 9"))
    assert asked({"type": "choice", "instructions": [], "choices": [{"value": "a"}, {"value": "b"}]}).text
