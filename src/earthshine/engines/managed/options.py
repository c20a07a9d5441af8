"""What the settings say of one model's program, checked: nothing in it may contradict what Earthshine says itself."""

from __future__ import annotations

import re
from typing import Any

from earthshine.catalog.card import Card
from earthshine.engines.managed.dialect import Dialect
from earthshine.errors import Unavailable
from earthshine.settings import Settings
from earthshine.settings_tables import EngineOptions, ManagedEngine

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ARGUMENT = re.compile(r"--[a-z][\w.-]*", re.IGNORECASE)


def program_settings(dialect: Dialect, settings: Settings) -> ManagedEngine:
    """Return what the settings say of a program; its defaults where they say nothing."""
    for name, given in settings.managed_engines.items():
        if name == dialect.name:
            return given
    return ManagedEngine()


def model_options(card: Card, dialect: Dialect, settings: Settings) -> EngineOptions:
    """Return what holds for one model: its own table before the program's.

    Raises `Unavailable`, which names the table, for arguments and variables that cannot be given.
    """
    program = program_settings(dialect, settings)
    own = program.models.get(card.name, EngineOptions())
    given: dict[str, Any] = {name: getattr(program, name) for name in EngineOptions.model_fields}
    given |= {name: getattr(own, name) for name in own.model_fields_set}
    given["arguments"] = [*program.arguments, *own.arguments]
    given["environment"] = program.environment | own.environment
    options = EngineOptions.model_validate(given)
    _check_arguments(options.arguments, dialect)
    _check_environment(options.environment, dialect)
    return options


def _check_arguments(arguments: list[str], dialect: Dialect) -> None:
    before = ""
    for argument in arguments:
        name, _, value = argument.partition("=")
        if not argument.startswith("-") and before and "=" not in before:
            before = ""  # the value of the argument before it
            continue
        if not _ARGUMENT.fullmatch(name) or "\0" in value:
            raise _refused(dialect, f"arguments: {argument[:100]!r} is no argument by its long name, such as --seed=7")
        _check_name(name.replace("_", "-").lower(), argument, dialect)
        before = argument


def _check_name(name: str, argument: str, dialect: Dialect) -> None:
    """Refuse what Earthshine says itself, also where it is shortened, as such programs allow."""
    for ours, instead in dialect.ours.items():
        if ours.startswith(name):
            what = f"set `{instead}` instead" if instead else "Earthshine sets it itself"
            raise _refused(dialect, f"arguments: {argument[:100]!r} cannot be given: it means {ours}; {what}")


def _check_environment(environment: dict[str, str], dialect: Dialect) -> None:
    for name, value in environment.items():
        if not _VARIABLE.fullmatch(name) or "\0" in value:
            raise _refused(dialect, f"environment: {name[:100]!r} is no variable")
        if name in dialect.own_variables:
            raise _refused(dialect, f"environment: {name} cannot be given, Earthshine sets it itself")


def _refused(dialect: Dialect, what: str) -> Unavailable:
    return Unavailable(f"The setting `managed_engines.{dialect.name}` has to be mended. {what}.")
