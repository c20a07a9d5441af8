from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from earthshine.catalog import Card, Proof
from earthshine.catalog.curated import embedded
from earthshine.catalog.installed.installed_models import InstalledModels

CARD = Card(
    name="a",
    source="file:/x.gguf",
    abilities=frozenset({"chat", "tools"}),
    parameters=3,
    chat_template="{{ 'ب' }}",
    created=5,
    proof=Proof("hermes", "called"),
    options={"k": [1]},
)


def test_cards_come_back_as_they_were(tmp_path: Path) -> None:
    card = replace(CARD, path=tmp_path / "a.gguf", adapters={"fr": Path("/elsewhere/fr.gguf")})
    InstalledModels(tmp_path).put(card)
    assert InstalledModels(tmp_path).cards() == {"a": card}


def test_directory_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert InstalledModels(tmp_path / "none").cards() == {}


def test_data_directory_can_move(tmp_path: Path) -> None:
    InstalledModels(tmp_path / "old").put(replace(CARD, path=tmp_path / "old" / "a.gguf"))
    (tmp_path / "old").rename(tmp_path / "new")
    assert InstalledModels(tmp_path / "new").cards()["a"].path == tmp_path / "new" / "a.gguf"


def test_other_processes_are_noticed_at_once(tmp_path: Path) -> None:
    here, there = InstalledModels(tmp_path), InstalledModels(tmp_path)
    for number in range(50):
        there.put(replace(CARD, name=f"m{number}"))
        assert f"m{number}" in here.cards()
        there.delete(f"m{number}")
        assert f"m{number}" not in here.cards()


def test_unchanged_directory_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    installed = InstalledModels(tmp_path)
    installed.put(CARD)
    os.utime(tmp_path, (1, 1))
    cards = installed.cards()
    monkeypatch.setattr(installed, "_read", lambda: pytest.fail("read again"))
    assert installed.cards() is cards


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", "null", '{"engine": "llamacpp"}', '{"name": 3}', '{"name": "x", "path": 3}',
     '{"name": "x", "proof": 1}', '{"name": "x", "abilities": 3}', '{"name": "x", "adapters": []}',
     '{"name": "x", "created": "y"}', '{"name": "x", "parameters": null}', '{"name": "other"}'],
)  # fmt: skip
def test_broken_record_is_reported_and_harms_no_other(tmp_path: Path, text: str) -> None:
    installed = InstalledModels(tmp_path)
    installed.put(CARD)
    (tmp_path / "x.json").write_text(text)
    assert list(installed.cards()) == ["a"]
    assert list(installed.broken) == [tmp_path / "x.json"]
    (tmp_path / "x.json").unlink()
    installed.cards()
    assert installed.broken == {}


def test_fields_of_a_newer_version_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"name": "a", "colour": "blue"}))
    assert InstalledModels(tmp_path).cards() == {"a": Card(name="a")}


def test_models_installed_long_ago_gain_by_what_the_list_knows_today(tmp_path: Path) -> None:
    installed, known = InstalledModels(tmp_path), embedded()
    old = replace(known, sampling={"temperature": 0.2}, options={"mine": 1}, description="Old.", licence="as installed")
    elsewhere, changed = replace(old, name="b", source="file:/x.gguf"), replace(old, name="c", sha256="0")
    for card in (replace(old, name="a"), elsewhere, changed):
        installed.put(card)
    same = installed.cards()["a"]
    assert (same.sampling, same.description) == (known.sampling, known.description)
    assert same.options == {"mine": 1, **known.options}
    assert same.licence == "as installed"
    assert (installed.cards()["b"], installed.cards()["c"]) == (elsewhere, changed)
