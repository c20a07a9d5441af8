"""E-mail addresses are kept as typed and compared by a key."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.accounts.people.names import check_email, domain_of, email_key, same_mailbox
from earthshine.errors import InvalidRequest


@pytest.mark.parametrize(
    "email",
    ["a@b", "René@Example.org", "أمل@موقع.مصر", "用户@例子.广告", "o'neil+x@sub.example.co.uk", "🌙@moon.example"],
)
def test_addresses_of_the_world(email: str) -> None:
    assert check_email(email) == email
    assert check_email(f" {email} ") == email


@pytest.mark.parametrize(
    "email",
    ["", "@", "a@", "@b", "nobody", "a@b@c", "a b@c", "a\n@b", "a\0@b", "\ud800@b", "a@b\u2028c", "a" * 250 + "@b.cd"],
)
def test_what_is_no_address(email: str) -> None:
    with pytest.raises(InvalidRequest):
        check_email(email)


def test_two_spellings_of_one_address() -> None:
    assert email_key("Rene\u0301@EXAMPLE.org") == email_key(" ren\u00e9@example.ORG ")
    assert check_email("Rene\u0301@EXAMPLE.org") == "Ren\u00e9@EXAMPLE.org"
    assert email_key("أمل@example.org") != email_key("امل@example.org")


def test_a_likeness_is_not_enough_to_open_an_account() -> None:
    assert email_key("mi\u212ae@example.org") == email_key("mike@example.org")
    assert {letter for letter in map(chr, range(0x80, 0x110000)) if unicodedata.normalize("NFC", letter).isascii()} == {
        "\u037e",
        "\u1fef",
        "\u212a",
    }
    assert not same_mailbox("mi\u212ae@example.org", "mike@example.org")
    assert not same_mailbox("stra\u00dfe@example.org", "strasse@example.org")
    assert same_mailbox("Mike@Example.org", "mike@example.ORG")
    assert domain_of("mike@EXAMPLE.org") == "example.org"
    assert same_mailbox("Rene\u0301@example.org", "Ren\u00e9@example.org")
    assert domain_of("mike@\u212aexample.org") != domain_of("mike@kexample.org")


@given(st.text(max_size=40))
def test_any_text_has_a_key_that_is_stable(text: str) -> None:
    assert email_key(email_key(text)) == email_key(text) or text != text.strip()
