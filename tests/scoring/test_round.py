"""The life of a round: every move is legal or refused with words."""

import pytest

from scoring.round import MoveRefused, Phase, check_move

LEGAL = {
    (Phase.DRAFT, Phase.OPEN),
    (Phase.OPEN, Phase.CLOSED),
    (Phase.OPEN, Phase.VOID),
    (Phase.CLOSED, Phase.VOID),
    (Phase.CLOSED, Phase.PUBLISHED),
    (Phase.PUBLISHED, Phase.CLOSED),
}


@pytest.mark.parametrize("to", Phase)
@pytest.mark.parametrize("phase", Phase)
def test_only_the_moves_of_the_plan_are_legal(phase: Phase, to: Phase) -> None:
    if (phase, to) in LEGAL:
        check_move(phase, to)
    else:
        with pytest.raises(MoveRefused, match=f"本轮{phase.words}，不能改为{to.words}，请|本轮{phase.words}，不能改为{to.words}，要"):
            check_move(phase, to)
