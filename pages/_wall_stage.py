"""How the hall screen is drawn while somebody is on stage: the unit, and the segment that goes on. Markup only.

Sizes are in hundredths of the screen's height; the narrower screen is 4:3. Sentences are set as large as they fit.
"""

from __future__ import annotations

import math
from dataclasses import replace
from html import escape

from hall.screen.wall_stage import Point, Said, SegmentWall, StageWall

STAGE_CSS = """<style>
.w .p{padding:1.5vh 0 1.4vh 2.4vh;border-left:.5vh solid #3A444F;margin:1.2vh 0}
.w .main{--size:var(--narrow,1)}
@media (min-aspect-ratio:8/5){.w .main{--size:var(--wide,1)}}
.w .p b{display:block;font-weight:600;font-size:calc(4.6vh*var(--size))}
.w .p i{display:block;font-style:normal;color:#B6BFC9;margin-top:.5vh;font-size:max(2.5vh,2.9vh*var(--size))}
.w .p u{display:block;text-decoration:none;margin-top:.6vh;font-size:max(2.5vh,3.1vh*var(--size))}
.w .before{font-size:3vh;line-height:1.4;color:#E0A458;margin-top:2.4vh}
.w .side.top{justify-content:flex-start}
.w .on{font-size:5vh;font-weight:700;margin-top:3vh;color:#F2F4F7}
.w .hall{position:absolute;left:4.5vh;right:4.5vh;top:0;bottom:7vh;display:flex;flex-direction:column;
 justify-content:center;align-items:center;text-align:center}
.w .hall.clocked{bottom:42vh}
.w .hall b{font-weight:700;line-height:1.2}
.w .ask{position:absolute;left:4.5vh;right:4.5vh;top:4vh;bottom:24vh;display:flex;flex-direction:column}
.w .ask .who{font-size:5vh;font-weight:600;color:#E0A458;margin:2.4vh 0 1.6vh}
.w .ask .q{font-weight:700;line-height:1.3;overflow-wrap:anywhere}
.w .said{display:flex;gap:2vh;padding:1.6vh 0;border-bottom:1px solid #2B323A}
.w .said .k{flex:none;align-self:flex-start;padding:0 1.4vh;border-radius:.5vh;color:#101418;background:#E3B341;font-weight:700}
.w .said .k.task{background:#6FB1F0}
.w .said i{display:block;font-style:normal;color:#B6BFC9;font-size:max(2.5vh,.75em);margin-top:.4vh}
</style>"""


def stage(wall: StageWall) -> str:
    side = (f'<div class="num"><small>第</small>{wall.position}<small>家 / 共{wall.total}家</small></div>'
            f'{named(wall.name)}<div class="quiet t34">{escape(wall.presenter)}</div>')
    side += f'<div class="note">{escape(wall.note)}</div>' if wall.note else ""
    side += _before(wall.last_time)
    return f'<div class="side">{side}</div>{_points(wall.points)}'


def segment(wall: SegmentWall) -> str:
    """The segment that goes on; its clock is drawn over it."""
    if wall.question is not None:
        return _question(wall)
    if not wall.name or wall.kind in ("film", "viewing", "announcement"):
        return _title(wall)
    clock = wall.clock is not None
    side = (f'<div class="quiet t42">第{wall.position}家 / 共{wall.total}家</div>'
            f'{named(wall.name)}<div class="quiet t34">{escape(wall.presenter)}</div>'
            f'<div class="on">◆ {escape(wall.title)}</div>{_before(wall.last_time)}')
    main = _said(wall.said) if wall.kind == "comment" else _points(wall.points)
    return f'<div class="side{" top" if clock else ""}">{side}</div>{main}'


def named(name: str) -> str:
    """A name in two lines beside what is said, or fewer."""
    return f'<div class="name" style="font-size:{max(3.2, min(8.4, 84 / (breadth(name) + 1))):.1f}vh">{escape(name)}</div>'


def _before(words: str) -> str:
    """What was promised last time, beside what is promised now."""
    return f'<div class="before">{escape(words)}</div>' if words else ""


def _title(wall: SegmentWall) -> str:
    """A film, a viewing, an announcement: its name, and whose it is."""
    size = min(14.0, 118 / max(1, len(wall.title)))
    about = (f'<div class="quiet t42">第{wall.position}家 / 共{wall.total}家</div>{named(wall.name)}'
             if wall.name else "")
    return (f'<div class="hall{" clocked" if wall.clock is not None else ""}">{about}'
            f'<b style="font-size:{size:.1f}vh">{escape(wall.title)}</b></div>')


def _question(wall: SegmentWall) -> str:
    """The question as large as it fits on the narrower screen."""
    assert wall.question is not None
    asked = wall.question
    size = next((size for size in (9.0, 8.2, 7.4, 6.6, 5.8, 5.2, 4.6, 4.0, 3.6, 3.2, 2.8)
                 if _lines(asked.text, size, 122) * size * 1.3 <= 54), 2.6)
    who = "　".join(part for part in ("追问" if asked.follow_up else "", asked.group, asked.asker) if part)
    return (f'<div class="ask"><div class="quiet t42">第{wall.position}家　{escape(wall.name)}　◆ {escape(wall.title)}</div>'
            f'<div class="who">{escape(who)}</div><div class="q" style="font-size:{size:.1f}vh">{escape(asked.text)}</div></div>')


def _said(lines: tuple[Said, ...]) -> str:
    """Problems and tasks named so far; when they are too many for the screen, the newest."""
    if not lines:
        return '<div class="main"><div class="quiet t42">正在点评</div></div>'
    size = next((size for size in (4.6, 4.2, 3.8, 3.4, 3.0) if _tall(lines, size) <= 84), 3.0)
    shown = lines
    while len(shown) > 1 and _tall(shown, size) > 84:
        shown = shown[1:]
    left_out = f'<div class="quiet" style="font-size:2.6vh">前面另有{len(lines) - len(shown)}条</div>' \
        if len(shown) < len(lines) else ""
    return (f'<div class="main">{left_out}<div style="font-size:{size:.1f}vh">' + "".join(
        f'<div class="said"><span class="k{" task" if one.kind == "任务" else ""}">{one.kind}</span><span>{escape(one.text)}'
        f'{f"<i>{escape(one.about)}</i>" if one.about else ""}</span></div>' for one in shown) + "</div></div>")


def _tall(lines: tuple[Said, ...], size: float) -> float:
    small = max(2.5, .75 * size)
    return sum(3.4 + _lines(one.text, size, 60) * 1.2 * size + (_lines(one.about, small, 60) * 1.2 * small if one.about else 0)
               for one in lines)


def _points(points: tuple[Point, ...]) -> str:
    shown = _fitting(points)
    scales = f"--narrow:{_scale(shown, 69) or 0.64};--wide:{_scale(shown, 113) or 0.64}"
    drawn = "".join(_point(n, one) for n, one in enumerate(shown, 1))
    return f'<div class="main" style="{scales}">{drawn or _nothing_stated()}</div>'


def _nothing_stated() -> str:
    return '<div class="quiet t42">本单位没有填报不足与承诺</div>'


def _point(n: int, one: Point) -> str:
    promises = "".join(f"<u>承诺：{escape(words)}</u>" for words in one.promises)
    change = f"<i>{escape(one.change)}</i>" if one.change else ""
    return f'<div class="p"><b>{n}　{escape(one.text)}</b>{change}{promises}</div>'


def _fitting(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """What fits on the narrower (4:3) screen: all of it, else without the figures, else in brief."""
    without_figures = tuple(replace(one, change="") for one in points)
    in_brief = tuple(
        replace(one, promises=(f"{one.promises[0]}　另有{len(one.promises) - 1}项",))
        if len(one.promises) > 1 else one for one in without_figures)
    return next((shown for shown in (points, without_figures) if _scale(shown, 69) is not None), in_brief)


def _scale(points: tuple[Point, ...], width: float) -> float | None:
    """How large the sentences may be on a line of this width; None when not even the smallest fits."""
    return next((scale for scale in (1.4, 1.3, 1.2, 1.1, 1.0, 0.92, 0.86, 0.8, 0.72, 0.64)
                 if sum(_height(one, scale, width) for one in points) <= 86), None)


def _height(one: Point, scale: float, width: float) -> float:
    """About how many hundredths of the screen's height one point takes; the sizes are those of the style above."""
    text, change, promise = 4.6 * scale, max(2.5, 2.9 * scale), max(2.5, 3.1 * scale)
    return (5.5 + _lines("1　" + one.text, text, width) * 1.2 * text
            + (_lines(one.change, change, width) * 1.2 * change + 0.5 if one.change else 0)
            + sum(_lines("承诺：" + words, promise, width) * 1.2 * promise + 0.6 for words in one.promises))


def _lines(words: str, size: float, width: float) -> int:
    """Lines of a sentence set in this size, a Latin letter or digit being about six tenths of a character wide."""
    return math.ceil(breadth(words) * size / width)


def breadth(words: str) -> float:
    return sum(0.6 if ch.isascii() else 1.0 for ch in words)
