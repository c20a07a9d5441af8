"""The child process that sets a report as PDF: data on standard input; a line of JSON and the file on standard output.

A letter that no font has makes no box: first the fonts of the extra are tried, then those of the system, and then it
is an error. A sign that is no letter becomes the character for an unknown one.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import unicodedata
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from earthshine.processes.guard import leave_network, limit_files_and_dumps, limit_memory, limit_processor

_MEMORY = 4 * 2**30
"""Bytes of address space; the fonts are mapped into it."""
_SECONDS = 50.0
_FONTS = {"manimgx_fonts": "", "manimgx_fonts_cjk": "", "fontpkg_amiri": "files"}
"""Packages of fonts, and the folder in each: Noto's, and Amiri for Arabic, whose letters can be read back and copied:
Noto Sans Arabic draws their dots apart, and each letter with dots is there twice."""
_STANDARD = "ua-1"
"""PDF for screen readers; under it Typst refuses letters that no font has, which it draws as boxes otherwise."""
_MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_TRIES = 4


def main() -> None:
    """Do the work."""
    leave_network()
    limit_memory(_MEMORY)
    limit_processor(_SECONDS)
    limit_files_and_dumps()
    head, content = _worked(sys.stdin.buffer.read().decode())
    sys.stdout.buffer.write(orjson.dumps(head) + b"\n" + content)


def _worked(document: str) -> tuple[dict[str, str], bytes]:
    try:
        import typst
    except ImportError:
        return {"error": "no_extra"}, b""
    specs = [(importlib.util.find_spec(package), folder) for package, folder in _FONTS.items()]
    folders = [Path(place, name) for spec, name in specs if spec for place in spec.submodule_search_locations or ()]
    if len(folders) < len(_FONTS):
        return {"error": "no_extra"}, b""
    template = files(__package__ or "").joinpath("report.typ").read_bytes()
    missing, system = "", False
    for _ in range(_TRIES):
        fonts: Any = typst.Fonts(include_system_fonts=system, font_paths=[*folders])
        try:
            made = typst.compile(
                template, font_paths=fonts, sys_inputs={"document": document}, format="pdf", pdf_standards=[_STANDARD]
            )
        except typst.TypstError as error:
            missing = _missing(error.diagnostic)
            if not missing:
                return {"error": "failed", "message": error.message[:500]}, b""
            letters = [each for each in missing if unicodedata.category(each)[0] in "LMN"]
            if letters and system:
                return {"error": "no_font", "characters": "".join(letters)}, b""
            if not letters:
                document = document.translate(dict.fromkeys(map(ord, missing), "\ufffd"))
            system = system or bool(letters)
            continue
        return {}, made
    return {"error": "no_font", "characters": missing}, b""


def _missing(diagnostic: str) -> str:
    """Return the characters that no font has, once each."""
    told = "".join(_MISSING.findall(diagnostic))
    return "".join(dict.fromkeys(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), told)))


if __name__ == "__main__":
    main()
