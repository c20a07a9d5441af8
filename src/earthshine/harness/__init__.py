"""How a small model is made strong: its own template, grammars where form matters, thinking where it helps.

`chat` and `chat_batches` are the only ways in which dialects and agents talk to a model; `docs/harness.md`
explains the whole.
"""

from __future__ import annotations

from earthshine.harness.canary import prove
from earthshine.harness.chat import chat, chat_batches, check, count, recommended
from earthshine.harness.progress import Progress, count_texts

__all__ = ["Progress", "chat", "chat_batches", "check", "count", "count_texts", "prove", "recommended"]
