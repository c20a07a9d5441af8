"""`hf:`: a hub of models, Hugging Face's or one with the same API; one file of a repository, or the whole of it."""

from __future__ import annotations

from earthshine.catalog.sources.base import Source, SourceFactory
from earthshine.catalog.sources.hf_file import HubFile
from earthshine.catalog.sources.hf_repository import HubRepository
from earthshine.settings import Settings


def provide() -> SourceFactory:
    """Register the scheme; it needs nothing else."""

    def source(rest: str, settings: Settings) -> Source:
        return (HubRepository if rest.partition("@")[0].count("/") == 1 else HubFile)(rest, settings)

    return source
