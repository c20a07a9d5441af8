"""A client's configuration joins what somebody has in its file, and loses nothing of it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import yaml

from earthshine.cli.connect.clients import ConfigText, Format
from earthshine.cli.connect.config_file import plan, write
from earthshine.cli.console import Failure

OURS = '{"provider": {"earthshine": {"key": "new"}}}'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "settings"


def join(place: Path, old: str | None, text: str, form: Format = "json", *, own: bool = False) -> str:
    """Write `old`, then what is made of it and `text`; return what stands there."""
    if old is not None:
        place.parent.mkdir(exist_ok=True)
        place.write_text(old)
    path, planned = plan(ConfigText(str(place), form, text, own))
    write(path, planned)
    return place.read_text()


def test_a_new_file_is_for_its_owner_only(place: Path) -> None:
    assert join(place, None, OURS) == OURS
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert list(place.parent.iterdir()) == [place], "nothing is left beside it"


def test_json_keeps_what_is_there_and_takes_the_new_key(place: Path) -> None:
    old = {"theme": "قمر", "provider": {"other": {"key": "theirs"}, "earthshine": {"key": "old", "more": 1}}}
    joined = json.loads(join(place, json.dumps(old), OURS))
    assert joined["theme"] == "قمر"
    assert joined["provider"] == {"other": {"key": "theirs"}, "earthshine": {"key": "new", "more": 1}}


COMMENTED = """// mine: { not the start
{
  /* "provider": */ "url": "http://x//y", // a comment
  "list": [1, 2,],
}
"""


def test_json_with_comments_keeps_them(place: Path) -> None:
    joined = join(place, COMMENTED, OURS)
    before, after = COMMENTED.split("{\n", 1)
    assert joined.startswith(before) and joined.endswith(after)
    assert json.loads(OURS)["provider"]["earthshine"]["key"] in joined
    assert join(place, None, OURS) == joined, "a second time changes nothing"
    with pytest.raises(Failure, match="comments, which would be lost, and provider already"):
        join(place, None, OURS.replace("new", "newer"))
    assert place.read_text() == joined


@pytest.mark.parametrize("old", ["[1]", "{", '"text"', "{'a': 1}"])
def test_json_that_cannot_be_joined_is_refused(place: Path, old: str) -> None:
    with pytest.raises(Failure, match="by hand"):
        join(place, old, OURS)
    assert place.read_text() == old


@pytest.mark.parametrize(("form", "old"), [("dotenv", "# mine\nexport A=1\n"), ("yaml", "# mine\na: {b: [1]}\n")])
def test_lines_are_added_once_and_replaced(place: Path, form: Format, old: str) -> None:
    sign = ": " if form == "yaml" else "="
    join(place, old, f"key{sign}old\n", form)
    joined = join(place, None, f"key{sign}new\n", form)
    assert joined.startswith(old)
    assert joined.count("earthshine connect") == 2 and f"key{sign}new" in joined and "old" not in joined
    assert form != "yaml" or yaml.safe_load(joined) == {"a": {"b": [1]}, "key": "new"}


@pytest.mark.parametrize(
    ("form", "old"), [("dotenv", " export key = 1"), ("yaml", "key: 1"), ("yaml", "- a list"), ("yaml", "a: [")]
)
def test_lines_that_cannot_be_joined_are_refused(place: Path, form: Format, old: str) -> None:
    with pytest.raises(Failure, match="by hand"):
        join(place, old, "key=2" if form == "dotenv" else "key: 2", form)
    assert place.read_text() == old


def test_each_old_file_is_kept(place: Path) -> None:
    for text in ("first", "second", "third", "third"):
        join(place, None, text, "toml", own=True)
    kept = {each.name: each.read_text() for each in place.parent.iterdir()}
    assert kept == {"settings": "third", "settings.bak": "first", "settings.bak1": "second"}


def test_a_link_stays_a_link(place: Path, tmp_path: Path) -> None:
    place.parent.mkdir()
    (tmp_path / "dotfiles").write_text("{}")
    place.symlink_to(tmp_path / "dotfiles")
    join(place, None, OURS)
    assert place.is_symlink() and json.loads((tmp_path / "dotfiles").read_text()) == json.loads(OURS)
