"""Which tests are units: those whose modules, and the modules of whose fixtures, start nothing."""

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


def is_unit(item: pytest.Function) -> bool:
    """Whether a test runs in this process alone."""
    modules = {item.module.__name__}
    asked = set(item.fixturenames) - EVERYWHERE
    for name, definitions in item._fixtureinfo.name2fixturedefs.items():
        if name in asked:
            modules.update(definition.func.__module__ for definition in definitions)
    return not any(map(_starts, modules))


@cache
def _starts(name: str) -> bool:
    if not name.startswith("tests."):
        return False
    if name == "tests.conftest":
        return True
    module = sys.modules[name]
    if _STARTS.search(inspect.getsource(module)) is not None:
        return True
    helpers = {str(getattr(value, "__module__", "")) for value in vars(module).values()} - {name}
    return any(map(_starts, helpers & sys.modules.keys()))
