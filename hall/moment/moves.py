"""What hosts do to the stage and to rounds, as the record tells it: who moved last, in words, and whether a press is stale.

Every press of a host's console carries the last move that it was drawn with (`LastMove.id`, 0 before the first). A
press that comes after another one is refused with what has happened meanwhile: two consoles cannot contradict each
other. Nothing here draws or decides what comes next.
"""

from __future__ import annotations

from collections.abc import Mapping

from db.reads import segments as reads
from db.reads import sittings
from db.stage_values import LastMove
from db.values import Sitting
from db.work import Work
from office.local_time import clock_time
from office.refusal import Overtaken

BEGIN, END, PAUSE, RESUME, MORE, UNDO = "开始环节", "结束环节", "暂停计时", "继续计时", "加时", "撤销上一步"
SHOW, OPEN, CLOSE, VOID, PUBLISH = "大屏切换", "开始打分", "截止打分", "作废重投", "公布成绩"
HOST_MOVES = (SHOW, OPEN, "宣布截止", "延时", CLOSE, "补收路上的票", VOID, "抽签定序", "调整次序", "延到补场", "收回延期", BEGIN, END,
              PAUSE, RESUME, MORE, UNDO, PUBLISH)
_SHOWN = {"agenda": "大屏切到议程", "ranking": "大屏切到排名"}


def move_words(move: LastMove, names: Mapping[str, str]) -> str:
    """`开始现场提问（乐清市）`; `names` of the targets by key."""
    said = move.detail
    shown = said.get("target") or said.get("targets") or ()
    keys = [str(one) for one in shown] if isinstance(shown, list) else [str(shown)] if shown else []
    about = f"（{names.get(keys[0], keys[0])}{f'等{len(keys)}家' if len(keys) > 1 else ''}）" if keys else ""
    if move.action == SHOW:
        return f"请{names.get(keys[0], keys[0])}上台" if keys else _SHOWN.get(str(said.get("shows")), move.action)
    if move.action in (BEGIN, END):
        return f"{move.action[:2]}{said.get('segment', '')}{about}"
    if move.action == UNDO:
        return f"撤销了“{said.get('undone', '')}”"
    return f"{move.action}{about}"


def short_words(move: LastMove) -> str:
    """`开始现场提问`, `上台`: for a key."""
    if move.action == SHOW:
        return "上台" if move.detail.get("target") else "大屏切换"
    return f"{move.action[:2]}{move.detail.get('segment', '')}" if move.action in (BEGIN, END) else move.action


def who_and_when(move: LastMove, names: Mapping[str, str]) -> str:
    """`主持人甲 10:31:05 开始打分（乐清市）`."""
    return f"{move.by} {clock_time(move.at)} {move_words(move, names)}"


def id_of(move: LastMove | None) -> int:
    return 0 if move is None else move.id


def refuse_if_passed(w: Work, sitting: Sitting, seen: int | None) -> LastMove | None:
    """Under the sitting's lock: the move that the press was drawn with is still the last one, or it is refused in words.

    None asks nothing: the command line and the clock look at what is stored, not at a screen.
    """
    newest = reads.last_move(w.c, sitting.id, HOST_MOVES)
    if seen is not None and id_of(newest) != seen:
        if newest is None:
            raise Overtaken("这个场次刚刚变动，请看清后再操作。")
        names = {one.key: one.name for one in sittings.targets(w.c, sitting.id)}
        raise Overtaken(f"{newest.by}已在{clock_time(newest.at)}{move_words(newest, names)}。请看清后再操作。")
    return newest
