"""Plugins: a zip with a manifest and skills, put below the workspace.

What is public of the format is taken: `.codex-plugin/plugin.json` with `name` and `skills`. A plugin that brings more,
which nothing here would start, is refused by the name of what it brings.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import tempfile
from pathlib import Path
from typing import Any, cast

import orjson

from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.skills.bundle import read_archive, unpack

Json = dict[str, Any]

FOLDER = "plugins"
"""Below the workspace."""
_MANIFEST = ".codex-plugin/plugin.json"
_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_REFUSED = ("agents", "apps", "commands", "hooks", "mcpServers")
"""What a manifest may name that is not run here."""


async def place_plugin(given: Json, workspace: Path, place: int) -> str:
    """Unpack a plugin; return the directory of its skills, below the workspace. Raises `InvalidRequest`."""
    try:
        return await asyncio.to_thread(_place, given, workspace)
    except InvalidRequest as error:
        error.param = f"environment.plugins[{place}]"
        raise


def _place(given: Json, workspace: Path) -> str:
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        try:
            file.write(base64.b64decode(given["source"]["data"], validate=True))
        except ValueError:
            raise InvalidRequest("`source.data` is no base64.") from None
        file.flush()
        try:
            found = read_archive(Path(file.name), lambda name: name.endswith((_MANIFEST, ".mcp.json")))
        except InvalidRequest as error:
            raise InvalidRequest(error.message.replace("The skill", "The plugin", 1)) from None
        manifests = sorted((each for each in found if each.endswith(_MANIFEST)), key=len)
        if not manifests or manifests[0].removesuffix(_MANIFEST).count("/") > 1:
            raise InvalidRequest(f"The plugin has no {_MANIFEST} at its top, or in the one folder at its top.")
        root = manifests[0].removesuffix(_MANIFEST)
        skills = _skills(found[manifests[0]], given["name"], has_servers=f"{root}.mcp.json" in found)
        into = workspace / FOLDER / given["name"]
        if into.exists():
            raise InvalidRequest(f"Two plugins have the name {given['name']!r}. Leave one out.")
        unpack(Path(file.name), root, into)
    for folder, _, names in os.walk(workspace / FOLDER):
        # Code runs as another user than the server.
        os.chmod(folder, 0o755)  # noqa: S103
        for name in names:
            Path(folder, name).chmod(Path(folder, name).stat().st_mode | 0o444)
    return f"{FOLDER}/{given['name']}/{skills}"


def _skills(content: bytes, name: str, *, has_servers: bool) -> str:
    """Return the folder of a plugin's skills, as its manifest says."""
    try:
        read: Any = orjson.loads(content)
    except orjson.JSONDecodeError:
        read = None
    if not isinstance(read, dict):
        raise InvalidRequest(f"The plugin's {_MANIFEST} is no JSON object.")
    manifest = cast("Json", read)
    if manifest.get("name") != name or not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"The plugin is called {str(manifest.get('name'))[:80]!r} in its {_MANIFEST} and {name!r} in the request. "
            "Use one name, of small letters a to z, digits and single hyphens."
        )
    if brought := next((each for each in _REFUSED if manifest.get(each)), "mcpServers" if has_servers else ""):
        raise UnsupportedParameter(
            f"The plugin brings `{brought}`, which nothing starts here. Leave it out; give MCP servers as the "
            "session's `tools`."
        )
    skills: Any = manifest.get("skills", "skills")
    steps = [each for each in str(skills).split("/") if each not in ("", ".")]
    if not isinstance(skills, str) or ".." in steps or not steps:
        raise InvalidRequest(f"`skills` in the plugin's {_MANIFEST} is a folder of the plugin, such as './skills'.")
    return "/".join(steps)
