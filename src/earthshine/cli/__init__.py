"""The command line: one file per command, loaded only when it is called, so that every command starts fast."""

from __future__ import annotations

import importlib
from typing import ClassVar

import click


class LazyGroup(click.Group):
    """Knows its commands by name and one line of help; imports a command's module when the command is used."""

    LAZY: ClassVar[dict[str, str]] = {
        "serve": "Run the server.",
        "chat": "Talk to a model of a running server.",
        "models": "Show installed models, and those that would fit this machine.",
        "pull": "Fetch a model: a name from `earthshine models --all`, `recommended`, or a source.",
        "usage": "Show requests, tokens and costs of the last days, with a small chart.",
        "deployments": "List, add, remove and check the places where models are served.",
        "projects": "List, create and archive projects of a running server.",
        "keys": "List, create, rotate and revoke API keys of a running server.",
        "users": "List, add, invite, change and remove people of a running server.",
        "doctor": "Find what is wrong with this machine or installation, and say how to mend it.",
        "migrate": "Move an installation from SQLite to an empty PostgreSQL database, and prove it.",
        "backup": "Save an installation in FILE, readable by you only, while its server serves.",
        "restore": "Make an installation from the backup FILE, where there is none.",
        "version": "Show the version.",
    }
    """Command name to the line that `earthshine --help` shows; module and function carry the command's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which a newcomer needs them."""
        return list(self.LAZY)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None when there is none of that name."""
        if cmd_name not in self.LAZY:
            return None
        return getattr(importlib.import_module(f"earthshine.cli.{cmd_name}"), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.LAZY.items()))


def _show_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        command = main.get_command(context, "version")
        assert command is not None
        context.invoke(command)
        context.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
def main() -> None:
    """Earthshine: the OpenAI API served whole, on hardware that you own."""
