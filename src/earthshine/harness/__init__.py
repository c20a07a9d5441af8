"""How a small model is made strong: its own template, grammars where form matters, thinking where it helps.

The harness is a wrapper around an engine (`engine`): what is loaded on this machine passes through it before anybody
sees it. `docs/harness.md` explains the whole.
"""

from __future__ import annotations

from earthshine.harness.canary import prove
from earthshine.harness.engine import HarnessedEngine, recommended

__all__ = ["HarnessedEngine", "prove", "recommended"]
