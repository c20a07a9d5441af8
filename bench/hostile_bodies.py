"""What does a single hostile body do to a server? Every route that takes one, every kind, at full size.

    python bench/hostile_bodies.py [--mib 31.9] [--only TEXT] [--all] [--weights MODEL.gguf]

It starts a server of its own and prints the worst of each kind: how long the slowest `/health` took meanwhile, and how
much memory the server took at its peak. What a request may do is half a second, and ten times the body's size. Without
`--all` each kind is sent once for each schema of a field, not to every route that has it. JSON Schemas are compiled and
spelled-out special tokens are read by a local model only: name its weights.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import httpx2
from _server import KEY, Server, install

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.wire.hostile import Harm, Target, attacks, sample


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mib", type=float, default=31.9)
    options.add_argument("--only", default="", help="part of 'METHOD path kind'")
    options.add_argument("--all", action="store_true", help="every route, also where fields are of the same schema")
    options.add_argument("--weights", default="", help="a GGUF file that is asked, instead of the scripted model")
    options.add_argument("--minutes", type=float, default=10, help="until no more are begun")
    options.add_argument("--every", action="store_true", help="print each request, not the worst of each kind")
    given = options.parse_args()
    size = round(given.mib * 2**20)
    worst: dict[str, tuple[Harm, Harm]] = {}
    count = 0
    end = time.monotonic() + 60 * given.minutes
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "data"
        model = install(data, given.weights)
        server = stack.enter_context(Server(data, scripted=True))
        document = httpx2.get(
            f"{server.url}/openapi.json", headers={"authorization": f"Bearer {KEY}"}, timeout=60
        ).json()
        with Target("127.0.0.1", server.port, KEY, server.pid) as target:
            made = attacks(document, size - 4096, model)
            for attack in made if given.all else sample(made):
                if time.monotonic() > end:
                    print(f"{given.minutes:g} minutes are over; not all were tried")
                    break
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
