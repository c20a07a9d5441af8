"""The clients that `earthshine connect` and the console know: one table, `clients.json`, which both read.

`tried.json` says which versions of them were run against this server; `make clients` writes it.
`{base}` (ends in `/v1`), `{origin}`, `{key}` and `{model}` stand in its texts for what is filled in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from earthshine.cli.console import refuse

Format = Literal["json", "toml", "yaml", "dotenv"]
_NAME = re.compile(r"[\w.:/@+-]+")
"""What a model's name may be made of in a client's configuration: nothing that a format would read otherwise."""


@dataclass(frozen=True)
class ConfigText:
    """What a client reads from a file; `own` means that the file is for this server alone."""

    path: str
    format: Format
    text: str
    own: bool


@dataclass(frozen=True)
class Client:
    """How one client is set up. Nothing in it is a secret before it is filled in."""

    id: str
    name: str
    kind: Literal["agent", "editor", "library", "app"]
    file: ConfigText | None = None
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables that it reads."""
    code: str = ""
    """A first program, for a library."""
    run: str = ""
    """The command that starts it with this configuration."""
    steps: str = ""
    """What to do by hand, where it has no file for it."""
    note: str = ""
    tried: str = ""
    """The versions that were tried, and when; empty where none was."""
    every_model: bool = False
    """Whether people choose among all models in it: its key is not bound to one."""

    def filled(self, origin: str, key: str, model: str) -> Client:
        """Return it with the server's address, a key and a model in place. Ends the command where one cannot be."""
        if not _NAME.fullmatch(model):
            refuse(f"The model's name {model!r} cannot stand in a configuration file. Choose another with --model.")
        values = {"base": f"{origin}/v1", "origin": origin, "key": key, "model": model}

        def fill(text: str) -> str:
            return re.sub(r"\{(base|origin|key|model)\}", lambda found: values[found[1]], text)

        file = self.file and ConfigText(self.file.path, self.file.format, fill(self.file.text), self.file.own)
        env = {name: fill(value) for name, value in self.env.items()}
        texts = {name: fill(getattr(self, name)) for name in ("code", "run", "steps", "note")}
        return replace(self, file=file, env=env, **texts)


def known_clients() -> dict[str, Client]:
    """Return all clients by their ids, in the order of the table."""
    here = Path(__file__).parent
    table: list[dict[str, Any]] = json.loads((here / "clients.json").read_text())
    tried: dict[str, list[dict[str, str]]] = json.loads((here / "tried.json").read_text())
    return {entry["id"]: _client(entry, tried.get(entry["id"], ())) for entry in table}


def _client(entry: dict[str, Any], tried: Iterable[Mapping[str, str]]) -> Client:
    file = entry.get("file")
    return Client(
        id=entry["id"],
        name=entry["name"],
        kind=entry["kind"],
        file=file and ConfigText(file["path"], file["format"], "\n".join(file["text"]) + "\n", file["own"]),
        env=entry.get("env", {}),
        code="\n".join(entry["code"]["text"]) if "code" in entry else "",
        run=entry.get("run", ""),
        steps=entry.get("steps", {}).get("en", ""),
        note=entry.get("note", {}).get("en", ""),
        tried=", ".join("{client} {version} ({day})".format_map(each) for each in tried),
        every_model=entry.get("every_model", False),
    )
