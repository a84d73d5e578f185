"""The life of one balloting: which phase follows which. A round is never edited back to life; it is voided and redone.

    DRAFT -> OPEN -> CLOSED -> PUBLISHED -> CLOSED (for a correction, published again as the next version)
                 \\-> VOID <- CLOSED
"""

from enum import StrEnum


class Phase(StrEnum):
    DRAFT = "DRAFT"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    PUBLISHED = "PUBLISHED"
    VOID = "VOID"

    @property
    def words(self) -> str:
        return WORDS[self]


WORDS = {
    Phase.DRAFT: "待开始",
    Phase.OPEN: "打分中",
    Phase.CLOSED: "已截止",
    Phase.PUBLISHED: "已公布",
    Phase.VOID: "已作废",
}
MOVES: dict[Phase, tuple[Phase, ...]] = {
    Phase.DRAFT: (Phase.OPEN,),
    Phase.OPEN: (Phase.CLOSED, Phase.VOID),
    Phase.CLOSED: (Phase.VOID, Phase.PUBLISHED),
    Phase.PUBLISHED: (Phase.CLOSED,),
    Phase.VOID: (),
}
CURES = {
    Phase.DRAFT: "请先开始打分",
    Phase.OPEN: "请先截止打分，或作废重投",
    Phase.CLOSED: "请公布，或作废重投",
    Phase.PUBLISHED: "要更正请先退回已截止，再公布新的一版",
    Phase.VOID: "请另开一轮重投",
}


class MoveRefused(ValueError):
    """The round cannot go from `phase` to `to`; the text says what to do instead."""

    def __init__(self, phase: Phase, to: Phase) -> None:
        super().__init__(f"本轮{phase.words}，不能改为{to.words}，{CURES[phase]}。")
        self.phase = phase
        self.to = to


def legal_moves(phase: Phase) -> tuple[Phase, ...]:
    return MOVES[phase]


def check_move(phase: Phase, to: Phase) -> None:
    """Raises MoveRefused unless the move is legal."""
    if to not in MOVES[phase]:
        raise MoveRefused(phase, to)
