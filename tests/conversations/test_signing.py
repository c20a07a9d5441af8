from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.conversations.signing import TextSigner, open_signer, read_signed
from earthshine.database import Database
from earthshine.errors import InvalidRequest

SIGNER = TextSigner(b"k" * 32)
SIGNED = SIGNER.sign("compaction", "the summary")


@given(st.text())
def test_what_was_sealed_is_read_back(text: str) -> None:
    signed = SIGNER.sign("reasoning", text)
    SIGNER.verify("reasoning", signed, param="p")
    assert read_signed(signed) == text
    assert signed.isascii()


@given(st.integers(0, len(SIGNED) - 1), st.characters(exclude_categories=()))
def test_a_change_of_any_character_is_noticed(position: int, character: str) -> None:
    forged = SIGNED[:position] + character + SIGNED[position + 1 :]
    if forged != SIGNED:
        with pytest.raises(InvalidRequest) as caught:
            SIGNER.verify("compaction", forged, param="input[0].encrypted_content")
        assert caught.value.param == "input[0].encrypted_content"


@pytest.mark.parametrize("foreign", ["", ".", "es1.compaction.", "gAAAAABpM0Yj", SIGNED[:-1], SIGNED + "x"])
def test_what_others_made_is_refused(foreign: str) -> None:
    with pytest.raises(InvalidRequest):
        SIGNER.verify("compaction", foreign, param="p")


def test_another_key_and_another_kind_are_refused() -> None:
    with pytest.raises(InvalidRequest):
        TextSigner(b"x" * 32).verify("compaction", SIGNED, param="p")
    with pytest.raises(InvalidRequest):
        SIGNER.verify("reasoning", SIGNED, param="p")


@pytest.mark.parametrize("damaged", ["", "es1.compaction.!!!.x", "es1.compaction.AAAA.x"])
def test_damage_in_the_store_is_an_error_of_ours(damaged: str) -> None:
    with pytest.raises(InvalidRequest, match="damaged"):
        read_signed(damaged)


async def test_the_key_is_made_once_and_shared(database: Database) -> None:
    signers = await asyncio.gather(*(open_signer(database) for _ in range(8)))
    for signer in signers:
        signer.verify("compaction", signers[0].sign("compaction", "x"), param="p")
