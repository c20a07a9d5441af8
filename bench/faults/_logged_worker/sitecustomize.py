"""Loaded by each Python of `ingestion_kills.py`: the child that reads a file tells of each part that it has read."""

import hashlib
import os
import sys

if "earthshine.documents.reading.worker" in sys.orig_argv:
    from earthshine.documents.reading import part_json as module

    _part_json = module.part_json
    # A pipe: the child may write into no file.
    _told = os.open(os.environ["PYTHONPATH"].split(os.pathsep)[-1] + "/parts", os.O_WRONLY)

    def telling(part):  # type: ignore[no-untyped-def]
        """Tell of a part by its text, and go on."""
        os.write(_told, hashlib.sha256(part.text.encode()).hexdigest().encode() + b"\n")
        return _part_json(part)

    module.part_json = telling
