"""Who may call a tool: the model itself, a program that it writes, or both.

Source: `allowed_callers` of OpenAI's Responses API, https://developers.openai.com/api/docs/guides/tools-programmatic-tool-calling
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

CallerKind = Literal["direct", "programmatic"]
AllowedCallers = Annotated[list[CallerKind], Field(min_length=1)] | None
"""What a tool's settings say; None for the model alone."""


def may_call(settings: Any, caller: CallerKind) -> bool:
    """Tell whether a tool with these settings, or a function, may be called so."""
    allowed: Sequence[CallerKind] | None = getattr(settings, "allowed_callers", None)
    return caller in (allowed or ("direct",))
