"""What Serve tells of a failure, in words for people."""

from __future__ import annotations

import pytest

from earthshine.cluster.applications import reason


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("", ""),
        (
            "The deployment failed.\n  File x\n    raise\nearthshine.errors.EngineFailed: It is too large.\n",
            "It is too large.",
        ),
        ("Traceback\nValueError: no such thing", "ValueError: no such thing"),
        ("x" * 5000, "x" * 1000),
    ],
)
def test_reason(told: str, said: str) -> None:
    assert reason(told) == said
