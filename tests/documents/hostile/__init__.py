"""Files that strangers may send to harm a reader, each made by a few lines; and what may come of each.

`READ` is an end too: of some only the harmless rest is read. Big ones are for `bench/faults/hostile_files.py` alone.
"""

from tests.documents.hostile import archives, names, pdf, sheets, texts, xml
from tests.documents.hostile.base import READ, Hostile

KINDS = {each.name: each for part in (archives, xml, sheets, texts, pdf, names) for each in part.kinds()}

__all__ = ["KINDS", "READ", "Hostile"]
