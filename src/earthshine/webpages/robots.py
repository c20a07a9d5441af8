"""What a site's robots.txt allows. Source: RFC 9309, The Robots Exclusion Protocol (2022)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

AGENT = "earthshine"
"""What a robots.txt calls this program."""
MOST_BYTES = 512 * 1024
"""Of a robots.txt; what follows is not read (section 2.5 asks for 500 KiB at least)."""
_MOST_RULES, _LONGEST, _MOST_STARS = 5000, 2000, 16
_TOKEN = re.compile(r"[a-z_-]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a group."""

    allows: bool
    path: str

    def matches(self, path: str) -> bool:
        """Tell whether it is about a path: `*` is anything, and a final `$` the path's end."""
        pattern, ends = (self.path[:-1], True) if self.path.endswith("$") else (self.path, False)
        first, *others = pattern.split("*")
        if not path.startswith(first):
            return False
        at = len(first)
        for place, each in enumerate(others):
            if ends and place == len(others) - 1:
                return len(path) - len(each) >= at and path.endswith(each)
            at = path.find(each, at)
            if at < 0:
                return False
            at += len(each)
        return not ends or at == len(path)


def rules_of(text: str, agent: str = AGENT) -> list[Rule]:
    """Return the rules for an agent: of the groups that name it, else of those for all."""
    groups: dict[str, list[Rule]] = {}
    named: list[str] = []
    in_rules = True
    count = 0
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            named = [] if in_rules else named
            in_rules = False
            found = _TOKEN.match(value.lower())
            named.append("*" if value == "*" else found[0] if found else "")
            groups.setdefault(named[-1], [])
        elif key in ("allow", "disallow"):
            in_rules = True
            count += 1
            if value and count <= _MOST_RULES and len(value) <= _LONGEST:
                # What is cut off makes a rule match more: of `Disallow`, that is the careful side.
                path = _encoded("*".join(value.split("*")[: _MOST_STARS + 1]))
                for name in named:
                    groups[name].append(Rule(key == "allow", path))
    return groups.get(agent, groups.get("*", []))


def allows(rules: Sequence[Rule], url: str) -> bool:
    """Tell whether rules allow an address: the longest that matches decides, and of two as long the one that allows."""
    parts = urlsplit(url)
    path = _encoded((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    best = max(
        (each for each in rules if each.matches(path)), key=lambda each: (len(each.path), each.allows), default=None
    )
    return best is None or best.allows


def _encoded(path: str) -> str:
    return quote(path, safe="/%:?&=*$@!'(),;+~-._#[]")
