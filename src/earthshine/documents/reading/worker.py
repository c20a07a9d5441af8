"""The child process that reads one file: `python -m earthshine.documents.worker`.

It reads its options as one line of JSON from standard input, and prints lines of JSON: `{"heads": ...}`, for each part
`{"number": n, "part": ...}`, and at last `{"end": true}` or `{"error": reason, "detail": ...}`. The parent reads as
fast as it likes: the pipe holds the child back. See `reading` for what happens to one that takes too long.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from earthshine.documents.document import Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.registry import load
from earthshine.documents.reading.formats import tell
from earthshine.documents.reading.part_json import heads_json, part_json
from earthshine.processes.guard import (
    die_with_parent,
    leave_network,
    leave_signals_to_parent,
    limit_files_and_dumps,
    limit_memory,
    limit_processor,
)

_FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd")


def main() -> None:
    """Read the file, and end."""
    leave_signals_to_parent()
    options = json.loads(sys.stdin.readline())
    leave_network()
    die_with_parent(options["parent"])
    # What libraries print goes to the log; only this process's own lines go to the parent.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit_files_and_dumps()
    limit_memory(options["memory"])
    # Letters, cells and elements come by ten thousands, and few of them in circles.
    gc.freeze()
    gc.set_threshold(50_000)
    try:
        _read(options, out)
        _say(out, {"end": True})
    except UnreadableFile as error:
        _say(out, {"error": error.reason, "detail": error.detail})
    except ImportError:
        traceback.print_exc()  # nothing is wrong with the file: the parent says what is missing
        sys.stderr.flush()
        os._exit(1)
    except MemoryError:
        _say(out, {"error": "too_much_memory"})
    except Exception as error:
        traceback.print_exc()
        _say(out, {"error": "damaged", "detail": f"Its reader met something unexpected ({type(error).__name__})."})
    out.flush()
    os._exit(0)  # to give back a large document piece by piece takes seconds, and nobody needs it


def _read(options: Mapping[str, Any], out: BinaryIO) -> None:
    """Read by the `options` of `reading.Reading`."""
    limit_processor(options["patience"])
    readers: Mapping[str, str] = options["readers"]
    path, first = Path(options["path"]), options["first"]
    models = Path(options["models"]) if options["models"] else None
    form = tell(path, options["name"], frozenset(readers))
    if form.reader not in readers:
        raise UnreadableFile("unsupported_format", f"No reader is installed for {form.kind}.")
    reader = load(readers[form.reader])
    heads = reader.open(Source(path, options["name"], form.kind, models))
    if heads.parts > options["parts"]:
        raise UnreadableFile("too_large", f"It has {heads.parts} parts, and {options['parts']} are read at most.")
    _say(out, {"heads": heads_json(heads)})
    characters = 0
    for number, part in enumerate(reader.parts(first), first):
        limit_processor(options["patience"])
        characters += len(part.text)
        if characters > options["characters"] or number >= options["parts"]:
            limit = f"{options['characters']} characters in {options['parts']} parts"
            raise UnreadableFile("too_large", f"At most {limit} are read.")
        _say(out, {"number": number, "part": part_json(_fit(part, options["part_characters"]))})


def _fit(part: Part, most: int) -> Part:
    """Return a part without characters that nobody can store, and not longer than `most`."""
    text = part.text.translate(_FORBIDDEN)
    if len(text) <= most:
        return replace(part, text=text)
    return replace(
        part,
        text=text[:most],
        lines=tuple(each for each in part.lines if each.end <= most),
        headings=tuple(each for each in part.headings if each.end <= most),
        tables=tuple(replace(each, end=min(each.end, most)) for each in part.tables if each.start < most),
        doubts=(*part.doubts, "cut"),
    )


def _say(out: BinaryIO, message: Mapping[str, Any]) -> None:
    out.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
