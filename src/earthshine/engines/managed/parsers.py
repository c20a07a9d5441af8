"""Which parsers a model needs, told by its chat template: the forms in which it shows calls and thoughts."""

from __future__ import annotations

from earthshine.engines.managed.dialect import Dialect, Parsers
from earthshine.settings_tables import EngineOptions

NONE = "none"
_CALLS = (
    ("<|channel|>", "harmony"),
    ("<|tool_calls_section_begin|>", "kimi"),
    ("<｜tool▁calls▁begin｜>", "deepseek"),
    ("<arg_key>", "glm"),
    ("<function=", "xml"),
    ("<tool_call>", "hermes"),
    ("[TOOL_CALLS]", "mistral"),
    ("<|python_tag|>", "llama3"),
    ("Environment: ipython", "llama3"),
)
"""What a template has in it, the most telling first, and the form that this means."""


def parsers(template: str, dialect: Dialect, options: EngineOptions) -> Parsers:
    """Return the parsers that a program is started with; empty where a model has no use for one, or nobody knows it."""
    calls = next((form for mark, form in _CALLS if mark in template), "")
    known = dialect.formats.get(calls, Parsers())
    thoughts = known.reasoning or dialect.formats.get(_thoughts(template), Parsers()).reasoning
    return Parsers(
        _chosen(options.tool_parser, known.tools if "tools" in template else ""),
        _chosen(options.reasoning_parser, thoughts),
    )


def _thoughts(template: str) -> str:
    """Return the form of a model's thoughts: always there, or as a switch of the template says."""
    if "</think>" not in template and "<think>" not in template:
        return ""
    return "switched" if "enable_thinking" in template else "think"


def _chosen(given: str, told: str) -> str:
    return "" if given == NONE else given or told
