"""`make bench`: each figure on one line with its limit, all of them in bench.json with the machine's description.

`python -m tests.bench NAME...` measures only these parts and writes no file. Numerator and denominator of a ratio
take turns in one run, and the median of three counts. Exit code 1 when a must is missed.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import advisory, ballots, board, crowd, listed, machine, page, postgres, recount, writer
from tests.bench.figure import Figure, Limit, Measured

ROOT = Path(__file__).resolve().parents[2]
PARTS: dict[str, Callable[[Path], Measured]] = {
    "ballots": ballots.measure,
    "slow": ballots.measure_slow,
    "crowd": crowd.measure,
    "page": page.measure,
    "board": board.measure,
    "postgres": postgres.measure,
    "list": listed.measure,
    "writer": writer.measure,
    "recount": lambda _folder: Measured(figures=tuple(recount.figures())),
    "advisory": lambda _folder: Measured(figures=tuple(advisory.figures())),
}


def main(names: Sequence[str]) -> int:
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no part of the bench is called {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    (ROOT / "data").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "data") as name:
        folder = Path(name)
        told = machine.describe(folder)
        print(f"{told['processor']}, {told['cores']} cores, {told['memory']}, {told['filesystem']}, load {told['load']}"
              + ("" if machine.can_pin() else "; not pinned: server and load share every core")
              + ("; OTHER WORK IS RUNNING: the ratios will look too good, repeat on a quiet machine"
                 if machine.others_at_work() else ""), flush=True)
        measured = {part: _timed(part, folder) for part in names or PARTS}
    figures = [one for part in measured.values() for one in part.figures]
    for one in figures:
        print(one.line())
    if not names:
        (ROOT / "bench.json").write_text(json.dumps({
            "at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": told,
            "figures": [one.as_json() for one in figures],
            "turns": {part: list(one.turns) for part, one in measured.items() if one.turns},
        }, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 1 if any(one.missed for one in figures) else 0


def _timed(part: str, folder: Path) -> Measured:
    began = time.monotonic()
    print(f"{part} ...", flush=True)
    try:
        measured = PARTS[part](folder)
    except Exception as cause:  # what the other parts measured is not lost, and the bench does not pass
        traceback.print_exc()
        measured = Measured(figures=(Figure(name=f"{part}: could not be measured", value=1, limit=Limit(0),
                                            detail=f"{type(cause).__name__}, see above"),))
    print(f"{part}: {time.monotonic() - began:.0f} s", flush=True)
    return measured


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers end and the folder goes, as after Ctrl-C
    sys.exit(main(sys.argv[1:]))
