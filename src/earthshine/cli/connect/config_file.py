"""A client's configuration file: what is written there joins what somebody has in it, and nothing of theirs is lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, cast

from earthshine.cli.connect.clients import ConfigText, Format
from earthshine.cli.console import Failure

_BEGIN, _END = "# >>> earthshine connect", "# <<< earthshine connect"
_BLOCK = re.compile(rf"\n?{re.escape(_BEGIN)}\n.*?{re.escape(_END)}\n", re.DOTALL)
_NOT_JSON = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)
"""Strings, which stay; comments and last commas, which editors allow in their JSON."""

Object = dict[str, Any]


def plan(config: ConfigText) -> tuple[Path, str]:
    """Return the file's place and all that will stand in it. Raises `Failure` where both cannot stand together."""
    path = Path(config.path).expanduser().resolve()
    try:
        old = path.read_bytes().decode() if path.exists() else ""
    except (OSError, ValueError) as error:
        raise Failure(f"{path} cannot be read ({error}). {_BY_HAND}") from None
    if config.own or not old.strip():
        return path, config.text
    return path, _joined_json(path, old, config.text) if config.format == "json" else _joined_lines(path, old, config)


def write(path: Path, text: str) -> Path | None:
    """Write a file whole or not at all, readable by its owner only, and return where the old one was kept."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = _backup(path) if path.exists() and path.read_bytes() != text.encode() else None
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Failure(f"{path} cannot be written ({error.strerror}). {_BY_HAND}") from None
    return kept


_BY_HAND = "Use --print, and put it in by hand."


def _backup(path: Path) -> Path:
    number = 0
    while (kept := path.with_name(f"{path.name}.bak{number or ''}")).exists():
        number += 1
    shutil.copy2(path, kept)
    return kept


def _joined_json(path: Path, old: str, text: str) -> str:
    ours: Object = json.loads(text)
    plain = _NOT_JSON.sub(lambda found: found[1] or "", old)
    try:
        theirs = json.loads(plain)
    except ValueError as error:
        raise Failure(f"{path} is not JSON ({error}). {_BY_HAND}") from None
    if not isinstance(theirs, dict):
        raise Failure(f"{path} is no JSON object. {_BY_HAND}")
    both = _joined(cast("Object", theirs), ours)
    if plain == old:
        return json.dumps(both, ensure_ascii=False, indent=2) + "\n"
    if set(ours) & set(cast("Object", theirs)):
        if both == theirs:
            return old
        raise Failure(f"{path} has comments, which would be lost, and {', '.join(ours)} already. {_BY_HAND}")
    # With comments: ours goes before all else, and they stay where they are.
    start = _first_brace(old) + 1
    comma = "," if theirs else ""
    return f"{old[:start]}{json.dumps(ours, ensure_ascii=False, indent=2)[1:-2]}{comma}{old[start:]}"


def _first_brace(text: str) -> int:
    """Return where the object begins, past comments that may have braces in them."""
    blank = _NOT_JSON.sub(lambda found: found[0] if found[1] else " " * len(found[0]), text)
    return blank.index("{")


def _joined(theirs: Object, ours: Object) -> Object:
    both = dict(theirs)
    for name, value in ours.items():
        there = both.get(name)
        if isinstance(value, dict) and isinstance(there, dict):
            both[name] = _joined(cast("Object", there), cast("Object", value))
        else:
            both[name] = value
    return both


def _joined_lines(path: Path, old: str, config: ConfigText) -> str:
    """Put a marked block at the end, in place of one from before."""
    rest = _BLOCK.sub("\n", old)
    theirs, ours = _read(path, rest, config.format), _read(path, config.text, config.format)
    if twice := sorted(set(theirs) & set(ours)):
        raise Failure(f"{path} has {', '.join(twice)} already. {_BY_HAND}")
    rest = rest.rstrip("\n") + "\n\n" if rest.strip() else ""
    return f"{rest}{_BEGIN}\n{config.text}{_END}\n"


def _read(path: Path, text: str, form: Format) -> Object:
    import yaml

    if form == "dotenv":
        lines = (line.strip().removeprefix("export ") for line in text.splitlines())
        return {line.partition("=")[0].strip(): line for line in lines if line and not line.startswith("#")}
    try:
        found: Any = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise Failure(f"{path} is not YAML ({error}). {_BY_HAND}") from None
    if not isinstance(found, dict):
        raise Failure(f"{path} has no names at its top. {_BY_HAND}")
    return cast("Object", found)
