"""Code as a raw block: where it begins and ends, and how such is repaired that does not parse."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Sequence

from earthshine.agents.program.actions import CODE

OPENING = {"code": "```python\n", "shell": "```bash\n"}
STOP = "\n```"
MOST_CODE = 16_000
"""Characters of a block that are looked at."""
_FENCE = re.compile(r"^\s*```[\w+-]*[ \t]*$\n?", re.MULTILINE)
_PROMPT = re.compile(r"^(?:>>> |\.\.\. |\$ )", re.MULTILINE)
_CUT_LINES = 3
"""Lines at the end that may be left out of code that was cut."""


def code_of(text: str) -> str:
    """Return the code of a reply that began inside a block, without what is left of fences."""
    return text.split(STOP)[0].removesuffix("```").strip("\n")


def repaired(code: str, name: str, *, cut: bool) -> str:
    """Return code that parses, if a small change makes it; else the code as it is, whose real error is told.

    `cut`: whether it was ended by a limit.
    """
    if name != CODE:
        return _PROMPT.sub("", _FENCE.sub("", code))
    for each in _changed(code, cut=cut):
        if parses(each):
            return each
    return code


def parses(code: str) -> bool:
    """Tell whether Python reads it."""
    if len(code) > MOST_CODE:
        return True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def bare(code: str, name: str) -> str:
    """Return what tells code from other code: not its comments, nor its spaces."""
    if name == CODE and len(code) <= MOST_CODE and parses(code):
        return ast.unparse(ast.parse(code))
    return " ".join(code.split())


def as_file(code: str, names: Sequence[str]) -> str:
    """Return code that writes a file, where what was written is the file itself; else the code.

    Asked for code that writes `fib.py`, small models write `fib.py`. `names`: the files that have still to be written.
    """
    if len(names) != 1 or not code.strip():
        return code
    sound = parses(code)
    if sound != names[0].endswith(".py") or (sound and _says(code, names[0])):
        return code
    if not sound and names[0] in code and not code.lstrip().startswith("<"):
        return code
    return f"text = {code + chr(10)!r}\nwith open({names[0]!r}, 'w') as file:\n    file.write(text)\nprint('Written.')"


def file_in(code: str) -> str:
    """Return the file that is written by code which `as_file` made; other code as it is."""
    if code.startswith("text = ") and len(code) <= 2 * MOST_CODE and parses(code):
        match ast.parse(code).body:
            case [ast.Assign(value=ast.Constant(value=str(text))), ast.With(), ast.Expr()]:
                return text
            case _:
                pass
    return code


def _says(code: str, name: str) -> bool:
    """Tell whether a name stands in a string of some code, and not only in its comments."""
    found = (node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant))
    return any(isinstance(value, str) and name in value for value in found)


def _changed(code: str, *, cut: bool) -> list[str]:
    """Return the code and what small changes make of it, the smallest first."""
    bare = _FENCE.sub("", code)
    found = [code, bare, textwrap.dedent(bare.expandtabs(4)), _PROMPT.sub("", bare)]
    lines = bare.split("\n")
    # A first line that stands further in than the rest, or less: the fence's own line took its spaces.
    found.append("\n".join([lines[0].lstrip(), textwrap.dedent("\n".join(lines[1:]))]))
    if cut:
        found += ["\n".join(lines[:-less]) for less in range(1, min(_CUT_LINES, len(lines) - 1) + 1)]
    return found
