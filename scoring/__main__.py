"""`python -m scoring recount DIR [--explain TARGET]` and `python -m scoring ledger DIR`, with nothing but Python.

Prints one JSON object on stdout. Exit 0: done; 1: differs from the published result (differences on stderr, the JSON
still on stdout); 2: bad input, one Chinese sentence on stderr and nothing on stdout.
"""

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scoring.compare import differences
from scoring.explain import NoSuchTarget, explain
from scoring.ledger import as_json, balances
from scoring.package import PackageRefused, read_ledger, read_package
from scoring.printing import CannotPrint, put_out, say
from scoring.result import CannotTally, json_text
from scoring.tally import dumps, tally


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> "None":  # type: ignore[override]
        say(f"命令写得不对（{message}），请写 {USAGE}")
        raise SystemExit(2)


USAGE = "python -m scoring recount 文件夹 [--explain 对象]，或 python -m scoring ledger 文件夹"


def main(arguments: Sequence[str]) -> int:
    parser = _Parser(prog="python -m scoring", usage=USAGE)
    commands = parser.add_subparsers(dest="command", required=True)
    recount = commands.add_parser("recount", usage=USAGE)
    recount.add_argument("folder", type=Path)
    recount.add_argument("--explain", metavar="TARGET")
    ledger = commands.add_parser("ledger", usage=USAGE)
    ledger.add_argument("folder", type=Path)
    asked = parser.parse_args(arguments)
    try:
        if asked.command == "ledger":
            return _ledger(asked.folder)
        return _recount(asked.folder, asked.explain)
    except (PackageRefused, CannotTally, NoSuchTarget, CannotPrint) as refused:
        say(str(refused))
        return 2


def _recount(folder: Path, target: str | None) -> int:
    package = read_package(folder)
    result = tally(package)
    found = [] if package.published is None else differences(package.published, result.as_json())
    put_out(dumps(result) if target is None else json_text(_on_one_page(explain(package, target))))
    for difference in found:
        say(difference)
    return 1 if found else 0


def _on_one_page(explained: dict[str, Any]) -> dict[str, Any]:
    """The tree's root at the top, with everything else beside it."""
    return {**explained.pop("tree"), **explained}


def _ledger(folder: Path) -> int:
    rule, rows = read_ledger(folder)
    put_out(json_text(as_json(balances(rule.ledger, rows))))
    return 0


if __name__ == "__main__":
    gc.disable()  # one answer and the process ends; collecting a big sitting's rows over and over would double the time
    sys.exit(main(sys.argv[1:]))
