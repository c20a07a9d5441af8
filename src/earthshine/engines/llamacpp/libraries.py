"""What to install when the engine's package lacks a library of the system, as slim images do."""

from __future__ import annotations

import re

_PACKAGES = {"libgomp.so": "libgomp1", "libstdc++.so": "libstdc++6", "libgcc_s.so": "libgcc-s1"}
"""What a library's name begins with, and Debian's package of it."""


def missing_library(error: str) -> str | None:
    """Return advice when the words of an ImportError name a library that the machine lacks, else None."""
    found = re.search(r"(\S+\.so[\w.]*): cannot open shared object file", error)
    if found is None:
        return None
    package = next((name for library, name in _PACKAGES.items() if found[1].startswith(library)), None)
    named = f" (Debian and Ubuntu: `apt install {package}`)" if package else ""
    return f"The machine lacks the library {found[1]}. Install it{named}."
