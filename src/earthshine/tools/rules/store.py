"""All rules on what tools may do, in memory, in the table and in the settings.

First come the operator's, from the settings file, then those of the organisation: of these the first that fits decides.
A project's own are asked beside them, and the stricter of both decisions holds: a project cannot allow itself what
others refuse it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import cast

from sqlalchemy import Row, func, insert, select, update

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Connection, Database, take_turns
from earthshine.errors import Conflict
from earthshine.periodic import Periodic
from earthshine.settings_tables import ToolRule
from earthshine.tools.approvals import Decision, Judge, Touches, first_fitting, stricter
from earthshine.tools.rules.objects import InheritedToolRule, Origin, ToolRuleList, serialize_rule
from earthshine.tools.rules.schemas import ToolRulesUpdate
from earthshine.tools.rules.tables import tool_rules

Rules = tuple[ToolRule, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a call, and by which rule."""

    decision: Decision = "allow"
    rule: ToolRule | None = None
    origin: Origin = "settings"


class ToolRules:
    """The rules of one installation. A server that shares its database learns of others' changes by looking."""

    def __init__(self, database: Database, settings: Sequence[ToolRule], *, refresh_every: float | None = None) -> None:
        """`settings`: the operator's, which stay as they are; `refresh_every`: seconds between two looks."""
        self._database, self._settings = database, tuple(settings)
        self._kept: dict[tuple[str, str], Rules] = {}
        self._revision: tuple[int, int] | None = None
        self._refresher = None if refresh_every is None else Periodic("tool rules", self.refresh, refresh_every)

    async def open(self) -> None:
        """Load what is stored, and begin to look for others' changes if so asked."""
        await self.refresh()
        if self._refresher is not None:
            self._refresher.start()

    async def close(self) -> None:
        """Stop looking."""
        if self._refresher is not None:
            await self._refresher.close()

    async def refresh(self) -> None:
        """Load what is stored, if it changed since the last time."""
        counts = select(func.count(), func.coalesce(func.sum(tool_rules.c.version), 0))
        async with self._database.read() as connection:
            count, versions = (await connection.execute(counts)).one()
            if (count, versions) == self._revision:
                return
            rows = (await connection.execute(select(tool_rules))).all()
        self._kept = {(row.organization, row.project): _load(row.rules) for row in rows}
        self._revision = count, versions

    # --- asked with every call ---------------------------------------------------------------------------------------

    def judge(self, who: Caller) -> Judge:
        """Return who decides on the calls of this caller's responses."""

        def decide(tool: str, touches: Touches, *, untrusted: bool = False) -> Decision:
            return self.verdict(who.organization, who.project, tool, touches, untrusted=untrusted).decision

        return decide

    def verdict(
        self,
        organization: str,
        project: str,
        tool: str,
        touches: Touches,
        *,
        untrusted: bool = False,
        own: Sequence[ToolRule] | None = None,
    ) -> Verdict:
        """Return what is said of a call in a project, and the rule that says it; `own` in place of the project's."""
        shared = (*self._settings, *self._kept.get((organization, ""), ()))
        own = self._kept.get((organization, project), ()) if own is None else own
        first = first_fitting(shared, project, tool, touches, untrusted=untrusted)
        second = first_fitting(own, project, tool, touches, untrusted=untrusted)
        if second is not None and (first is None or stricter(first.decision, second.decision) != first.decision):
            return Verdict(second.decision, second, "project")
        if first is None:
            return Verdict()
        by_operator = any(each is first for each in self._settings)
        return Verdict(first.decision, first, "settings" if by_operator else "organization")

    # --- shown and changed -------------------------------------------------------------------------------------------

    async def read(self, organization: str, project: str, about: Iterable[str]) -> ToolRuleList:
        """Return the list of an organisation, or of a project of it.

        `about`: the ids of projects; of the lists above, only rules that are about one of them are shown.
        """
        async with self._database.read() as connection:
            row = await _row(connection, organization, project)
        ids = list(about)
        above: list[tuple[Origin, Rules]] = [("settings", self._settings)]
        if project:
            above.append(("organization", self._kept.get((organization, ""), ())))
        return {
            "object": "tool_rules",
            "project": project or None,
            "inherited": [
                inherited(rule, origin)
                for origin, rules in above
                for rule in rules
                if any(fnmatchcase(each, rule.project) for each in ids)
            ],
            "rules": [serialize_rule(rule) for rule in _load(row.rules)] if row else [],
            "version": row.version if row else 0,
        }

    async def write(self, who: Caller, project: str, body: ToolRulesUpdate) -> None:
        """Put a list in place of the one before; in force in this process at once. Raises `Conflict`."""
        rules = [ToolRule.model_validate(rule.model_dump()).model_dump() for rule in body.rules]
        async with self._database.write() as connection:
            await take_turns(connection, "tool rules")
            row = await _row(connection, who.organization, project)
            before = row.version if row else 0
            if body.version not in (None, before):
                raise Conflict(
                    "Somebody else changed these rules meanwhile. Read them again, and then change them.",
                    param="version",
                )
            values = {"rules": rules, "version": before + 1, "updated_at": int(time.time())}
            if row:
                this = (tool_rules.c.organization == who.organization) & (tool_rules.c.project == project)
                await connection.execute(update(tool_rules).where(this).values(values))
            else:
                place = {"organization": who.organization, "project": project}
                await connection.execute(insert(tool_rules).values(**place, **values))
            details = {"id": project or who.organization, "changes_requested": {"rules": rules}}
            await record(connection, who, "tool_rules.updated", details, project=project)
        await self.refresh()


def inherited(rule: ToolRule, origin: Origin) -> InheritedToolRule:
    """Return a rule with whose it is."""
    return cast("InheritedToolRule", {**serialize_rule(rule), "origin": origin})


def _load(rules: Iterable[object]) -> Rules:
    return tuple(ToolRule.model_validate(each) for each in rules)


async def _row(connection: Connection, organization: str, project: str) -> Row[tuple[object, ...]] | None:
    this = (tool_rules.c.organization == organization) & (tool_rules.c.project == project)
    return (await connection.execute(select(tool_rules).where(this))).one_or_none()
