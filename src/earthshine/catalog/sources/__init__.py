"""Where weights come from. A source is found by its scheme among the entry points `earthshine.sources`."""

from earthshine.catalog.sources.base import (
    Artifact,
    Changed,
    FolderFile,
    Interrupted,
    Source,
    SourceFactory,
    Stream,
)
from earthshine.catalog.sources.pieces import Pieces, open_pieces, split_files
from earthshine.catalog.sources.scheme import open_source, schemes

__all__ = [
    "Artifact",
    "Changed",
    "FolderFile",
    "Interrupted",
    "Pieces",
    "Source",
    "SourceFactory",
    "Stream",
    "open_pieces",
    "open_source",
    "schemes",
    "split_files",
]
