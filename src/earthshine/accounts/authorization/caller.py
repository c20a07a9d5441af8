"""Who sends a request: what the gate learns from a key or a session, for every handler to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, cast

from starlette.requests import HTTPConnection

from earthshine.accounts.authorization.permissions import Permission


@dataclass(frozen=True, slots=True)
class Caller:
    """One key or session, and what it acts for."""

    key_id: str
    """The key's id, or the session's (`sess_...`)."""
    project: str
    """The project whose objects it sees and that is billed; empty for a key that only administers."""
    organization: str = "default"
    user: str = ""
    """The person (`user_...`) or service account (`svcacct_...`) behind it; empty for the key of the first start."""
    email: str = ""
    """The person's, for the audit trail."""
    permissions: frozenset[Permission] = frozenset()
    models: tuple[str, ...] = ()
    """The only models that it may use; empty means all that its project may use."""
    visiting: bool = False
    """It belongs to a person who is no member of the project, and is let in by a right in the whole organisation."""
    borrowed: bool = False
    """It is a key that somebody else made in the person's name, so nothing of the person's own is to be seen by it."""
    family: str = ""
    """The first of the keys that this one follows, in whose name limits are kept; empty for a session."""
    batch_line: str = ""
    """The line of a batch that it asks for now: charged once under this name, and served when nobody else waits."""

    @property
    def batched(self) -> bool:
        """Whether it asks for a line of a batch."""
        return bool(self.batch_line)

    @property
    def counted_as(self) -> str:
        """The id that limits of a key and its sums are kept by: the same before and after a rotation."""
        return self.family or self.key_id

    def dump(self) -> dict[str, Any]:
        """Return it as JSON values, to be stored with work that outlives its request."""
        return {**asdict(self), "permissions": sorted(self.permissions), "models": list(self.models)}

    @classmethod
    def load(cls, value: Mapping[str, Any]) -> Caller:
        """Read what `dump` wrote, now or in an earlier version."""
        known = {name: value[name] for name in _FIELDS if name in value}
        known["permissions"] = frozenset(known.get("permissions", ()))
        known["models"] = tuple(known.get("models", ()))
        return cls(**known)


_FIELDS = tuple(each.name for each in fields(Caller))


def caller(connection: HTTPConnection) -> Caller:
    """Return who sent this request; the gate put it there."""
    return cast("Caller", connection.scope["state"]["caller"])
