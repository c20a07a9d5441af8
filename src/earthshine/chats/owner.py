"""Whose a chat is: one person's inside one project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table

from earthshine.accounts.caller import Caller


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a row."""

    project: str
    user: str
    """The person or service account; empty for the key of the first start."""

    @classmethod
    def of(cls, caller: Caller) -> Owner:
        """Return the owner of what this caller makes."""
        return cls(caller.project, caller.user)

    def owns(self, table: Table) -> ColumnElement[bool]:
        """Return the condition that a row of `table` is this owner's."""
        return (table.c.project == self.project) & (table.c.user == self.user)

    def has(self, row: Any) -> bool:
        """Tell whether a row is this owner's."""
        return row.project == self.project and row.user == self.user
