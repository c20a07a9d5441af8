"""The chores of the agents' task suite: their checkers take what is right, and neither nothing nor what is wrong."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from bench.agents.chores import tasks
from bench.agents.chores.sites import Site
from bench.agents.task import Outcome, Task, gathered, lay

TASKS = tasks()


def test_how_many_in_which_language() -> None:
    assert Counter(task.language for task in TASKS) == {"en": 18, "ar": 10, "fr": 6, "zh": 6}
    assert len({task.name for task in TASKS}) == len(TASKS)
    assert 14 <= sum(task.split == "held" for task in TASKS) <= 26


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_checker_takes_what_is_right_and_nothing_else(task: Task) -> None:
    assert task.right is not None and task.wrong is not None
    assert task.check(task.right) == ""
    assert task.check(task.wrong)
    assert task.check(Outcome(files=task.files)), "who does nothing has not solved it"
    assert task.check(Outcome(task.goal, task.files)), "who says the goal again has not solved it"
    broken = dict.fromkeys(task.right.files, b"\xff\xfe\x00")
    assert task.check(Outcome("", broken))


def test_a_site_is_read_by_its_links_and_no_other_site() -> None:
    task = next(each for each in TASKS if each.name == "chores/sites-director")
    assert task.world is not None
    with closing(task.world()) as site:
        assert isinstance(site, Site)
        home = site.words["site"]
        assert f"[{home}people/]" in site.read(home)
        assert "Room 41" in site.read(f"{home}people/cleo.html")
        assert "No such page" in site.read(f"{home}nowhere.html")
        with pytest.raises(ValueError, match="Only pages of"):
            site.read("http://127.0.0.1:1/")


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s")
    folder = tmp_path / "work"
    lay(folder, {"a/b.txt": b"1"})
    (folder / "c.txt").symlink_to(secret)
    assert gathered(folder) == {"a/b.txt": b"1"}
