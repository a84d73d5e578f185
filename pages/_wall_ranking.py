"""How the hall screen draws a reveal and the ranking at its end. Markup only; sizes are hundredths of the height.

A line keeps its place while those above it are still to come: nothing moves unless a line is new. What does not fit
in three columns is not squeezed: the public board has all of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from hall.screen.reveal import Place
from hall.screen.wall import LINES, RankingWall, RevealWall
from pages._wall_stage import breadth

NARROW, WIDE = 124.0, 151.0  # what a screen of 4:3, of 8:5 and wider leaves between the margins, in hundredths of its height
COLUMNS = 3
SMALLEST = 2.5  # a fortieth of the height
LEAST = (3.1, 5.3, 7.9)  # the height of a row at the smallest type: its name in one line, in two, in three
BESIDE = -59.0  # what of it a list beside what is new does not have


def letters(height: float, share: float, most: float, width: float, broad: float, beyond: float) -> float:
    """The size at which a row of this width fits: the longest name is `broad` characters, what else grows with
    the letters `beyond`. The name stands in one line, or in more where rows are high; only where that is not enough are
    letters smaller than a fortieth of the height: a name is never cut."""
    fit = [min(most, max(SMALLEST, height * share), width / (broad + beyond))]
    fit += [min(most, height / (1.06 * lines), width / (broad / lines + 1 + beyond)) for lines in (2, 3)]
    return next((size for size in fit if size >= SMALLEST), max(fit))


def sizes(narrow: float, wide: float) -> str:
    """Of a `.list`: its letters on the narrower and on the wider screen."""
    return f"--narrow:{narrow:.2f}vh;--wide:{wide:.2f}vh"


def titled(words: str, width: float = NARROW) -> str:
    """A heading in one line."""
    size = max(SMALLEST, min(5.0, width / max(1.0, breadth(words))))
    return f'<div class="title" style="font-size:{size:.1f}vh">{escape(words)}</div>'


def revealed(wall: RevealWall) -> str:
    """After one step: what is new, large, beside what was revealed before it in the same list."""
    lot = f'<div class="quiet t34">{escape(wall.lot)}</div>' if wall.lot else ""
    if not wall.newest:
        version = '<div class="quiet t42">更正后的成绩</div>' if wall.version > 1 else ""
        return (f'<div class="main full">{version}<div class="name" style="font-size:12vh">{escape(wall.called)}</div>'
                f'<div class="quiet t42" style="margin-top:3vh">共{wall.ahead}家</div></div>')
    if len(wall.newest) > LINES:
        return f'<div class="main full">{lot}{titled(wall.called)}{_columns(wall.newest)}</div>'
    return (f'<div class="side ranked">{lot}{_newest(wall)}</div>'
            f'<div class="main ranked">{_so_far(wall)}</div>')


def _newest(wall: RevealWall) -> str:
    new = wall.newest
    if len(new) > 3 or not new[0].place:
        size = min(8.4, 50 / max(1, len(wall.called)))
        return (f'<div class="name" style="font-size:{size:.1f}vh">{escape(wall.called)}</div>'
                f'<div class="num" style="margin-top:2vh">{len(new)}<small>家</small></div>')
    longest = max(len(one.name) for one in new)
    size = min(8.4 if len(new) == 1 else 6.4, 52 / longest if longest <= 10 else 98 / longest)
    names = "<br>".join(escape(one.name) for one in new)
    totals = {one.total for one in new}
    number = _total(new[0].total) if len(totals) == 1 else ""
    return (f'<div class="quiet t42">{escape(wall.called)}</div>'
            f'<div class="name" style="font-size:{max(3.0, size):.1f}vh">{names}</div>{number}')


def _total(total: str) -> str:
    """The number that matters at a fifth of the height; words in its place are as large as fit."""
    size = min(20.0, 51 / _ems(total))
    return (f'<div class="num" style="margin-top:2vh;font-size:{size:.1f}vh">{escape(total)}</div>'
            f'<div class="quiet t34">总分</div>')


def _ems(words: str) -> float:
    """How wide a line is in its own size, a Latin letter or digit being about half a character."""
    return max(0.5, sum(0.5 if ch.isascii() else 1.0 for ch in words))


def _so_far(wall: RevealWall) -> str:
    """The newest lines marked, on top of those before them; room is kept for as many as are still to come."""
    seen = [*((one, True) for one in wall.newest), *((one, False) for one in wall.earlier)]
    shown = seen[:LINES]
    blanks = min(wall.ahead, LINES - len(shown))
    rows = [*['<div class="row">&nbsp;</div>'] * blanks, *(_place(one, new=new) for one, new in shown)]
    left_out = len(seen) - len(shown)
    more = f'<div class="quiet" style="font-size:2.5vh;margin-top:1vh">其后{left_out}家已揭晓</div>' if left_out else ""
    return _grid(rows, [one for one, _new in shown], 1, (84 if left_out else 88) / len(rows), less=BESIDE) + more


def ranking(wall: RankingWall) -> str:
    """The end of a reveal: who came first, and everybody's line."""
    rows = max((len(lines) for _name, lines in wall.lists), default=0)
    notes = [f'<div class="note">第{wall.version}版（更正）：{escape(wall.corrected)}</div>'] if wall.version > 1 else []
    notes += ['<div class="quiet t34" style="margin-top:1.5vh">其余名次不在大屏公布</div>'] if wall.kept_back else []
    note = "".join(notes)
    if len(wall.lists) == 1 and 0 < rows <= LINES:
        lines = wall.lists[0][1]
        first = [one for one in lines if one.place and one.place == lines[0].place]
        size = min(8.4, 52 / max((len(one.name) for one in first[:3]), default=1))
        tied = "并列" if len(first) > 1 else ""
        side = (f'<div class="quiet t42">{tied}第{escape(lines[0].place)}名</div>'
                f'<div class="name" style="font-size:{max(4.0, size):.1f}vh">'
                f'{"<br>".join(escape(one.name) for one in first[:3])}</div>'
                f'{_total(lines[0].total)}{note}') if first else f'<div class="name">成绩公布</div>{note}'
        return (f'<div class="side ranked">{side}</div>'
                f'<div class="main ranked">{_grid([_place(one) for one in lines], lines, 1, 88 / len(lines), less=BESIDE)}</div>')
    if len(wall.lists) <= 1:
        lines = wall.lists[0][1] if wall.lists else ()
        return f'<div class="main full">{titled("成绩排名")}{note}{_columns(lines, notes=len(notes))}</div>'
    columns = len(wall.lists)
    parts = "".join(
        f'<div style="min-width:0">{titled(name, NARROW / columns - 5)}{_columns(lines, len(notes), columns, rows)}</div>'
        for name, lines in wall.lists)
    return (f'<div class="main full">{note}<div style="display:grid;gap:5vh;align-items:start;margin-top:{len(notes)}vh;'
            f'grid-template-columns:repeat({columns},minmax(0,1fr))">{parts}</div></div>')


def _columns(lines: tuple[Place, ...], notes: int = 0, beside: int = 1, longest: int = 0) -> str:
    """A long list: in up to three columns, or in one `beside` others (`longest`: the lines of the longest of them).
    What does not fit is counted."""
    room = 76.0 - 6.5 * notes
    columns, most = _layout(lines, room, beside)
    rows = min(most, max(longest, math.ceil(len(lines) / columns)))
    shown = lines[:rows * columns]
    left_out = len(lines) - len(shown)
    more = f'<div class="quiet" style="font-size:2.5vh;margin-top:.6vh">另有{left_out}家，见公开看板</div>' if left_out else ""
    if not shown:
        return more
    high = min(7.0, room / rows) if beside == 1 else min(9.0, room / rows)
    return _grid([_place(one, points=columns * beside < COLUMNS) for one in shown], shown, columns, high, beside) + more


def _layout(lines: tuple[Place, ...], room: float, beside: int) -> tuple[int, int]:
    """(columns, rows that fit in each): as usual where every name is whole then, else whatever shows the most whole ones."""
    usual = 1 if beside > 1 else min(COLUMNS, math.ceil(len(lines) / LINES) or 1)
    ways = []
    for columns in range(usual, 0, -1):
        width, broad, beyond = _measures(lines, columns * beside)
        ways += [(columns, int(room // height)) for n, height in enumerate(LEAST, 1)
                 if (broad / n + (n > 1) + beyond) * SMALLEST <= width]
    return max(ways, key=lambda way: min(len(lines), way[0] * way[1]), default=(usual, int(room // LEAST[1])))


def _measures(lines: Sequence[Place], parts: int, whole: float = NARROW) -> tuple[float, float, float]:
    """Of a row in one of so many columns side by side: what letters have of its width, and for `letters` broad and beyond."""
    aside = max((6.6 * bool(one.tied and one.place) + (len(one.why) * 2.5 + 1.6) * bool(one.why) for one in lines),
                default=0.0)
    gaps, beside = (6.2, 5.4) if parts < COLUMNS else (3.6, 2.3)  # with the points at the end of a row, and without
    beyond = max((_ems(one.total) for one in lines), default=0.0) + beside
    return ((whole - 5 * (parts - 1)) / parts - gaps - aside, max((breadth(one.name) for one in lines), default=0.0), beyond)


def _grid(rows: list[str], lines: Sequence[Place], columns: int, height: float, beside: int = 1, less: float = 0.0) -> str:
    """Rows in so many columns; `beside`: lists that share the width with this one."""
    high = math.ceil(len(rows) / columns) or 1
    height = min(10.0, height)
    narrow, wide = (letters(height, .6, 5.0, *_measures(lines, columns * beside, whole + less)) for whole in (NARROW, WIDE))
    return (f'<div class="list" style="grid-template-rows:repeat({high},{height:.2f}vh);grid-template-columns:'
            f'repeat({columns},minmax(0,1fr));{sizes(narrow, wide)}">{"".join(rows)}</div>')


def _place(one: Place, *, new: bool = False, points: bool = True) -> str:
    tie = '<span class="tie">并列</span>' if one.tied and one.place else ""
    why = f'<span class="tie">{escape(one.why)}</span>' if one.why else ""
    tone = "#7BD09A" if one.points.startswith("+") else "#FF8A80" if one.points else ""
    booked = f"{escape(one.points)}分" if one.points else ""
    last = f'<span class="pts" style="color:{tone}">{booked}</span>' if points else ""
    return (f'<div class="row{" new" if new else ""}"><span class="n">{escape(one.place)}</span>'
            f'<span class="who">{escape(one.name)}</span>{tie}{why}<span class="tot">{escape(one.total)}</span>{last}</div>')
