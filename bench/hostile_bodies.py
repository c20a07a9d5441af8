"""What does a single hostile body do to a server? Every route that takes one, every kind, at full size.

`python bench/hostile_bodies.py [--mib 31.9] [--only TEXT]` starts a server of its own and prints the worst of each
kind: how long the slowest `/health` took meanwhile, and how much memory the server took at its peak, in parts of the
body's size. What a request may do is half a second, and ten times.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import httpx2
from _server import KEY, Server

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.wire.hostile import Harm, Target, attacks


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mib", type=float, default=31.9)
    options.add_argument("--only", default="", help="part of 'METHOD path kind'")
    options.add_argument("--every", action="store_true", help="print each request, not the worst of each kind")
    given = options.parse_args()
    size = round(given.mib * 2**20)
    worst: dict[str, tuple[Harm, Harm]] = {}
    count = 0
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "data", scripted=True) as server:
        document = httpx2.get(f"{server.url}/openapi.json", headers={"authorization": f"Bearer {KEY}"}).json()
        with Target("127.0.0.1", server.port, KEY, server.pid) as target:
            for attack in attacks(document, size - 4096):
                if given.only not in f"{attack.method} {attack.path} {attack.kind}":
                    continue
                harm = target.suffer(attack)
                count += 1
                if given.every:
                    show(harm)
                attack.body = b""  # only what it did is kept
                kind = attack.kind.rpartition(": ")[2]
                slowest, largest = worst.get(kind, (harm, harm))
                worst[kind] = max(slowest, harm, key=slow), max(largest, harm, key=large)
    print(f"{count} requests")
    for kind, (slowest, largest) in sorted(worst.items(), key=lambda each: -slow(each[1][0])):
        print(f"--- {kind}")
        show(slowest)
        show(largest)


def slow(harm: Harm) -> float:
    return harm.health


def large(harm: Harm) -> int:
    return harm.growth


def show(harm: Harm) -> None:
    what = f"{harm.attack.method} {harm.attack.path} {harm.attack.kind}"
    print(
        f"{harm.health:7.3f} s  {harm.growth / 2**20:8.1f} MiB  {harm.status}  {harm.seconds:6.2f} s  {what}",
        flush=True,
    )


if __name__ == "__main__":
    main()
