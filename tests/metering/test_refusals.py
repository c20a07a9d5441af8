from __future__ import annotations

import pytest

from earthshine.metering.limits.refusals import duration
from earthshine.metering.limits.windows import window_end, window_start
from earthshine.metering.prices.price import Price, Prices
from earthshine.metering.usage_estimate import IMAGE_TOKENS, Served, UsageEstimate, json_bytes, text_bytes, worst_case


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0s"), (-4, "0s"), (59, "59s"), (60, "1m0s"), (3723, "1h2m3s"), (90_000, "25h0m0s")]
)
def test_durations_read_as_openai_writes_them(seconds: int, said: str) -> None:
    assert duration(seconds) == said


def test_months_begin_on_their_first_day_also_over_the_year() -> None:
    december = 1796083200 + 12345  # 2026-12-01
    assert window_start("spend_per_month", december) == 1796083200
    assert window_end("spend_per_month", december) == 1798761600  # 2027-01-01
    assert window_start("requests_per_minute", 125) == 120
    assert window_end("tokens_per_minute", 125) == 180
    assert window_end("parallel_requests", 125) == 125


def test_no_text_has_more_tokens_than_are_reserved_for_it() -> None:
    assert text_bytes("hello") == 5
    assert text_bytes("مرحبا") == 10
    # One ligature that some tokenizers read as eighteen letters.
    assert text_bytes("ﷺ") == 33
    assert text_bytes("🌙\ud800") == 7
    assert json_bytes({"type": "image_url", "image_url": {"url": "x"}}) > IMAGE_TOKENS
    assert json_bytes('"type":"image_url"') < IMAGE_TOKENS
    picture = {"type": "input_image", "image_url": f"data:image/png;base64,{'A' * 10 * IMAGE_TOKENS}"}
    assert json_bytes([picture]) < 2 * IMAGE_TOKENS
    text = f'"image_url":{picture["image_url"]!r}, "url":"{picture["image_url"]}"'
    assert json_bytes([{"type": "input_text", "text": text}]) > 20 * IMAGE_TOKENS, (
        "text is text, whatever it looks like"
    )


@pytest.mark.parametrize(
    ("context", "asked", "sent"), [(0, None, 8192), (4096, None, 1024), (100_000, None, 8192), (4096, 9999, 9999)]
)
def test_the_output_that_is_reserved_fits_the_context(context: int, asked: int | None, sent: int) -> None:
    worst = worst_case(
        UsageEstimate("responses", lambda: 4000, asked), Served("star", context), Prices(), default_output=8192
    )
    assert worst.output_limit == sent
    if context:
        assert worst.input_tokens <= context
        assert worst.output_tokens <= context + 128


def test_the_dearest_deployment_is_reserved() -> None:
    prices = Prices()
    prices.put("cheap", Price(input=1))
    prices.put("dear", Price(input=1, cached_input=5))
    served = Served("star", 0, ("cheap", "dear"))
    assert worst_case(UsageEstimate("embeddings", lambda: 10, 0, 0, 0), served, prices, default_output=1).cost == 50
