"""Lists of options: every place is taken, and a preference for places falls out."""

from __future__ import annotations

import math

import pytest

from earthshine.engines.deltas import TopLogprob
from earthshine.harness.options import ALL_PLACES, DIGITS, FEW_PLACES, LEAST_MASS, LETTERS, Reading, combine, listings


def top(**probabilities: float) -> list[TopLogprob]:
    return [TopLogprob(token, math.log(each)) for token, each in probabilities.items()]


@pytest.mark.parametrize("count", range(2, ALL_PLACES + 1))
def test_each_option_stands_at_each_place(count: int) -> None:
    orders = [[number for _, number in listing.places] for listing in listings(count)]
    assert [sorted(place) for place in zip(*orders, strict=True)] == [list(range(count))] * count


@pytest.mark.parametrize("count", range(ALL_PLACES + 1, len(LETTERS) + 1))
def test_a_long_list_is_shown_in_few_orders(count: int) -> None:
    orders = [tuple(number for _, number in listing.places) for listing in listings(count)]
    assert len(set(orders)) == FEW_PLACES
    assert all(sorted(order) == list(range(count)) for order in orders)


def test_a_scale_goes_up_and_down_and_keeps_its_digits() -> None:
    up, down = listings(10, scale=True)
    assert up.places == tuple(zip(DIGITS, range(10), strict=True))
    assert down.places == up.places[::-1]


def test_a_list_as_the_model_reads_it() -> None:
    second = listings(3)[1]
    assert second.show(["red", "green", "blue"]) == "A. green\nB. blue\nC. red"


def test_a_label_counts_with_what_may_stand_around_it() -> None:
    reading = listings(2)[0].read(
        [*top(A=0.3, B=0.2), TopLogprob(" A", math.log(0.1)), TopLogprob("B.", math.log(0.1)), TopLogprob("Yes", -3)]
    )
    assert reading.mass == pytest.approx(0.7)
    assert [math.exp(log) for log in reading.logs] == pytest.approx([0.4, 0.3])


def test_a_small_letter_or_a_word_is_no_label() -> None:
    assert listings(2)[0].read(top(a=0.5, Apple=0.4)).mass == 0


def test_what_is_not_shown_is_at_most_as_likely_as_what_is_left() -> None:
    known, unknown = listings(2)[0].read(top(A=0.9, Well=0.06)).logs
    assert math.exp(known) == pytest.approx(0.9)
    assert math.exp(unknown) == pytest.approx(0.04)
    assert math.exp(listings(2)[0].read(top(A=0.5, Well=0.01)).logs[1]) == pytest.approx(0.01)
    assert 0 < math.exp(listings(2)[0].read(top(A=1.0)).logs[1]) < 1e-6


def test_a_token_of_no_probability_is_read() -> None:
    reading = listings(2)[0].read([TopLogprob("A", 0.0), TopLogprob("B", -9999.0)])
    assert all(math.isfinite(log) for log in reading.logs)


def test_nothing_shown_is_no_answer() -> None:
    assert combine([listings(2)[0].read([])] * 2) is None


def test_less_than_the_least_mass_is_no_answer() -> None:
    def odds(mass: float) -> object:
        return combine([Reading(mass, (-1.0, -2.0))] * 2)

    assert odds(LEAST_MASS - 0.01) is None
    assert odds(LEAST_MASS) == pytest.approx((0.731, 0.269), abs=0.001)


def test_a_preference_for_places_falls_out() -> None:
    # Twice as much for whatever stands first, three to one for the first option.
    first = Reading(1, (math.log(6 / 7), math.log(1 / 7)))
    second = Reading(1, (math.log(3 / 5), math.log(2 / 5)))
    assert combine([first, second]) == pytest.approx((0.75, 0.25))
