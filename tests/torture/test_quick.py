"""Three faults with small numbers, so that the torture itself cannot rot: it runs, it passes, and it can see a loss."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.torture import books
from tests.torture.hall import ROOT
from tests.torture.phones import CRITERIA, Crowd, Paper, Told

FAULTS = ("two_phones", "replies_cut", "kill_server")


@pytest.mark.slow
def test_three_quick_faults_lose_nothing() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.torture", "--quick", *FAULTS], cwd=ROOT, capture_output=True,
                          text=True, timeout=240, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\nok ") == len(FAULTS)


def told(nonce: str, status: int = 200, receipt: str = "7Q2K-M4", version: int = 1) -> Told:
    paper = Paper(round="1", target="U01", nonce=nonce, marks=("80",) * len(CRITERIA))
    return Told(paper=paper, seat="a badge", status=status, receipt=receipt, version=version)


def row(nonce: str, version: int = 1, *, voter: str = "s1", round_id: int = 1, receipt: str = "7Q2K-M4",
        counted: bool = True) -> books.Row:
    return books.Row(round_id, voter, 1, version, "submitted", nonce, receipt, counted)


@pytest.mark.parametrize(("rows", "heard", "words"), [
    pytest.param([], [told("a")], "lost", id="acknowledged and gone"),
    pytest.param([row("a"), row("b", version=2)], [told("a"), told("b", version=2)], "twice", id="two counted rows"),
    pytest.param([row("a"), row("b", voter="s2")], [told("a"), told("b")], "twice", id="one phone under two voters"),
    pytest.param([row("a", counted=False), row("a", version=2)], [told("a", version=2)], "twice", id="one nonce, two versions"),
    pytest.param([row("a", receipt="XXXX-XX")], [told("a")], "wrong", id="another receipt"),
    pytest.param([row("a", round_id=2)], [told("a")], "wrong", id="counted for another round"),
    pytest.param([row("a")], [told("a", status=409, receipt="", version=0)], "wrong", id="told refused, and counted"),
    pytest.param([row("a"), row("b", version=2, counted=False)], [told("a"), told("b", version=2)], "wrong",
                 id="an older version counts"),
    pytest.param([row("a")], [told("a"), told("a", version=2)], "wrong", id="one nonce, two answers"),
])
def test_the_books_see_what_is_amiss(rows: list[books.Row], heard: list[Told], words: str) -> None:
    crowd = Crowd()
    for one in heard:
        crowd.hear(one)

    assert getattr(books.compare(rows, crowd), words)
