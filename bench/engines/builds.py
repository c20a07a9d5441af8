"""Claim: a build for this processor reads prompts at least 1.4 times as fast as the wheel where it has AVX-512.

Measures builds that `earthshine engine build` made in a data directory beside the wheel, in turns, with one model.
Each must say what the wheel says, token for token (see docs/engine-builds.md), and on no processor may it read more
than a tenth slower. Prints one line of JSON; exits with 1 when a build is unlike the wheel or misses its bar.

    earthshine engine build --no-bench --data DIR
    python -m bench.engines.builds --data DIR --model MODEL.gguf
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from earthshine.catalog.card import Card
from earthshine.catalog.machine import Machine
from earthshine.engines.llamacpp.builds.build import Build
from earthshine.engines.llamacpp.builds.builds import find_build, wheel
from earthshine.engines.llamacpp.builds.figures import Figures
from earthshine.engines.llamacpp.builds.measuring import compare
from earthshine.settings import Settings

BAR, NO_SLOWER = 1.4, 0.9


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="where `earthshine engine build` put the build")
    parser.add_argument("--model", type=Path, required=True, help="a GGUF file")
    parser.add_argument("--build", default="cpu", help="the build's name, or the path of a llama-server")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    settings = Settings(data=args.data)
    mine = find_build(settings, args.build)
    if mine.fault:
        sys.exit(f"{args.build}: {mine.fault}")
    theirs, ours = asyncio.run(_figures(args.model, settings, mine, args.rounds))
    machine = Machine.here(args.data)
    wide = "avx512f" in machine.cpu_flags
    reads, writes = ours.reads / theirs.reads, ours.writes / theirs.writes
    agrees = ours.agrees / max(1, ours.of)
    said = {
        "processor": machine.cpu,
        "avx512": wide,
        "model": args.model.name,
        "reads": {"wheel": theirs.reads, mine.name: ours.reads, "ratio": round(reads, 2)},
        "writes": {"wheel": theirs.writes, mine.name: ours.writes, "ratio": round(writes, 2)},
        "agrees": f"{ours.agrees} of {ours.of}",
        "bar": BAR if wide else NO_SLOWER,
    }
    print(json.dumps(said))
    return int(agrees < 0.9 or reads < (BAR if wide else NO_SLOWER))


async def _figures(model: Path, settings: Settings, mine: Build, rounds: int) -> list[Figures]:
    return await compare(Card(model.stem, path=model, size=model.stat().st_size), settings, [wheel(), mine], rounds)


if __name__ == "__main__":
    sys.exit(main())
