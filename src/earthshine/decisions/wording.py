"""A request in words: the input as one text, and each question as the harness asks it."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from earthshine.conversations.content import InputText, OutputText, Refusal
from earthshine.decisions.json_part import InputJson
from earthshine.decisions.schemas import (
    AssistantMessage,
    Choice,
    CreateDecision,
    CustomToolCall,
    FunctionCall,
    Item,
    Predicate,
    Score,
    SystemMessage,
    UserMessage,
)
from earthshine.harness.decide import Question

YES = "Yes"
NO = "No"


def evidence_of(create: CreateDecision) -> str:
    """Return what is decided about: the text itself, or a transcript that says who said what."""
    first = create.input[0]
    if len(create.input) == 1 and isinstance(first, UserMessage):
        return _text(first.content)
    return "\n\n".join(f"[{_speaker(item)}]\n{_said(item)}" for item in create.input)


def question_of(asked: Predicate | Choice | Score) -> Question:
    """Return a question with its options in the order of the request; those of a predicate are `YES` and `NO`."""
    text = _text(asked.instructions)
    match asked:
        case Predicate():
            return Question(f"Is this statement about the input true?\n{text}", (YES, NO))
        case Choice():
            words = [_value(choice.value) for choice in asked.choices]
            # A string and a boolean with the same text are different answers.
            if len(set(words)) < len(words):
                words = [orjson.dumps(choice.value).decode() for choice in asked.choices]
            about = [choice.description for choice in asked.choices]
            return Question(text or "Which of these fits the input best?", _described(words, about))
        case Score():
            about = [level.description for level in asked.levels]
            options = _described([level.label for level in asked.levels], about)
            return Question(text or "Which of these levels fits the input best?", options, scale=True)


def _described(words: Sequence[str], about: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(f"{word}: {said}" if said else word for word, said in zip(words, about, strict=True))


def _value(value: str | bool) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _speaker(item: Item) -> str:
    match item:
        case UserMessage() | SystemMessage() | AssistantMessage():
            return item.role
        case FunctionCall() | CustomToolCall():
            return f"call of {item.name}, {item.call_id}"
        case _:
            return f"output of {item.call_id}"


def _said(item: Item) -> str:
    match item:
        case FunctionCall():
            return item.arguments
        case CustomToolCall():
            return item.input
        case UserMessage() | SystemMessage() | AssistantMessage():
            return _text(item.content)
        case _:
            return _text(item.output)


def _text(parts: Sequence[object]) -> str:
    texts: list[str] = []
    for part in parts:
        match part:
            case InputText() | OutputText():
                texts.append(part.text)
            case Refusal():
                texts.append(part.refusal)
            case InputJson():
                texts.append(orjson.dumps(part.data).decode())
            case _:
                raise TypeError(part)
    return "\n".join(texts)
