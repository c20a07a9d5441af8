"""The task suite: its families, and which half of the tasks nobody tunes to.

    python -m bench.agents.suite [--split held] [FAMILY...]

lists the tasks with their halves; `--prove` has each checker take what is right and refuse an empty outcome.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing

from bench.agents import chores
from bench.agents.packages import code, functions, pages, reasoning, systems
from bench.agents.packages.wheels import Missing
from bench.agents.task import Outcome, Task

FAMILIES: dict[str, Callable[[], list[Task]]] = {
    "chores": chores.tasks,
    "reasoning": reasoning.tasks,
    "code": code.tasks,
    "systems": systems.tasks,
    "functions": functions.tasks,
    "pages": pages.tasks,
}


def tasks(families: Sequence[str] = (), split: str = "") -> list[Task]:
    """Return the tasks of some families, or all, and of one half, or both. A missing package ends the program."""
    try:
        found = [task for family in families or FAMILIES for task in FAMILIES[family]()]
    except Missing as missing:
        raise SystemExit(f"{missing}\nOr name families that need nothing, such as `chores`.") from None
    return [task for task in found if split in ("", task.split)]


def prove(task: Task) -> str:
    """Return why a task's checker cannot be relied on; nothing when it can."""
    if task.world is None:
        wrong = f"refuses what is right: {task.check(task.right)}" if task.right and task.check(task.right) else ""
        return wrong or ("" if task.check(Outcome(files=task.files)) else "takes nothing for right")
    with closing(task.world()) as world:
        empty = task.check(Outcome()) or world.problem(Outcome())
        if not empty:
            return "takes nothing for right"
    with closing(task.world()) as world:
        if not isinstance(world, functions.Machine):
            return ""
        world.guess()
        if not world.problem(Outcome()):
            return "takes any call for right"
    with closing(task.world()) as world:
        assert isinstance(world, functions.Machine)
        world.solve()
        return world.problem(Outcome())


def main() -> None:
    """List the tasks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("family", nargs="*", choices=[[], *FAMILIES], help="of all, unless some are named")
    parser.add_argument("--split", choices=("dev", "held"), default="")
    parser.add_argument("--prove", action="store_true", help="try each checker")
    given = parser.parse_args()
    found = tasks(given.family, given.split)
    failed = 0
    for task in found:
        why = prove(task) if given.prove else ""
        failed += bool(why)
        print(f"{task.split:5}{task.language:4}{task.name}{'  ' if why else ''}{why}", flush=True)
    print(dict(Counter(f"{task.family} {task.split}" for task in found)), len(found), "tasks")
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
