"""The tree of errors: what a client can rely on in each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from earthshine import errors
from earthshine.errors import ContextLengthExceeded, EarthshineError, ModelNotFound


def tree(root: type[EarthshineError]) -> Iterator[type[EarthshineError]]:
    yield root
    for child in root.__subclasses__():
        yield from tree(child)


CLASSES = sorted(set(tree(EarthshineError)), key=lambda each: each.__name__)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_a_type_and_a_code(kind: type[EarthshineError]) -> None:
    assert 400 <= kind.status <= 599
    assert kind.type.endswith("_error") or kind.type == "insufficient_quota"  # as OpenAI spells it
    assert kind.default_code == kind.default_code.lower().replace(" ", "_")
    assert kind.__doc__
    assert kind.__name__ in vars(errors) or not kind.__module__.startswith("earthshine.errors")


def test_no_two_errors_share_status_and_code() -> None:
    # A child without a code of its own is told apart inside the server only.
    named = [kind for kind in CLASSES if kind is not EarthshineError and "default_code" in vars(kind)]
    assert len({(kind.status, kind.default_code) for kind in named}) == len(named)


def test_the_tree_is_drawn_at_the_top_of_its_page() -> None:
    own = [kind.__name__ for kind in CLASSES if kind.__module__ == "earthshine.errors"]
    assert not [name for name in own if name not in (errors.__doc__ or "")]


def test_a_body_has_four_fields() -> None:
    error = errors.InvalidRequest("No.", param="input[0]", code="odd")
    assert error.body() == {"message": "No.", "type": "invalid_request_error", "param": "input[0]", "code": "odd"}
    assert str(error) == "No."


def test_an_unknown_model_offers_the_nearest_names() -> None:
    known = ["smollm2-135m", "qwen2.5-coder-0.5b", "default"]
    assert "Did you mean 'smollm2-135m'?" in ModelNotFound("smolm2", known).message
    assert "No model is installed" in ModelNotFound("gpt-4o", []).message
    assert "'default'" in ModelNotFound("zzz", known).message
    assert len(ModelNotFound("x" * 100_000, known).message) < 500


def test_both_numbers_of_a_context_that_is_too_short() -> None:
    message = ContextLengthExceeded(limit=8192, tokens=9001).message
    assert "8192" in message
    assert "9001" in message
    # By these words LiteLLM and LangChain tell it from other refusals.
    assert "this model's maximum context length is" in message.lower()
    assert "context_length_exceeded" in message
    assert "`context`" in message
    assert "truncation" not in message, "not every API has it"


def test_a_bare_error_is_the_same_without_the_frames_that_it_came_through() -> None:
    try:
        raise ContextLengthExceeded(limit=8, tokens=9, param="input")
    except ContextLengthExceeded as error:
        bare = error.bare()
        assert error.__traceback__ is not None
        assert (type(bare), bare.body(), str(bare)) == (type(error), error.body(), str(error))
    assert bare.__traceback__ is None and bare.__context__ is None
