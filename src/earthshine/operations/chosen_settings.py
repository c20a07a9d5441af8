"""Settings that an administrator chose in the app: stored, and put into the settings that every service reads.

What flags, environment or the settings file give wins: only what none of them says can be chosen.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from pydantic import ValidationError
from sqlalchemy import delete, insert, select

from earthshine.accounts.audit import trail
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.people.names import check_name
from earthshine.database import Database, take_turns
from earthshine.errors import Conflict, EarthshineError, InvalidRequest, NotFound
from earthshine.operations.tables import chosen_settings
from earthshine.periodic import Periodic
from earthshine.settings import Settings

CHOOSABLE: Final = ("site_name", "default_model", "better_model")
"""Settings whose new value is in force at once, and cannot lock anybody out or cost anything unasked."""

log = logging.getLogger(__name__)


class ChosenSettings:
    """The choices of one installation. It changes `settings`, which must be this server's own."""

    def __init__(self, database: Database, settings: Settings, *, refresh_every: float | None = None) -> None:
        """A server that shares its database learns of others' choices within `refresh_every` seconds."""
        self._database = database
        self._settings = settings
        self._otherwise = {name: getattr(settings, name) for name in CHOOSABLE if name not in settings.model_fields_set}
        self._refresher = None if refresh_every is None else Periodic("chosen settings", self.refresh, refresh_every)
        self.names: frozenset[str] = frozenset()
        """The settings that were chosen here, and are in force."""
        self.on_change: Callable[[], None] = lambda: None
        """Called when one has another value than before."""

    async def open(self) -> None:
        """Put into force what is stored, and begin to look for others' choices if so asked."""
        await self.refresh()
        if self._refresher is not None:
            self._refresher.start()

    async def close(self) -> None:
        """Stop looking."""
        if self._refresher is not None:
            await self._refresher.close()

    def choosable(self, name: str) -> bool:
        """Tell whether a setting can be chosen here."""
        return name in self._otherwise

    async def choose(self, caller: Caller, name: str, value: str | None) -> None:
        """Give a setting another value from now on; None takes the choice back.

        Raises:
            NotFound: there is no such setting.
            InvalidRequest: it is none of `CHOOSABLE`, or cannot have this value.
            Conflict: a flag, the environment or the settings file decides it.
        """
        self._check_name(name)
        if value is not None:
            value = self._checked(name, value)
        async with self._database.write() as connection:
            await take_turns(connection, "chosen settings")
            await connection.execute(delete(chosen_settings).where(chosen_settings.c.name == name))
            if value is not None:
                row = {"name": name, "value": value, "updated_at": int(time.time())}
                await connection.execute(insert(chosen_settings).values(row))
            await trail.record(
                connection, caller, "setting.updated", {"id": name, "changes_requested": {"value": value}}
            )
        await self.refresh()

    async def refresh(self) -> None:
        """Put into force what is stored now."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(chosen_settings.c.name, chosen_settings.c.value))).all()
        stored = {row.name: row.value for row in rows if row.name in self._otherwise}
        self.names = frozenset(stored)
        values = {**self._otherwise, **stored}
        changed = {name: value for name, value in values.items() if getattr(self._settings, name) != value}
        for name, value in changed.items():
            setattr(self._settings, name, value)
        if changed:
            self.on_change()

    def _check_name(self, name: str) -> None:
        if name not in Settings.model_fields:
            raise NotFound(f"There is no setting {name[:80]!r}; `GET /earthshine/v1/settings` lists all.", param="name")
        if name not in CHOOSABLE:
            raise InvalidRequest(
                f"The setting `{name}` can be given by a flag, the environment or the settings file only; it is in "
                f"force after a restart. Here can be chosen: {', '.join(CHOOSABLE)}.",
                param="name",
            )
        if name not in self._otherwise:
            raise Conflict(
                f"A flag, the environment or the settings file of this server gives `{name}`; remove it there and "
                "start the server again to choose it here.",
                param="name",
            )

    def _checked(self, name: str, value: str) -> str:
        try:
            value = check_name(value)
            Settings.__pydantic_validator__.validate_assignment(self._settings.model_copy(), name, value)
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            raise InvalidRequest(f"The setting `{name}` cannot be that: {reason}.", param="value") from None
        except EarthshineError as error:
            error.param = "value"
            raise
        return value
