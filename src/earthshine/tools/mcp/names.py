"""What the tool and its functions are called, for whoever only needs the names."""

from __future__ import annotations

import re
from hashlib import blake2b

from earthshine.tools.functions import MAX_NAME, called_name

NAME = "mcp"
MOST_LISTED = 128
"""Tools of one server that are kept of its list."""
LONGEST_NAME = 128
"""Characters of a tool's name, as the protocol allows."""

_UNWANTED = re.compile(r"[^A-Za-z0-9_\-]")
_DIGEST = 8


def model_name(label: str, name: str) -> str:
    """Return the name under which a model knows a server's tool: one that every engine takes, the same each time."""
    plain = called_name(_UNWANTED.sub("_", name), label)
    if len(plain) <= MAX_NAME and not _UNWANTED.search(name):
        return plain
    digest = blake2b(f"{label}\0{name}".encode(), digest_size=_DIGEST // 2).hexdigest()
    return f"{plain[: MAX_NAME - _DIGEST - 1]}_{digest}"
