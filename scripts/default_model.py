"""Put the two default models, for chat and for vectors, where tests and the first start find them.

They are fetched once.

python scripts/default_model.py               into .cache, for tests
python scripts/default_model.py --into data   from there into a data directory that has no models yet
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from pathlib import Path

from earthshine.catalog import Catalog
from earthshine.cli.progress import progress_bar
from earthshine.errors import EarthshineError
from earthshine.models.better import write_request
from earthshine.settings import Settings

CACHE = Path(__file__).parent.parent / ".cache"


def main() -> int:
    """Fetch or link the model; return 1, with the reason on stderr, when it cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, help="data directory that gets the cached model if it has none")
    into: Path | None = parser.parse_args().into
    if into is not None:
        _link(CACHE / "models", into / "models")
        return 0
    try:
        with progress_bar("fetching the default models") as progress:
            catalog = Catalog(Settings(data=CACHE, default_model="", upstreams={}, scripted=False))
            asyncio.run(catalog.ensure_embedded(progress))
            asyncio.run(catalog.ensure_vectors(progress))
    except EarthshineError as error:
        print(f"A default model could not be fetched: {error.message}", file=sys.stderr)
        return 1
    return 0


def _link(cached: Path, wanted: Path) -> None:
    """Copy a directory of models by hard links where the disk can, so that it takes no second space."""
    if wanted.exists() or not cached.exists():
        return
    part = wanted.with_name("models.part")
    shutil.rmtree(part, ignore_errors=True)
    part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copytree(cached, part, copy_function=_link_or_copy)
    # Who runs `make serve` wants a model worth talking to; earthshine.models.better says more.
    write_request(part / ".partial")
    part.rename(wanted)


def _link_or_copy(source: str, target: str) -> None:
    try:
        # Records are rewritten in place by name, weights never: only weights may share their bytes.
        if source.endswith(".json"):
            raise OSError
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


if __name__ == "__main__":
    sys.exit(main())
