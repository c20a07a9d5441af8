"""List the scripts in bench/, each with the first line of its docstring and how to run it."""

from __future__ import annotations

import ast
from pathlib import Path

BENCH = Path(__file__).parent.parent / "bench"


def main() -> None:
    """Print the list."""
    scripts = sorted(path for path in BENCH.glob("*.py") if not path.name.startswith("_"))
    if not scripts:
        print("There are no benches yet.")
    for script in scripts:
        doc = ast.get_docstring(ast.parse(script.read_text())) or "(no description)"
        print(f".venv/bin/python bench/{script.name}\n    {doc.splitlines()[0]}")


if __name__ == "__main__":
    main()
