"""How far a turn is, read off its items: whoever goes on with it, after a crash or an answer, knows the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from earthshine.agents.program.actions import SHELL, Action, actions
from earthshine.agents.program.check import is_check, new_files
from earthshine.agents.program.look import LOOK, sums
from earthshine.agents.program.plan import lines
from earthshine.agents.program.plan.lines import ANSWER, Line
from earthshine.conversations.items import Item

_BEFORE = 500
"""Characters of what was said last before the turn."""


@dataclass(slots=True)
class State:
    """One turn, as far as it has come."""

    goal: str
    before: str = ""
    """What was said last before it."""
    listing: str | None = None
    """What stood in the folder when it began; None where nobody has looked."""
    plan: list[Line] | None = None
    """None where there is none, or where the user has said something since."""
    done: list[tuple[Line, Action]] = field(default_factory=list["tuple[Line, Action]"])
    """The lines that are done, with what came of them last."""
    tries: list[Action] = field(default_factory=list[Action])
    """What was tried for the line that is being done, oldest first."""
    checked: Action | None = None
    """The last check of the goal, after the last try."""
    every: list[Action] = field(default_factory=list[Action])
    """All that was done, without what the program itself looked at."""
    checks: list[Action] = field(default_factory=list[Action])

    @property
    def new_files(self) -> list[str]:
        """The files that the goal names and that were not there, where somebody has looked."""
        return [] if self.listing is None else new_files(self.goal, list(sums(self.listing)))

    @property
    def new_module(self) -> str:
        """The Python file that is all that is left to be written; empty where there is none, or more."""
        names = self.new_files if self.is_last_work else []
        return names[0] if len(names) == 1 and names[0].endswith(".py") else ""

    @property
    def here(self) -> int | None:
        """The place of the line that is being done."""
        return next((at for at, line in enumerate(self.plan or ()) if line.state == "doing"), None)

    @property
    def is_last_work(self) -> bool:
        """Whether nothing but the answer comes after the line that is being done."""
        rest = (self.plan or [])[(self.here or 0) + 1 :]
        return all(line.verb == ANSWER for line in rest)

    @property
    def failed(self) -> bool:
        """Whether a line could not be done."""
        return any(line.state == "failed" for line in self.plan or ())

    def show_plan(self) -> str:
        """Return the plan, with marks."""
        return lines.show(self.plan or ())


def state_of(items: Sequence[Item], words: int) -> State:
    """Read a turn's state off the items of its session so far.

    `words`: how many messages the user has said in this turn; it begins with the first of them.
    """
    begin = _begin(items, words)
    turn = items[begin:]
    state = State("\n".join(_text(item) for item in turn if _is_said(item, "user")), _before(items[:begin]))
    since = 0
    for place, item in enumerate(turn):
        if _is_said(item, "user"):
            state.plan = None
        elif (plan := plan_of(item)) is not None:
            _go_on(state, list(actions(turn[since:place])))
            state.plan, since = plan, place
    _go_on(state, [])
    _try(state, list(actions(turn[since:])))
    everything = list(actions(turn))
    looked = [each for each in everything if each.name == SHELL and each.written == LOOK]
    state.listing = next((each.result for each in looked if not each.cut), None)
    state.checks = [each for each in everything if is_check(each) and not each.cut]
    state.every = [each for each in everything if each not in looked and not is_check(each)]
    return state


def _begin(items: Sequence[Item], words: int) -> int:
    said = [place for place, item in enumerate(items) if _is_said(item, "user")]
    return said[-words] if 0 < words <= len(said) else 0


def _go_on(state: State, done: Sequence[Action]) -> None:
    """Note what was done of the line that a plan was at, before the next one was told."""
    here = state.here
    mine = [each for each in done if not is_check(each) and each.written != LOOK]
    if here is not None and state.plan is not None and mine:
        state.done.append((state.plan[here], mine[-1]))


def _try(state: State, made: Sequence[Action]) -> None:
    for each in made:
        if is_check(each):
            # What a crash has cut has found nothing out: it is made again.
            state.checked = None if each.cut else each
        elif each.written != LOOK:
            state.tries.append(each)
            state.checked = None


def plan_of(item: Item) -> list[Line] | None:
    """Return the plan that an item tells; None for one that tells none."""
    if item["type"] != "reasoning":
        return None
    parts = item.get("summary") or item.get("content") or ()
    return lines.read("".join(part["text"] for part in parts))


def _is_said(item: Item, role: str) -> bool:
    return item["type"] == "message" and item["role"] == role


def _text(item: Item) -> str:
    return "\n".join(part["text"] for part in item["content"] if part.get("text"))


def _before(items: Sequence[Item]) -> str:
    said = [
        f"{'User' if item['role'] == 'user' else 'You'}: {_text(item)[:_BEFORE]}"
        for item in items
        if item["type"] == "message" and item["role"] in ("user", "assistant")
    ]
    return "\n".join(said[-2:])
