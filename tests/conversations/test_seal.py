from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.conversations.seal import Seal, open_seal, read_sealed
from earthshine.database import Database
from earthshine.errors import InvalidRequest

SEAL = Seal(b"k" * 32)
SEALED = SEAL.close("compaction", "the summary")


@given(st.text())
def test_what_was_sealed_is_read_back(text: str) -> None:
    sealed = SEAL.close("reasoning", text)
    SEAL.check("reasoning", sealed, param="p")
    assert read_sealed(sealed) == text
    assert sealed.isascii()


@given(st.integers(0, len(SEALED) - 1), st.characters(exclude_categories=()))
def test_a_change_of_any_character_is_noticed(position: int, character: str) -> None:
    forged = SEALED[:position] + character + SEALED[position + 1 :]
    if forged != SEALED:
        with pytest.raises(InvalidRequest) as caught:
            SEAL.check("compaction", forged, param="input[0].encrypted_content")
        assert caught.value.param == "input[0].encrypted_content"


@pytest.mark.parametrize("foreign", ["", ".", "es1.compaction.", "gAAAAABpM0Yj", SEALED[:-1], SEALED + "x"])
def test_what_others_made_is_refused(foreign: str) -> None:
    with pytest.raises(InvalidRequest):
        SEAL.check("compaction", foreign, param="p")


def test_another_key_and_another_kind_are_refused() -> None:
    with pytest.raises(InvalidRequest):
        Seal(b"x" * 32).check("compaction", SEALED, param="p")
    with pytest.raises(InvalidRequest):
        SEAL.check("reasoning", SEALED, param="p")


@pytest.mark.parametrize("damaged", ["", "es1.compaction.!!!.x", "es1.compaction.AAAA.x"])
def test_damage_in_the_store_is_an_error_of_ours(damaged: str) -> None:
    with pytest.raises(InvalidRequest, match="damaged"):
        read_sealed(damaged)


async def test_the_key_is_made_once_and_shared(database: Database) -> None:
    seals = await asyncio.gather(*(open_seal(database) for _ in range(8)))
    for seal in seals:
        seal.check("compaction", seals[0].close("compaction", "x"), param="p")
