"""Moderations by the official SDK in strict mode."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.server_process import ServerProcess


@pytest.fixture(scope="module")
def sdk(scripted_server: ServerProcess) -> Generator[OpenAI]:
    url = f"{scripted_server.url}/v1"
    with OpenAI(
        base_url=url,
        api_key=scripted_server.key,
        admin_api_key=scripted_server.key,
        max_retries=0,
        _strict_response_validation=True,
    ) as client:
        yield client


def thought(yes: float) -> str:
    """A text of which the scripted model thinks each category so likely."""
    return f"Some text.\n!script {json.dumps({'picks': {'yes': yes, 'no': 1 - yes}})}"


def test_each_text_has_all_categories(sdk: OpenAI) -> None:
    made = sdk.moderations.create(input=[thought(0.9), thought(0.2)], model="omni-moderation-latest")
    bad, good = made.results
    assert (bad.flagged, good.flagged) == (True, False)
    assert set(bad.categories.model_dump(by_alias=True).values()) == {True}
    assert set(good.categories.model_dump(by_alias=True).values()) == {False}
    scores = good.category_scores.model_dump(by_alias=True)
    assert len(scores) == 13
    assert {round(score, 6) for score in scores.values()} == {0.2}
    assert made.model == "scripted", "the model that judged, not the name that was asked for"
    assert made.model_extra is not None
    assert made.model_extra["earthshine"] == {"judged_by": "decisions"}


def test_parts_are_one_text(sdk: OpenAI) -> None:
    parts: Any = [{"type": "text", "text": "Some"}, {"type": "text", "text": thought(0.9)}]
    assert [result.flagged for result in sdk.moderations.create(input=parts, model="default").results] == [True]


def test_usage_is_counted_under_its_own_name(sdk: OpenAI) -> None:
    before = _counted(sdk)
    sdk.moderations.create(input=thought(0.1))
    ends = time.monotonic() + 30
    while _counted(sdk) <= before:
        assert time.monotonic() < ends, "what was charged is committed several times a second"
        time.sleep(0.1)


def _counted(sdk: OpenAI) -> int:
    buckets = sdk.admin.organization.usage.moderations(start_time=int(time.time()) - 86400).data
    return sum(getattr(each, "num_model_requests", 0) or 0 for bucket in buckets for each in bucket.results)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": []}, "input"),
        ({"input": ["x"] * 33}, "input"),
        ({"input": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]}, "input[0].image_url"),
        ({"input": [{"type": "audio"}]}, "input"),
        ({"input": "a text about which the scripted model has no opinion"}, "model"),
    ],
)
def test_what_cannot_be_judged_is_named(sdk: OpenAI, fields: dict[str, Any], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        sdk.moderations.create(**fields)
    assert refused.value.param == param
