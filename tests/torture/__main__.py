"""`make torture`: each fault on one line, all of them in torture.json. Exit 1 when a must is missed, 2 on a wrong name.

`python -m tests.torture kill_server asleep` does some of them, `--quick` in seconds, with small numbers. `SECONDS=10`
shortens the outage, `SEED=2` draws other moments. Only 127.0.0.1 is touched, and only processes started here are ended.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import machine
from tests.torture.badges import BADGES
from tests.torture.hall import ROOT
from tests.torture.kills import KILLS
from tests.torture.machine import MACHINE
from tests.torture.network import NETWORK
from tests.torture.outcome import Outcome
from tests.torture.workshop import CannotMeasure, Workshop, own_mounts

FAULTS: dict[str, Callable[[Workshop], Awaitable[Outcome]]] = {**NETWORK, **BADGES, **MACHINE, **KILLS}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description="Faults done to the real server.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FAULTS)}; none for all")
    parser.add_argument("--quick", action="store_true", help="small numbers, and no torture.json")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(FAULTS))
    if unknown:
        parser.error(f"no fault is called {', '.join(unknown)}; there are {', '.join(FAULTS)}")
    mounts = own_mounts()
    _many_files()
    seed = int(os.environ.get("SEED", "1"))
    (ROOT / "data").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="torture-", dir=ROOT / "data") as name:
        told = machine.describe(Path(name))
        print(f"{told['processor']}, {told['cores']} cores, {told['filesystem']}, load {told['load']}, seed {seed}", flush=True)
        workshop = Workshop(folder=Path(name), quick=asked.quick, seed=seed, mounts=mounts)
        began = time.monotonic()
        outcomes = asyncio.run(_suffer_all(asked.names or list(FAULTS), workshop))
    missed = [fault for fault, one in outcomes.items() if one.missed]
    print(f"{len(outcomes)} faults in {time.monotonic() - began:.0f} s; "
          f"{sum(one.acknowledged for one in outcomes.values()):,} ballots acknowledged, "
          f"{sum(one.lost for one in outcomes.values())} lost, {sum(one.twice for one in outcomes.values())} counted twice"
          + (f"; MISSED: {', '.join(missed)}" if missed else ""))
    if not asked.quick:
        (ROOT / "torture.json").write_text(json.dumps({
            "at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": told, "seed": seed,
            "faults": {fault: one.as_json() for fault, one in outcomes.items()},
        }, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 1 if missed else 0


async def _suffer_all(faults: list[str], workshop: Workshop) -> dict[str, Outcome]:
    """One after another, so that one fault's load does not spoil another's figures; when quick, three at once."""
    outcomes: dict[str, Outcome] = {}
    at_once = asyncio.Semaphore(3 if workshop.quick else 1)

    async def one(fault: str) -> None:
        async with at_once:
            outcomes[fault] = await _suffer(fault, workshop)
            print(outcomes[fault].line(), flush=True)

    await asyncio.gather(*map(one, faults))
    return outcomes


async def _suffer(fault: str, workshop: Workshop) -> Outcome:
    """A scenario that cannot be carried through on this machine says so; one that breaks off is a missed must."""
    try:
        return await FAULTS[fault](workshop)
    except CannotMeasure as cause:
        return Outcome(title=fault, not_measured=str(cause))
    except (RuntimeError, OSError) as cause:
        return Outcome(title=fault, missed=(f"broke off: {cause}",))


def _many_files() -> None:
    """A thousand phones are a thousand sockets of this process; the server does with what a login shell gives."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 65536, hard))


if __name__ == "__main__":
    sys.exit(main())
