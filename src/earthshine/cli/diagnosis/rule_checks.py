"""The check of `earthshine doctor` that reads the rules on what tools may do: their number, and which do nothing."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from earthshine.cli.diagnosis.findings import Finding
from earthshine.errors import EarthshineError
from earthshine.settings import Settings
from earthshine.settings_tables import ToolRule

_SHOWN = 3


async def check_tool_rules(settings: Settings) -> Finding:
    """Each rule is about a tool that there is, and can be reached: what fits everything ends a list."""
    try:
        lists = [("settings", settings.tool_rules), *await _stored(settings)]
    except EarthshineError as error:
        return Finding("tool rules", "warning", error.message, "Mend the database first.")
    idle = [f"{place} {number}: {why}" for place, rules in lists for number, why in _idle(rules)]
    counts = [f"{len(rules)} in the {place}" for place, rules in lists if rules]
    detail = ", ".join(counts) or "none: tools do what requests say"
    if idle:
        told = "; ".join(idle[:_SHOWN]) + (" …" if len(idle) > _SHOWN else "")
        return Finding(
            "tool rules", "warning", f"{detail}; {told}", "Correct the rule, change its place, or remove it."
        )
    return Finding("tool rules", "ok", detail)


def _idle(rules: Sequence[ToolRule]) -> list[tuple[int, str]]:
    """Return the numbers of rules that never decide, and why."""
    from earthshine.tools import registry

    names, found = registry.names(), list[tuple[int, str]]()
    last: int | None = None
    for number, rule in enumerate(rules, 1):
        if last is not None:
            found.append((number, f"rule {last} fits everything before it"))
        elif not any(fnmatchcase(name, rule.tool) for name in names):
            found.append((number, f"no tool is called {rule.tool!r}"))
        if last is None and rule == ToolRule(decision=rule.decision):
            last = number
    return found


async def _stored(settings: Settings) -> list[tuple[str, list[ToolRule]]]:
    from sqlalchemy import inspect, select

    from earthshine.database.bulk_connections import reading
    from earthshine.database.url import driver_url
    from earthshine.tools.rules.tables import tool_rules

    if not settings.database_url and not (settings.data / "earthshine.db").exists():
        return []
    async with reading(driver_url(settings.database)) as connection:
        if not await connection.run_sync(lambda sync: inspect(sync).has_table("tool_rules")):
            return []
        query = select(tool_rules).order_by(tool_rules.c.organization, tool_rules.c.project)
        rows = (await connection.execute(query)).all()
    return [
        (
            f"project {row.project}" if row.project else f"organization {row.organization}",
            [ToolRule.model_validate(each) for each in row.rules],
        )
        for row in rows
    ]
