"""What the commands print: UTF-8 whatever the terminal's locale says, and never a traceback.

A reader that has had enough (`| head`) is no fault. A place where nothing can be written is one, and says so: an exit
code of 1 would mean that the published result does not hold.
"""

import os
import sys
from typing import TextIO

from scoring.words import one_sentence


class CannotPrint(Exception):
    """The result is there and cannot be handed over."""


def put_out(text: str) -> None:
    """On standard output; raises CannotPrint."""
    if sys.stdout is None:
        raise CannotPrint("没有可写的标准输出，请把结果写进文件或显示在终端")
    try:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _let_go(sys.stdout)
    except OSError as cause:
        _let_go(sys.stdout)
        raise CannotPrint(f"结果写不出去（{cause.strerror}），请检查磁盘空间，或换一个地方写") from None


def say(sentence: str) -> None:
    """One line on standard error."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.buffer.write((one_sentence(sentence) + "\n").encode("utf-8", "replace"))
        sys.stderr.buffer.flush()
    except OSError:
        _let_go(sys.stderr)


def _let_go(stream: TextIO) -> None:
    """What could not be written is dropped, or the interpreter would try again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
