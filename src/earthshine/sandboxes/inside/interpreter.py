"""Python that keeps its variables from one piece of code to the next.

Its source is given to an interpreter with `-c`. Pieces come as lines of JSON on standard input; what they print goes to
standard output, ended by the mark that came with the piece; what became of it follows as a line on standard error.
"""

import ast
import contextlib
import json
import linecache
import os
import sys
import traceback
import types

_LONGEST = 20_000
"""Characters of a value, or of an error."""

asking = os.fdopen(os.dup(0), "rb")
answering = os.fdopen(os.dup(2), "wb")
with open(os.devnull, "rb") as nothing:
    os.dup2(nothing.fileno(), 0)
os.dup2(1, 2)
sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # pyright: ignore
sys.path.insert(0, "")  # only now: what stands in the workspace is for the code alone
# Nothing of the environment was read until here; packages of the workspace are found by it.
sys.path[1:1] = filter(None, os.environ.get("PYTHONPATH", "").split(":"))

main = types.ModuleType("__main__")
sys.modules["__main__"] = main
variables = vars(main)
count = 0


def run(code: str) -> tuple[str | None, str | None]:
    """Run a piece; return the value of its last line as text, and the error that ended it."""
    global count
    count += 1
    name = f"<code {count}>"
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    try:
        body = ast.parse(code, name).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), name, "exec"), variables)  # noqa: S102  it is what this is for
        if not isinstance(last, ast.Expr):
            return None, None
        value = eval(compile(ast.Expression(last.value), name, "eval"), variables)  # noqa: S307
        variables["_"] = value
        return (None if value is None else repr(value)[:_LONGEST]), None
    except BaseException as error:
        # Where in the piece, and not where in this program.
        step = error.__traceback__
        while step is not None and step.tb_frame.f_code.co_filename == __file__:
            step = step.tb_next
        told = "".join(traceback.format_exception(type(error), error, step))
        return None, told[-_LONGEST:]


def keep_figures() -> list[str]:
    """Write the charts that matplotlib has open as pictures, and return their names."""
    plotting = sys.modules.get("matplotlib.pyplot")
    if plotting is None:
        return []
    names: list[str] = []
    with contextlib.suppress(Exception):
        for number in plotting.get_fignums():
            name = f"figure-{count}-{number}.png"
            plotting.figure(number).savefig(name)
            names.append(name)
        plotting.close("all")
    return names


def serve() -> None:
    """Run pieces until there are no more."""
    for line in asking:
        piece = json.loads(line)
        value, error = run(piece["code"])
        names = keep_figures()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        answer = {"value": value, "error": error, "files": names}
        # A write to a pipe may be cut where somebody made it one that does not wait.
        os.set_blocking(1, True)
        os.write(1, piece["mark"].encode())
        answering.write(json.dumps(answer).encode() + b"\n")
        answering.flush()


__file__ = "<string>"
serve()
