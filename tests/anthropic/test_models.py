"""Models in Anthropic's shape."""

from __future__ import annotations

import pytest

import anthropic
from anthropic import Anthropic
from tests.anthropic.conftest import MODEL


def test_models(client: Anthropic) -> None:
    listed = list(client.models.list())
    assert listed[0].id == "default"
    assert MODEL in [model.id for model in listed]
    model = client.models.retrieve(MODEL)
    assert (model.max_input_tokens, model.lifecycle) == (32768, "active")
    assert model.capabilities
    assert not model.capabilities.image_input.supported
    with pytest.raises(anthropic.NotFoundError):
        client.models.retrieve("nothing")


def test_pages_of_models(client: Anthropic) -> None:
    names = [model.id for model in client.models.list()]
    assert [model.id for model in client.models.list(limit=1)] == names
    first = client.models.list(limit=1)
    assert (first.first_id, first.has_more) == (names[0], len(names) > 1)
    after = client.models.list(after_id=names[0]).data
    assert [model.id for model in after] == names[1:]
    before = client.models.list(before_id=names[-1]).data
    assert [model.id for model in before] == names[:-1]
    assert not client.models.list(lifecycle=["retired"]).data
    with pytest.raises(anthropic.NotFoundError):
        client.models.list(after_id="nothing")
