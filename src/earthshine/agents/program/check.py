"""What a goal itself says by which it can be checked: the tests that it names, and the files that are to be there.

No model writes a check: small ones write wrong checks. Names are read off the goal's words.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from earthshine.agents.program.actions import SHELL, Action

_KINDS = (
    "bak|c|cpp|css|csv|docx|go|gz|h|htm|html|ini|java|jpe?g|js|json|jsonl|log|md|pdf|png|py|rb|rs|sh|sql|svg|toml|ts|"
    "tsv|txt|xlsx|xml|ya?ml|zip"
)
"""Endings by which a word is a file's name, and no host's."""
_FILE = re.compile(rf"(?<![A-Za-z0-9_./@-])[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.(?:{_KINDS})(?![A-Za-z0-9_/@-])")
_TEST = re.compile(
    r"(?<![\w./-])(?:python3?\s+(?:-m\s+)?[\w./-]+|pytest(?:\s+[\w./-]+)?|make\s+(?:test|tests|check|build|lint)|node\s+[\w./-]+\.js|bash\s+[\w./-]+\.sh)"
)
_MOST = 6
"""Files, and tests, that are checked."""
_LINES = 12
"""Lines that are shown of each file that was made."""
_HEAD = ": check\n"
"""What the commands begin with: it does nothing, and tells them from a model's."""
_TESTED = re.compile(r"(?:^|/)(?:test_[\w-]+|[\w-]+_test)\.py$")


def commands(goal: str, files: Mapping[str, str]) -> str:
    """Return the commands that check a goal; empty where it names nothing.

    `files`: those that were there before, each with its checksum.
    """
    names = list(files)
    lines = [*_same_tests(goal, files), *_tests(goal, names), *_new_files(goal, names), *_shown(goal, names)]
    return _HEAD + "\n".join(lines) if lines else ""


def _shown(goal: str, files: Sequence[str]) -> Iterator[str]:
    """Show how the files begin that were made: what is not seen is made up when the work is told of."""
    for name in new_files(goal, files):
        begin = f"echo {shlex.quote(f'{name}:')}; head -n {_LINES} {shlex.quote(name)} | cut -c1-160"
        yield f"if grep -Iq . {shlex.quote(name)}; then {begin}; fi"


def is_check(action: Action) -> bool:
    """Tell whether an action is a check."""
    return action.name == SHELL and action.written.startswith(_HEAD)


def _tests(goal: str, files: Sequence[str]) -> Iterator[str]:
    found = [match[0] for match in _TEST.finditer(goal) if _names_one(match[0], files)]
    named = [name for name in files if _TESTED.search(name) and name in goal]
    if not found:
        found = [f"python3 {shlex.quote(name)}" for name in named]
    for each in list(dict.fromkeys(found))[:_MOST]:
        words = " ".join(map(shlex.quote, each.split()))
        yield f"{words} 2>&1 | tail -n 30; [ ${{PIPESTATUS[0]}} -eq 0 ] || exit 1"


def _same_tests(goal: str, files: Mapping[str, str]) -> Iterator[str]:
    """Keep tests as they were, where the goal names what is to be changed beside them: that would be the easy way."""
    named = [name for name in files if re.search(rf"(?<![\w./-]){re.escape(name)}(?![\w-])", goal)]
    tests = [name for name in named if _TESTED.search(name)]
    for name in tests if len(tests) < len(named) else ():
        same = f"$(cksum < {shlex.quote(name)} | cut -d' ' -f1)"
        words = shlex.quote(f"{name} is a test: it must stay as it was. Write it back, and change the other file.")
        yield f'[ "{same}" = {files[name]} ] || {{ echo {words}; exit 1; }}'


def _names_one(command: str, files: Sequence[str]) -> bool:
    """Tell whether a command is about a file that is there: others are not tests, but what is to be written."""
    words = command.split()
    return any(word in files for word in words) or words[0] in ("pytest", "make")


def new_files(goal: str, files: Sequence[str]) -> list[str]:
    """Return the files that a goal names and that were not there."""
    known = {name.rpartition("/")[2] for name in files}
    return [name for name in dict.fromkeys(_FILE.findall(goal)) if name not in known][:_MOST]


def _new_files(goal: str, files: Sequence[str]) -> Iterator[str]:
    for name in new_files(goal, files):
        quoted = shlex.quote(name)
        yield f'[ -s {quoted} ] || {{ echo "The file {name} is missing or empty."; exit 1; }}'
        if name.endswith(".json"):
            yield f"python3 -m json.tool {quoted} > /dev/null || exit 1"
        elif name.endswith(".py"):
            yield f"python3 -m py_compile {quoted} || exit 1"
