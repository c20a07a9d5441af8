"""What a tool's call may touch, and what the operator's rules say of it: allowed, asked about, or refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, Literal, Protocol, get_args

if TYPE_CHECKING:
    from earthshine.settings_tables import ToolRule

Reach = Literal["read", "write", "network", "outside"]
"""Reading what the project keeps here, changing it, connecting to others, and an effect outside this installation."""
REACHES: Final[frozenset[Reach]] = frozenset(get_args(Reach))
Decision = Literal["allow", "ask", "refuse"]

_ORDER: tuple[Decision, ...] = ("allow", "ask", "refuse")


@dataclass(frozen=True, slots=True)
class Touches:
    """What a call may touch."""

    reaches: frozenset[Reach] = frozenset()
    host: str = ""
    """The host that it connects to, in lower case, where the request names one."""


class Judge(Protocol):
    """Decides on calls."""

    def __call__(self, tool: str, touches: Touches, *, untrusted: bool = False) -> Decision:
        """Decide on a call of the tool of this type; `untrusted`: the model has read what strangers wrote."""
        ...


def allow_all(tool: str, touches: Touches, *, untrusted: bool = False) -> Decision:
    """Allow everything, as an installation without rules does."""
    return "allow"


def first_fitting(
    rules: Iterable[ToolRule], project: str, tool: str, touches: Touches, *, untrusted: bool = False
) -> ToolRule | None:
    """Return the first rule that is about this tool, project, host and something that is touched."""
    for rule in rules:
        if (
            fnmatchcase(tool, rule.tool)
            and fnmatchcase(project, rule.project)
            and fnmatchcase(touches.host, rule.host.lower())
            and (rule.touches is None or rule.touches in touches.reaches)
            and (untrusted or not rule.after_untrusted)
        ):
            return rule
    return None


def stricter(one: Decision, other: Decision) -> Decision:
    """Return the decision that lets less happen."""
    return _ORDER[max(_ORDER.index(one), _ORDER.index(other))]
