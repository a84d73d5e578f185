"""`python -m advisory DIR`: the advisory view of a recount package (a folder or .zip) as one JSON object on stdout.

Exit 0: done; 2: bad input or a package without a result, one Chinese sentence on stderr and nothing on stdout.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from advisory.advice import advise, as_json
from scoring.package import PackageRefused, read_package
from scoring.printing import CannotPrint, put_out, say
from scoring.result import CannotTally, json_text

USAGE = "python -m advisory 文件夹"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> "None":  # type: ignore[override]
        say(f"命令写得不对（{message}），请写 {USAGE}")
        raise SystemExit(2)


def main(arguments: Sequence[str]) -> int:
    parser = _Parser(prog="python -m advisory", usage=USAGE)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    try:
        put_out(json_text(as_json(advise(read_package(folder)))))
    except (PackageRefused, CannotTally, CannotPrint) as refused:
        say(str(refused))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
