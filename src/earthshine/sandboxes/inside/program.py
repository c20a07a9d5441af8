"""One program that calls functions of the server's, and ends.

Its source is given to an interpreter with `-c`. What is to be run comes as a line of JSON on standard input. What the
program prints goes to standard output; its calls go out as lines on standard error, and each is answered by a line on
standard input.
"""

import json
import linecache
import os
import random
import sys
import traceback
import types
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, cast

_LONGEST = 20_000
"""Characters of an error."""

hearing = os.fdopen(os.dup(0), "rb")
asking = os.fdopen(os.dup(2), "wb")
with open(os.devnull, "rb") as nothing:
    os.dup2(nothing.fileno(), 0)
os.dup2(1, 2)
random.seed(0)  # it may be run again, and must then ask the same


class ToolError(Exception):
    """A call failed; the words are what its tool said."""


class Function:
    """A function of the server's."""

    def __init__(self, form: dict[str, Any]) -> None:
        self.__name__ = form["name"]
        self._parameters: list[str] = form["parameters"]
        self._required: list[str] = form["required"]

    def __call__(self, *values: Any, **arguments: Any) -> Any:
        """Call it."""
        return call([(self.__name__, self._bound(values, arguments))])[0]

    def map(self, every: Iterable[Any]) -> list[Any]:
        """Call it once for each of some arguments, side by side: dictionaries, or values of the first parameter."""
        bound = [self._bound_alone(each) for each in every]
        return call([(self.__name__, each) for each in bound]) if bound else []

    def _bound_alone(self, each: Any) -> dict[str, Any]:
        return self._bound((), cast("dict[str, Any]", each)) if isinstance(each, dict) else self._bound((each,), {})

    def _bound(self, values: tuple[Any, ...], arguments: dict[str, Any]) -> dict[str, Any]:
        known = ", ".join(self._parameters) or "none"
        if len(values) > len(self._parameters):
            raise TypeError(f"{self.__name__}() takes {len(self._parameters)} arguments ({known})")
        bound = dict(zip(self._parameters, values, strict=False))
        for name, value in arguments.items():
            if name in bound or (self._parameters and name not in self._parameters):
                fault = "twice the argument" if name in bound else "an unknown argument"
                raise TypeError(f"{self.__name__}() got {fault} {name!r}; it takes {known}")
            bound[name] = value
        missing = [each for each in self._required if each not in bound]
        if missing:
            raise TypeError(f"{self.__name__}() needs {', '.join(missing)}")
        return bound


def call(calls: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """Have the server make calls; return what they returned. Raises `ToolError` for the first that failed."""
    line = json.dumps({"calls": calls}).encode()
    sys.stdout.flush()
    asking.write(line + b"\n")
    asking.flush()
    answer = hearing.readline()
    if not answer:
        os._exit(1)
    results = json.loads(answer)["results"]
    for each in results:
        if "error" in each:
            raise ToolError(each["error"])
    return [each["value"] for each in results]


def run(code: str, functions: list[dict[str, Any]]) -> "str | None":
    """Run it; return the error that ended it."""
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    by_name = {each["name"]: Function(each) for each in functions}
    vars(main).update(by_name, tools=types.SimpleNamespace(**by_name), ToolError=ToolError)
    name = "<program>"
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    try:
        exec(compile(code, name, "exec"), vars(main))  # noqa: S102  it is what this is for
    except BaseException as error:
        if isinstance(error, SystemExit) and not error.code:
            return None
        # Where in the program, and not where in this one.
        step = error.__traceback__
        while step is not None and step.tb_frame.f_code.co_filename == "<string>":
            step = step.tb_next
        return "".join(traceback.format_exception(type(error), error, step))[-_LONGEST:]
    return None


def serve() -> None:
    """Run the one that comes, and say how it ended."""
    task = json.loads(hearing.readline())
    error = run(task["code"], task["functions"])
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # the program may have closed it
            stream.flush()
    asking.write(json.dumps({"end": error}).encode() + b"\n")
    asking.flush()
    os._exit(0)


serve()
