"""What all commands share on the terminal: how a failure looks, and how settings are read from flags.

Results go to stdout, everything else (progress, hints, logs, errors) to stderr, so that a pipe gets results only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from types import GenericAlias
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import click

if TYPE_CHECKING:
    from pydantic import ValidationError

    from earthshine.settings import Settings

Function = TypeVar("Function", bound=Callable[..., Any])

NO_FLAG = frozenset({"bootstrap_key", "hf_token", "upstreams"})
"""Settings without a flag: secrets (every user of the machine can read a process's arguments) and tables."""

NOT_SETTINGS = frozenset({"EARTHSHINE_CONFIG", "EARTHSHINE_URL", "EARTHSHINE_KEY", "EARTHSHINE_MODEL"})
"""Variables of ours that are not settings of an installation."""


class Failure(click.ClickException):
    """What a user can mend: printed as one clear line, without a traceback. Exit code 1, or 2 for wrong usage."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = code

    def show(self, file: Any = None) -> None:
        """Write the line to stderr."""
        click.echo(f"earthshine: {self.message}", file=file or sys.stderr)


def fail(message: str, code: int = 1) -> NoReturn:
    """End the command with one line that says what happened and what to do."""
    raise Failure(message, code)


def settings_options(*names: str) -> Callable[[Function], Function]:
    """Give a command one flag for each named setting, or for all that may have one, and `--config`."""

    def decorate(function: Function) -> Function:
        from earthshine.settings import Settings

        for name in reversed(names or tuple(Settings.model_fields)):
            if name not in NO_FLAG:
                function = _option(name, Settings.model_fields[name])(function)
        config = click.option(
            "--config",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="Settings file; `earthshine.toml` in the working directory when left out.",
        )
        return config(function)

    return decorate


def _option(name: str, field: Any) -> Callable[[Function], Function]:
    flag = name.replace("_", "-")
    kind = field.annotation
    help_text = f"{field.description} [{_shown(field.default)}]"
    if kind is bool:
        return click.option(f"--{flag}/--no-{flag}", name, default=None, help=help_text)
    assert not isinstance(kind, GenericAlias), f"{name} needs a place in NO_FLAG"
    return click.option(f"--{flag}", name, type=kind, default=None, help=help_text)


def _shown(default: Any) -> str:
    if default == "":
        return "empty"
    return str(default).lower() if isinstance(default, bool) else str(default)


def read_settings(*, config: Path | None = None, **flags: Any) -> Settings:
    """Read the settings. A wrong or unknown one ends the command with exit code 2 and names itself."""
    from pydantic import ValidationError

    from earthshine.settings import Settings, load_settings

    if config is not None:
        os.environ["EARTHSHINE_CONFIG"] = str(config)
    _refuse_unknown_variables(set(Settings.model_fields))
    try:
        return load_settings(**flags)
    except ValidationError as error:
        fail(_explain(error, flags, list(Settings.model_fields)), 2)
    except ValueError as error:
        # tomllib's and pydantic-settings' own: text that is no TOML, an environment variable that is no JSON.
        file = os.environ.get("EARTHSHINE_CONFIG", "earthshine.toml")
        fail(f"the settings cannot be read: {error}. Mend {file} or the environment variable that it names.", 2)


def _refuse_unknown_variables(fields: set[str]) -> None:
    known = {f"EARTHSHINE_{name.upper()}" for name in fields} | NOT_SETTINGS
    for variable in os.environ:
        name = variable.upper()
        if not name.startswith("EARTHSHINE_") or name.startswith(("EARTHSHINE_TEST_", "EARTHSHINE_BENCH_")):
            continue
        if name.partition("__")[0] not in known:
            fail(f"the environment variable {variable} is no setting.{_near(name, known)} Unset or correct it.", 2)


def _explain(error: ValidationError, flags: dict[str, Any], fields: list[str]) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(step) for step in first["loc"])
    root = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        file = os.environ.get("EARTHSHINE_CONFIG", "earthshine.toml")
        return f"{name} is no setting ({file}).{_near(name, set(fields))} docs/settings.md lists all."
    if flags.get(root) is not None:
        place = f"--{root.replace('_', '-')}"
    elif any(variable.upper().startswith(f"EARTHSHINE_{root.upper()}") for variable in os.environ):
        place = f"EARTHSHINE_{root.upper()}"
    else:
        place = os.environ.get("EARTHSHINE_CONFIG", "earthshine.toml")
    return f"the setting {name} is wrong ({place}): {first['msg'][:1].lower()}{first['msg'][1:]}."


def _near(name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""


@contextmanager
def plain_errors() -> Generator[None]:
    """Turn our own errors, raised anywhere inside, into a `Failure`."""
    from earthshine.errors import EarthshineError

    try:
        yield
    except EarthshineError as error:
        raise Failure(cast("str", error.message)) from None
