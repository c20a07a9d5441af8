"""The terms of a model on a cluster: what is understood, and what would never work."""

from __future__ import annotations

import pytest

from earthshine.cluster.terms import Terms, check_terms, parse_replicas
from earthshine.errors import InvalidRequest


@pytest.mark.parametrize(
    ("text", "found"), [("2", (2, 2)), ("0..4", (0, 4)), (" 1..1 ", (1, 1)), ("3..1000", (3, 1000))]
)
def test_replicas_are_read(text: str, found: tuple[int, int]) -> None:
    assert parse_replicas(text) == found


@pytest.mark.parametrize("text", ["", "0", "0..0", "4..2", "1..1001", "-1..2", "1-4", "1..", "two", "1.5", "9" * 5000])
def test_no_number_of_replicas(text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_replicas(text)
    assert "0..4" in caught.value.message
    assert len(caught.value.message) < 200


def test_a_replica_that_is_never_busy_enough_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"--load below 2"):
        check_terms(Terms(least=0, most=4, slots=2, load=2))
    check_terms(Terms(least=0, most=4, slots=2, load=1.5))
    check_terms(Terms(least=4, most=4, slots=2, load=2))
