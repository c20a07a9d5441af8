"""What does a single hostile body do to a server? Every route that takes one, every kind, at full size.

    python -m bench.faults.hostile_bodies [--mib 31.9] [--only TEXT] [--skip N] [--all] [--weights MODEL.gguf]

It starts a server of its own, prints what each request did, and at the end those that broke the rule: `/health` may
wait for half a second meanwhile, and the server may grow by ten times the body's size. What was slow is sent again, up
to three times, and the quickest counts: a machine that is busy otherwise is slow at times, a fault each time.

Without `--all` each kind is sent once for each schema of a field, not to every route that has it. JSON Schemas are
compiled and spelled-out special tokens are read by a local model only: name its weights.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx2
from tests.wire.hostile import Attack, Harm, Places, Target, attacks, sample

from bench.shared.server import KEY, Server, install

SLOWEST = 0.5
"""Seconds that `/health` may wait."""
TRIES = 3
MOST_GROWTH = 10
"""Times the body's size that the server may grow by."""
SLACK = 8 * 2**20
"""Bytes that it may grow by whatever the size: modules that a first request loads, and pages of the allocator."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mib", type=float, default=31.9)
    options.add_argument("--only", default="", help="part of 'METHOD path kind'")
    options.add_argument("--skip", type=int, default=0, help="how many of those were tried before")
    options.add_argument("--all", action="store_true", help="every route, also where fields are of the same schema")
    options.add_argument("--weights", default="", help="a GGUF file that is asked, instead of the scripted model")
    options.add_argument("--minutes", type=float, default=10, help="until no more are begun")
    given = options.parse_args()
    size = round(given.mib * 2**20)
    harms: list[Harm] = []
    end = time.monotonic() + 60 * given.minutes
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "data"
        model = install(data, given.weights)
        server = stack.enter_context(Server(data, scripted=True))
        document = httpx2.get(
            f"{server.url}/openapi.json", headers={"authorization": f"Bearer {KEY}"}, timeout=60
        ).json()
        made = attacks(document, size - 4096, model, Places(document, server.url, KEY).all())
        chosen = [
            attack
            for attack in (made if given.all else sample(made))
            if given.only in f"{attack.method} {attack.path} {attack.kind}"
        ]
        print("     number    health        size      growth         status   in all  request")
        with Target("127.0.0.1", server.port, KEY, server.pid) as target:
            for number, attack in enumerate(chosen[given.skip :], given.skip + 1):
                if time.monotonic() > end:
                    print(f"{given.minutes:g} minutes are over; go on with --skip {number - 1}")
                    break
                harms.append(worst_of(target, attack))
                print(f"{number:5}/{len(chosen):<5}", row(harms[-1]), flush=True)
    broken = [harm for harm in harms if breaks(harm)]
    print(f"--- {len(broken)} of {len(harms)} broke the rule; the slowest first")
    for harm in sorted(broken, key=lambda each: -each.health):
        print(row(harm))
    if harms:
        print("--- the slowest, and the one that took most memory")
        print(row(max(harms, key=lambda each: each.health)))
        print(row(max(harms, key=lambda each: each.growth)))


def worst_of(target: Target, attack: Attack) -> Harm:
    """Send one request, again where it was slow, and return the quickest with the most memory that any took."""
    harms = [target.suffer(attack)]
    while harms[-1].health > SLOWEST and len(harms) < TRIES:
        harms.append(target.suffer(attack))
    quickest = min(harms, key=lambda each: each.health)
    return replace(quickest, growth=max(each.growth for each in harms))


def breaks(harm: Harm) -> bool:
    """Whether others waited too long, or it took too much memory."""
    return harm.health > SLOWEST or harm.growth > MOST_GROWTH * harm.size + SLACK


def row(harm: Harm) -> str:
    """Write down what one request did."""
    attack, mark = harm.attack, "!" if breaks(harm) else " "
    memory = f"{harm.size / 2**20:7.2f} MiB {harm.growth / 2**20:7.1f} MiB {harm.growth / max(1, harm.size):5.1f}x"
    what = f"{attack.method} {attack.path} {attack.kind}"
    return f"{mark} {harm.health:6.3f} s {memory}  {harm.status}  {harm.seconds:6.2f} s  {what}"


if __name__ == "__main__":
    main()
