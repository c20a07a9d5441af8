"""Prices and money: exact whatever the digits."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.catalog.curated import entries
from earthshine.errors import InvalidRequest
from earthshine.metering.prices.hosted import hosted_cost, hosted_price, hosted_prices
from earthshine.metering.prices.money import MOST_PICODOLLARS, dollars, dump_json, parse_dollars, plain
from earthshine.metering.prices.price import FREE, Price, Prices

AMOUNTS = st.integers(min_value=0, max_value=MOST_PICODOLLARS)


@given(AMOUNTS)
def test_dollars_and_back(amount: int) -> None:
    assert parse_dollars(dollars(amount)) == amount
    assert parse_dollars(plain(dollars(amount))) == amount
    written = dump_json({"value": dollars(amount)})
    assert parse_dollars(json.loads(written, parse_float=Decimal)["value"]) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0.000000000001", 1),
        ("1e-12", 1),
        (0.1, 10**11),
        (3, 3 * 10**12),
        (" 12.50 ", 125 * 10**11),
        ("-0", 0),
        ("0e999", 0),
    ],
)
def test_reads_decimals(text: Any, amount: int) -> None:
    assert parse_dollars(text) == amount


@pytest.mark.parametrize(
    "text",
    ["", "x", "1,5", "٣", "NaN", "inf", "-1", "1e-13", "1e999999", 2**63, True, None, [], "9" * 65, float("nan")],
)
def test_refuses_what_is_no_amount(text: Any) -> None:
    with pytest.raises(ValueError, match=r"amount"):
        parse_dollars(text)


@given(
    st.builds(
        Price,
        input=st.integers(0, 10**9),
        cached_input=st.integers(0, 10**9),
        output=st.integers(0, 10**9),
        per_hour=AMOUNTS,
    )
)
def test_prices_survive_their_decimal_form(price: Price) -> None:
    assert Price.parse(price.dump()) == price


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**9))
def test_charges_are_exact(fresh: int, cached: int, written: int, milliseconds: int) -> None:
    price = Price.parse({"input": "0.150001", "cached_input": "0.000001", "output": "0.6", "per_hour": "1.25"})
    charge = price.charge(
        input_tokens=fresh + cached, cached_tokens=cached, output_tokens=written, milliseconds=milliseconds
    )
    exact = (fresh * Decimal("0.150001") + cached * Decimal("0.000001") + written * Decimal("0.6")) / 10**6
    assert dollars(charge.input + charge.cached + charge.output) == exact
    hours = Decimal("1.25") * 10**12 * milliseconds / 3_600_000
    assert 0 <= charge.time - hours < 1
    assert charge.total == charge.input + charge.cached + charge.output + charge.time


def test_cached_input_costs_what_input_costs_unless_it_is_said() -> None:
    assert Price.parse({"input": "2"}) == Price(input=2_000_000, cached_input=2_000_000)
    assert Price.parse({"input": "2", "cached_input": 0}) == Price(input=2_000_000)
    assert Price.parse({}) == FREE


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": "0.0000001"}, "price.input"),
        ({"output": "-1"}, "price.output"),
        ({"output": "free"}, "price.output"),
        ({"per_hour": True}, "price.per_hour"),
        ({"outputs": "1"}, "price.outputs"),
    ],
)
def test_refuses_by_name(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Price.parse(fields)
    assert refused.value.param == param


def test_what_nobody_priced_is_free() -> None:
    prices = Prices({"local": {"input": Decimal("0.15"), "cached_input": None, "output": Decimal(0)}})
    assert prices.of("local").input == 150_000
    assert prices.of("other") == FREE
    prices.put("other", Price(output=1))
    assert prices.of("other").output == 1
    prices.remove("other")
    prices.remove("never there")
    assert prices.of("other") == FREE


def test_hosted_prices_are_dated_and_sourced() -> None:
    table = hosted_prices()
    assert table
    for entry in table:
        assert entry.source.startswith("https://")
        assert entry.checked.year >= 2025
        assert entry.price.input > 0
    assert len({(entry.family, entry.parameters, entry.embedding) for entry in table}) == len(table)
    assert {entry.card.name for entry in entries() if hosted_price(entry.card.family, entry.card.parameters)} >= {
        "kimi-k2.6",
        "qwen3.5-9b",
        "llama-3.2-3b",
    }


def test_no_price_is_invented() -> None:
    assert hosted_cost("SmolLM", 134_515_008, input_tokens=1, output_tokens=1) is None
    assert hosted_cost("Qwen", 0, input_tokens=1) is None
    # A chat model of the same size is no embedding model.
    assert hosted_cost("Qwen", 595_776_512, input_tokens=1) is None
    assert hosted_cost("Qwen", 595_776_512, input_tokens=1_000_000, embedding=True) == 12 * 10**9
    cost = hosted_cost("Kimi", 10**12, input_tokens=3_000_000, cached_tokens=1_000_000, output_tokens=1_000_000)
    assert cost == (2 * 95 + 16 + 400) * 10**10


def test_prices_of_units_are_per_unit_and_rounded_up() -> None:
    price = Price.parse(
        {"per_hour": "0.36", "per_search": "0.01", "per_session": "0.03", "per_gigabyte_day": "0.1", "training": "3"}
    )
    assert Price.parse(price.dump()) == price
    assert price.charge_units("searches", 3).total == parse_dollars("0.03")
    assert price.charge_units("sessions", 1).total == parse_dollars("0.03")
    assert price.charge_units("seconds", 1_500).total == parse_dollars("0.00015")
    assert price.charge_units("gigabyte_days", 25 * 10**8).total == parse_dollars("0.25")
    assert price.charge_units("training_tokens", 10**6).total == 3 * 10**12
    assert price.charge_units("gigabyte_days", 1).total == 100, "one byte for a day"
    assert FREE.charge_units("searches", 10**9).total == 0
    assert "per_search" not in FREE.dump(), "the wire of deployments has what models are counted in"
    with pytest.raises(InvalidRequest, match="per_serach"):
        Price.parse({"per_serach": 1})
