"""What all commands share on the terminal: how a failure looks, and how settings are read from flags.

Results go to stdout, everything else (progress, hints, logs, errors) to stderr, so that a pipe gets results only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from types import GenericAlias
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from pydantic import ValidationError

    from earthshine.settings import Settings

Function = TypeVar("Function", bound=Callable[..., Any])

NO_FLAG = frozenset(
    {
        "bootstrap_key",
        "device_budgets",
        "guided_models",
        "hf_token",
        "managed_engines",
        "oidc_client_secret",
        "prices",
        "secret_key",
        "smtp_url",
        "tool_rules",
        "upstreams",
    }
)
"""Settings without a flag: secrets (every user of the machine can read a process's arguments) and tables."""

NOT_SETTINGS = frozenset({"EARTHSHINE_CONFIG", "EARTHSHINE_URL", "EARTHSHINE_KEY"})
"""Variables of ours that are not settings of an installation."""


class Failure(click.ClickException):
    """What a user can mend: printed as one clear line, without a traceback; exit code 1."""

    def show(self, file: Any = None) -> None:
        """Write the line to stderr."""
        click.echo(f"earthshine: {self.message}", file=file or sys.stderr)


class Misuse(Failure):
    """The command cannot begin: a wrong setting, an address in use, a directory that cannot be written."""

    exit_code = 2


def refuse(message: str) -> NoReturn:
    """End the command with one line that says what is wrong and what to do; exit code 2."""
    raise Misuse(message)


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
    if kind in (bool, bool | None):
        return click.option(f"--{flag}/--no-{flag}", name, default=None, help=help_text)
    assert not isinstance(kind, GenericAlias), f"{name} needs a place in NO_FLAG"
    return click.option(f"--{flag}", name, type=kind, default=None, help=help_text)


def _shown(default: Any) -> str:
    if default in ("", None):
        return "empty"
    return str(default).lower() if isinstance(default, bool) else str(default)


def read_settings(*, config: Path | None = None, **flags: Any) -> Settings:
    """Read the settings. A wrong or unknown one ends the command with exit code 2 and names itself."""
    from pydantic import ValidationError

    from earthshine.settings import Settings, load_settings

    if config is not None:
        os.environ["EARTHSHINE_CONFIG"] = str(config)
    _refuse_unknown_variables(set(Settings.model_fields))
    named = os.environ.get("EARTHSHINE_CONFIG")
    if named is not None and not Path(named).is_file():
        refuse(f"EARTHSHINE_CONFIG names {named}, and there is no such file. Correct or unset it.")
    try:
        return load_settings(**flags)
    except ValidationError as error:
        refuse(_explain(error, flags, list(Settings.model_fields)))
    except ValueError as error:
        # tomllib's and pydantic-settings' own: text that is no TOML, an environment variable that is no JSON.
        file = os.environ.get("EARTHSHINE_CONFIG", "earthshine.toml")
        refuse(f"the settings cannot be read: {error}. Mend {file} or the environment variable that it names.")


def _refuse_unknown_variables(fields: set[str]) -> None:
    known = {f"EARTHSHINE_{name.upper()}" for name in fields} | NOT_SETTINGS
    for variable in os.environ:
        name = variable.upper()
        if not name.startswith("EARTHSHINE_") or name.startswith(("EARTHSHINE_TEST_", "EARTHSHINE_BENCH_")):
            continue
        if name.partition("__")[0] not in known:
            refuse(f"the environment variable {variable} is no setting.{_near(name, known)} Unset or correct it.")


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
