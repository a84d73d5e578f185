"""How far an open ballot has come, told so that nobody learns when a secret paper arrived.

A count that grows by one tells the moment of one paper; whoever watches the room then knows whose it was. The
turnout of a secret group is therefore told in steps of at least three papers until the round has closed, and the
last step is the full number of seats that are due (应投). Groups of fewer than three seats are told nothing before the
close. Named groups are told as they come.
"""

from __future__ import annotations

STEP = 3
STEP_WORDS = f"无记名，每满{STEP}票更新"
AFTERWARDS_WORDS = f"无记名，不足{STEP}席，截止后显示"


def shown(voted: int, due: int) -> int:
    """What is told of `voted` papers of a secret group with `due` seats while its round is open.

        >>> [shown(voted, 7) for voted in range(8)]
        [0, 0, 0, 0, 4, 4, 4, 7]

    Never more than `voted`; two values that differ do so by at least STEP; all in is told as all in.
    """
    told = voted - (voted - due) % STEP
    return told if told >= STEP else 0


def told(voted: int, due: int, *, secret: bool, is_open: bool) -> int:
    """The turnout of one group as every screen, page and command tells it."""
    return shown(voted, due) if secret and is_open else voted


def words_of(due: int, *, secret: bool, is_open: bool) -> str:
    """The note beside it; nothing where the number is exact."""
    if not secret or not is_open:
        return ""
    return STEP_WORDS if due >= STEP else AFTERWARDS_WORDS
