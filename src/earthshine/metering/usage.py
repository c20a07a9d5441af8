"""What a reply used, as an engine counts it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a reply."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Those of `prompt_tokens` that were not computed again."""
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    """Those of `completion_tokens` that were spent on thinking."""
    estimated: bool = False
    """Whether an upstream left out some of the counts, so that they are estimates."""

    def __add__(self, other: Usage) -> Usage:
        """Add two usages field by field."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.estimated or other.estimated,
        )
