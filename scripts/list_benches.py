"""List the benches in the folders of bench/, each with the first line of its docstring and how to run it."""

from __future__ import annotations

import ast
from pathlib import Path

BENCH = Path(__file__).parent.parent / "bench"


def main() -> None:
    """Print the list."""
    for script in sorted(BENCH.glob("*/*.py")):
        code = script.read_text()
        # A client's script is run by `clients/run.py`; modules whose names begin with _, and `shared`, are of others.
        if "if __name__ ==" in code and not script.name.startswith("_"):
            doc = ast.get_docstring(ast.parse(code)) or "(no description)"
            module = f"bench.{script.parent.name}.{script.stem}"
            print(f".venv/bin/python -m {module}\n    {doc.splitlines()[0]}")


if __name__ == "__main__":
    main()
