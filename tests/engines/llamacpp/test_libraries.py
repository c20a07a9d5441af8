"""A machine without a library of the engine hears which package to install, not that its model is broken."""

from __future__ import annotations

import pytest

from earthshine.engines.llamacpp.libraries import missing_library


@pytest.mark.parametrize(
    ("words", "package"),
    [
        ("libgomp.so.1: cannot open shared object file: No such file or directory", "apt install libgomp1"),
        ("libstdc++.so.6: cannot open shared object file: No such file", "apt install libstdc++6"),
    ],
)
def test_the_package_is_named(words: str, package: str) -> None:
    advice = missing_library(words)
    assert advice is not None and package in advice


def test_an_unknown_library_is_named_by_itself() -> None:
    assert missing_library("libodd.so.3: cannot open shared object file: x") == (
        "The machine lacks the library libodd.so.3. Install it."
    )


def test_other_faults_are_not_libraries() -> None:
    assert missing_library("Failed to init server, please check the input params.") is None
