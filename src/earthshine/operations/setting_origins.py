"""Where each setting came from, and what of it may be shown."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from earthshine.operations.chosen_settings import ChosenSettings
from earthshine.operations.objects import Origin, Setting
from earthshine.settings import Settings

MASK: Final = "********"

_CREDENTIALS: Final = re.compile(r"://[^/@\s]+@")
"""In an address, such as that of a package index."""


class SettingOrigins(dict[str, Origin]):
    """Where each setting came from, by its name."""


def origins(settings: Settings) -> SettingOrigins:
    """Return where each setting came from; to be asked at the start, while file and environment are what was read."""
    try:
        without_flags = Settings()
    except (ValidationError, ValueError):
        # They were given whole by a program, beside a file or variables that are for another one.
        without_flags = Settings.model_construct()
    return SettingOrigins((name, _origin(settings, without_flags, name)) for name in Settings.model_fields)


def _origin(settings: Settings, without_flags: Settings, name: str) -> Origin:
    if name not in settings.model_fields_set:
        return "default"
    if name not in without_flags.model_fields_set or getattr(settings, name) != getattr(without_flags, name):
        return "flag"
    variable = f"EARTHSHINE_{name.upper()}"
    set_there = any(each.upper() == variable or each.upper().startswith(f"{variable}__") for each in os.environ)
    return "environment" if set_there else "file"


def setting_objects(
    settings: Settings,
    found: Mapping[str, Origin],
    chosen: ChosenSettings,
    in_force: Mapping[str, Any],
    switched: Collection[str] = (),
) -> list[Setting]:
    """Return every setting with its value; secrets are only said to be set.

    `in_force` has the values that are worked out where a setting leaves it open; `switched` are those of them that
    somebody chose in the console.
    """
    return [
        {
            "object": "setting",
            "name": name,
            "value": _shown(getattr(settings, name), field),
            "default": _shown(_default(field), field),
            "in_force": _json(in_force.get(name, getattr(settings, name))) if field.repr else None,
            "origin": "console" if name in chosen.names or name in switched else found[name],
            "secret": not field.repr,
            "choosable": chosen.choosable(name),
            "description": field.description or "",
        }
        for name, field in Settings.model_fields.items()
    ]


def _default(field: FieldInfo) -> Any:
    value = field.get_default(call_default_factory=True, validated_data={})
    return None if value is PydanticUndefined else value


def _shown(value: Any, field: FieldInfo) -> Any:
    """Return a value as JSON, with a mask in the place of every secret, however deep it is."""
    if not field.repr:
        return MASK if value else ""
    return _json(value)


def _json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return {name: _shown(getattr(value, name), field) for name, field in type(value).model_fields.items()}
    if isinstance(value, Mapping):
        return {str(key): _json(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list):
        return [_json(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, str):
        return _CREDENTIALS.sub(f"://{MASK}@", value)
    return value if value is None or isinstance(value, int | float | bool) else str(value)
