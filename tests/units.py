"""What tests reach for, read off their modules and those of their fixtures.

Units start nothing. What opens no database has nothing new to show on another kind of it.
"""

from __future__ import annotations

import inspect
import re
import sys
from functools import cache

import pytest

EVERYWHERE = {"_one_tls_context", "_databases"}
"""Fixtures that every test has; they start nothing by themselves."""

_STARTS = re.compile(
    r"\b(start_server|create_app|TestClient|Database|Cluster|subprocess|create_subprocess_exec|running_hub|upstreams|"
    r"default_model\w*|ServerProcess|LlamaCpp\w+|multiprocessing)\b"
)
"""Names with which a module of tests reaches for a server, a database, an engine or another process."""
_OPENS = re.compile(
    r"\b(start_server|create_app|TestClient|Database|ServerProcess|running_hub|upstreams|database|connection|serve|"
    r"earthshine\.cli)\b"
)
"""Names with which one reaches for a database, or for a server, which has one."""


def is_unit(item: pytest.Function) -> bool:
    """Whether a test runs in this process alone."""
    return not _reach(item, _STARTS)


def opens_database(item: pytest.Function) -> bool:
    """Whether a test has anything to do with a database."""
    return _reach(item, _OPENS)


def _reach(item: pytest.Function, names: re.Pattern[str]) -> bool:
    modules = {item.module.__name__}
    asked = set(item.fixturenames) - EVERYWHERE
    for name, definitions in item._fixtureinfo.name2fixturedefs.items():
        if name in asked:
            modules.update(definition.func.__module__ for definition in definitions)
    return any(_names(module, names) for module in modules)


@cache
def _names(name: str, names: re.Pattern[str]) -> bool:
    if not name.startswith("tests."):
        return False
    if name == "tests.conftest":
        return True
    module = sys.modules[name]
    if names.search(inspect.getsource(module)) is not None:
        return True
    helpers = {str(getattr(value, "__module__", "")) for value in vars(module).values()} - {name}
    return any(_names(helper, names) for helper in helpers & sys.modules.keys())
