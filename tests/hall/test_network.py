"""How many phones a process may hold: as many as the system allows, whatever it started with."""

from __future__ import annotations

import sys
from subprocess import run

STARTED_WITH_FEW = """
import resource
from hall.network import make_room_for_phones
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
told = make_room_for_phones(2000)
print(told, resource.getrlimit(resource.RLIMIT_NOFILE)[0], hard)
"""


def test_a_process_that_starts_with_few_open_files_makes_room_for_phones() -> None:
    told, now, hard = map(int, run([sys.executable, "-c", STARTED_WITH_FEW], check=True, capture_output=True,
                                   text=True).stdout.split())

    assert told == now == (2000 if hard < 0 else min(2000, hard))


def test_room_that_is_there_already_is_left_alone() -> None:
    twice = STARTED_WITH_FEW.replace("told =", "make_room_for_phones(2000); told =").replace("(2000)\nprint", "(300)\nprint")

    told, now, _ = run([sys.executable, "-c", twice], check=True, capture_output=True, text=True).stdout.split()

    assert told == now != "300"
