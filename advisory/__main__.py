"""`python -m advisory DIR`: the advisory view of a recount package (a folder or .zip) as one JSON object on stdout.

Exit 0: done; 2: bad input or a package without a result, one Chinese sentence on stderr and nothing on stdout.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from advisory.advice import advise, as_json
from scoring.package import PackageRefused, read_package
from scoring.result import CannotTally, json_text
from scoring.words import one_sentence

USAGE = "python -m advisory 文件夹"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> "None":  # type: ignore[override]
        _say(f"命令写得不对（{message}），请写 {USAGE}")
        raise SystemExit(2)


def main(arguments: Sequence[str]) -> int:
    parser = _Parser(prog="python -m advisory", usage=USAGE)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    try:
        text = json_text(as_json(advise(read_package(folder))))
    except (PackageRefused, CannotTally) as refused:
        _say(str(refused))
        return 2
    # UTF-8 whatever the terminal's locale says.
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()
    return 0


def _say(sentence: str) -> None:
    sys.stderr.buffer.write((one_sentence(sentence) + "\n").encode("utf-8", "replace"))
    sys.stderr.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
