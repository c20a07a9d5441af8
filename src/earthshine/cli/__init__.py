"""The command line: one file per command, loaded only when it is called, so that every command starts fast."""

from __future__ import annotations

import importlib
from typing import ClassVar

import click


class LazyGroup(click.Group):
    """Knows its commands by name and one line of help; imports a command's module when the command is used."""

    LAZY: ClassVar[dict[str, tuple[str, str]]] = {
        "serve": ("server", "Run the server."),
        "chat": ("chat", "Talk to a model of a running server."),
        "agent": ("agent", "Give an agent of a running server a task, and watch it work."),
        "research": ("research", "Look into a question, and report with a source for each sentence."),
        "ask": ("library", "Ask a question about files, with answers that quote them."),
        "models": ("models", "Show installed models, and those that would fit this machine."),
        "pull": ("models", "Fetch a model: a name from `earthshine models --all`, `recommended`, or a source."),
        "engine": ("models", "Show, make and measure builds of llama.cpp, and what other engines print."),
        "files": ("library", "List, add, fetch and remove files of a running server."),
        "stores": ("library", "List, fill, search and remove vector stores of a running server."),
        "browse": ("library", "Show a page of the web as a model sees it: short text, with numbered elements."),
        "mcp": ("server", "Speak the Model Context Protocol on stdin and stdout, for a running server."),
        "run": ("sandbox", "Run a command in a sandbox of this machine; no server is needed."),
        "connect": (
            "connect",
            "Set up a client for this server, with a key of its own: a coding agent, a library, an app.",
        ),
        "environment": ("connect", "Let an agent work on this machine, in a sandbox."),
        "usage": ("organization", "Show requests, tokens and costs of the last days, with a small chart."),
        "deployments": ("models", "List, add, remove and check the places where models are served."),
        "cluster": ("cluster", "Serve models on several machines, by Ray Serve."),
        "projects": ("organization", "List, create and archive projects of a running server."),
        "keys": ("organization", "List, create, rotate and revoke API keys of a running server."),
        "users": ("organization", "List, add, invite, change and remove people of a running server."),
        "doctor": ("diagnosis", "Find what is wrong with this machine or installation, and say how to mend it."),
        "migrate": ("data", "Move an installation from SQLite to an empty PostgreSQL database, and prove it."),
        "backup": ("data", "Save an installation in FILE, readable by you only, while its server serves."),
        "restore": ("data", "Make an installation from the backup FILE, where there is none."),
        "version": ("diagnosis", "Show the version."),
    }
    """Command name to its folder and to the line that `earthshine --help` shows. Module and function carry the
    command's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which a newcomer needs them."""
        return list(self.LAZY)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None when there is none of that name."""
        if cmd_name not in self.LAZY:
            return None
        folder, _ = self.LAZY[cmd_name]
        return getattr(importlib.import_module(f"earthshine.cli.{folder}.{cmd_name}"), cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take `connect` with an environment's id for `environment`, which was its name."""
        if args[0] == "connect" and any(each.startswith("cntr_") for each in args):
            args = ["environment", *args[1:]]
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.LAZY.items()])


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
