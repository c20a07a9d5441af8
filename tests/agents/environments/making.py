"""How tests make environments."""

from __future__ import annotations

import base64
import io
import json
import time
import zipfile
from typing import Any

from openai import OpenAI
from openai.types.beta.agents.environment_info import EnvironmentInfo

from tests.agents.talking import script, until
from tests.patience import PATIENCE

SKILL = "---\nname: {0}\ndescription: Says {0}.\n---\nSay {0}.\n"


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def inline(path: str, data: bytes) -> Any:
    return {"type": "inline", "path": path, "data": base64_of(data)}


def zipped(files: dict[str, str], name: str, about: str = "It says something.") -> Any:
    """Return a zip as skills and plugins are sent."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    source = {"type": "base64", "media_type": "application/zip", "data": base64_of(written.getvalue())}
    return {"type": "inline", "name": name, "description": about, "source": source}


def plugin(name: str, files: dict[str, str], **more: Any) -> Any:
    manifest = json.dumps({"name": name, "description": "A plugin.", **more})
    return zipped({".codex-plugin/plugin.json": manifest, **files}, name)


def hosted(**parts: Any) -> Any:
    return {"type": "openai_hosted", **parts}


def shell(*commands: str) -> Any:
    return {"tool_call": {"name": "shell", "arguments": {"commands": list(commands)}}}


def settled(sdk: OpenAI, environment_id: str) -> EnvironmentInfo:
    ends = time.monotonic() + PATIENCE
    while (now := sdk.beta.agents.environments.retrieve(environment_id)).status == "pending":
        assert time.monotonic() < ends, now
        time.sleep(0.05)
    return now


def run(sdk: OpenAI, environment: Any, *commands: str, vault_ids: Any = ()) -> tuple[Any, str]:
    """Begin a session in which the agent runs commands; return it, and what was printed."""
    sessions = sdk.beta.agents.sessions
    said = script(shell(*commands), {"text": "Done."})
    agent: Any = {"model": "scripted"}
    made = sessions.create(environment=environment, agent=agent, input=said, vault_ids=list(vault_ids))
    until(sdk, made, "idle", "failed")
    printed = [item for item in sessions.items.list(made.id) if item.type == "command_execution"]
    return made, "".join(item.output or "" for item in printed)
