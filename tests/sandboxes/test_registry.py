"""Whether an installation can run code is found out once, and told to whoever offers tools."""

from __future__ import annotations

from pathlib import Path

import pytest

from earthshine.sandboxes.base import SandboxRefused
from earthshine.sandboxes.registry import Sandboxes
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.tools import registry


def lacking(settings: Settings, sandboxes: Sandboxes) -> str:
    tool = registry.find("code_interpreter")
    assert tool is not None and tool.switch is not None
    return tool.lacks(tool.settings.model_validate(tool.switch), Services(settings, sandboxes))


async def test_a_machine_that_can_run_no_code_says_so_before_it_is_asked_to(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, sandbox="nowhere")
    sandboxes = Sandboxes(settings)
    assert lacking(settings, sandboxes) == ""  # nobody looked yet
    await sandboxes.look()
    assert "There is no sandbox 'nowhere'" in lacking(settings, sandboxes)
    with pytest.raises(SandboxRefused, match="nowhere"):
        await sandboxes.backend()


async def test_a_machine_that_can_says_nothing(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    sandboxes = Sandboxes(settings)
    await sandboxes.look()
    assert sandboxes.refused == lacking(settings, sandboxes) == ""
