"""How the hall screen is drawn: every size in hundredths of the screen's height, nothing below 2.5 of them.

Markup only. What is shown is decided in `hall.screen.wall`; names and sentences are escaped here.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from html import escape

from hall.moment.snapshot import Snapshot
from hall.screen.wall import AgendaWall, BallotWall, RankingWall, RevealWall, Wall, left_words, period_words
from hall.screen.wall_stage import Face, SegmentWall, StageWall, face
from hall.stage.console import AgendaRow, GroupTurnout, State
from office.prints.badges import qr_svg
from pages._wall_clock import CLOCK_CSS, place_of, stopped
from pages._wall_ranking import NARROW, WIDE, letters, ranking, revealed, sizes, titled
from pages._wall_stage import STAGE_CSS, breadth, named, segment, stage

TONES = {State.WAITING: "#8B949E", State.SPOKEN: "#B6BFC9", State.POSTPONED: "#E3B341", State.ON_STAGE: "#F2F4F7",
         State.VOTING: "#6FB1F0", State.CLOSED: "#E3B341", State.VOID: "#FF8A80", State.PUBLISHED: "#7BD09A"}
BARS = ("#6FB1F0", "#E0A458", "#7BD09A", "#B79AE0", "#E3B341", "#9AA4AF")

CSS = """<style>
.stApp,.stAppViewContainer,.stMain,html,body{background:#101418!important;overflow:hidden!important}
header,.stAppHeader,.stToolbar,[data-testid="stDecoration"],[data-testid="stStatusWidget"],
[data-testid="stConnectionStatus"],[data-testid="stToolbar"],[data-testid="stHeader"]{display:none!important}
.stMainBlockContainer{padding:0!important;max-width:none!important}
.stDialog{display:none!important}
.stApp:not([data-test-connection-state=CONNECTED])::after{content:"▲ 与服务器断开，正在重连";position:fixed;bottom:1.1vh;left:50%;
 transform:translateX(-50%);z-index:20;font-size:3.2vh;font-weight:600;padding:0 2vh;background:#E3B341;color:#101418;
 border-radius:.5vh;opacity:0;animation:lt-lost 0s 3s forwards}
@keyframes lt-lost{to{opacity:1}}
.stElementContainer,[data-stale="true"]{opacity:1!important;transition:none!important}
.w{position:fixed;inset:0;background:#101418;color:#F2F4F7;padding:4vh 4.5vh 0;overflow:hidden;line-height:1.2;
 font-family:'PingFang SC','HarmonyOS Sans SC','MiSans','Microsoft YaHei','Noto Sans CJK SC',sans-serif;
 font-variant-numeric:tabular-nums;font-size:3vh}
.w *{box-sizing:border-box}
.w .foot{position:absolute;left:4.5vh;right:4.5vh;bottom:1.1vh;font-size:2.5vh;line-height:1.1;color:#8B949E;display:flex;
 gap:4vh;justify-content:space-between;align-items:flex-end}
.w .foot span:first-child{flex:none;max-width:60%}
.w .foot span:last-child{text-align:right;overflow:hidden;display:-webkit-box;-webkit-line-clamp:2;
 -webkit-box-orient:vertical;text-wrap:balance}
.w .foot .mark{flex:none;align-self:flex-end;font-size:3.2vh;line-height:1.25;color:#101418;background:#E3B341;
 padding:0 2vh;border-radius:.5vh}
.w.still{box-shadow:inset 0 0 0 .7vh #E3B341}
.w .ranked.side{width:53vh}.w .ranked.main{left:59vh}
.w .side{position:absolute;left:4.5vh;top:4vh;bottom:7vh;width:46vh;display:flex;flex-direction:column;
 justify-content:center}
.w .main{position:absolute;left:54vh;right:4.5vh;top:4vh;bottom:7vh;display:flex;flex-direction:column;
 justify-content:center}
.w .full{left:4.5vh}
.w .title{font-size:5vh;font-weight:700;margin-bottom:2vh;overflow-wrap:anywhere}
.w .quiet{color:#B6BFC9}
.w .num{font-size:20vh;font-weight:700;line-height:1.05;letter-spacing:-.02em}
.w .num small{font-size:5vh;font-weight:500;letter-spacing:0;color:#B6BFC9}
.w .name{font-size:8.4vh;font-weight:700;line-height:1.15}
.w .t34{font-size:3.4vh}.w .t42{font-size:4.2vh}
.w .note{font-size:3.4vh;color:#E3B341;margin-top:2vh}
.w .list{display:grid;grid-auto-flow:column;column-gap:5vh;font-size:var(--narrow)}
@media (min-aspect-ratio:8/5){.w .list{font-size:var(--wide)}}
.w .row{display:flex;align-items:center;gap:1.6vh;border-bottom:1px solid #2B323A;white-space:nowrap;min-width:0}
.w .row.next,.w .row.new{background:#1B232C;outline:.3vh solid #F2F4F7;outline-offset:-.3vh;border-radius:.6vh}
.w .row .n{width:2.2em;text-align:right;color:#B6BFC9;flex:none}
.w .row .who{flex:1;min-width:0;font-weight:600;white-space:normal;overflow-wrap:anywhere;line-height:1.05;
 text-wrap:balance}
.w .row .st{flex:none;font-size:2.8vh;padding-right:1vh}
.w .row .tot{flex:none;font-weight:700;text-align:right}
.w .row .pts{flex:none;width:3.2em;text-align:right;font-size:max(2.5vh,.8em);color:#B6BFC9;padding-right:1.2vh}
.w .row .tie{flex:none;font-size:2.5vh;color:#E3B341;font-weight:500}
.w .head{position:absolute;left:4.5vh;top:3.6vh;right:46vh}
.w .big{position:absolute;left:4.5vh;top:24vh;right:46vh;height:28vh}
.w .code{position:absolute;right:4.5vh;top:4vh;width:38vh;text-align:center}
.w .code img{display:block;width:38vh;height:38vh;background:#fff;border-radius:.8vh}
.w .code b{display:block;font-size:3.7vh;margin-top:1.4vh;white-space:nowrap}
.w .code span{display:block;font-size:2.5vh;color:#B6BFC9;margin-top:.6vh;white-space:nowrap}
.w .lamp{margin-top:6vh;font-size:9vh;font-weight:700;color:#E3B341;white-space:nowrap}
.w .bars{position:absolute;left:4.5vh;right:4.5vh;bottom:7.5vh;height:36vh;display:flex;flex-direction:column;
 justify-content:space-around}
.w .bar{display:flex;align-items:center;gap:2.4vh}
.w .bar .g{flex:none;font-weight:600;line-height:1.15;overflow-wrap:anywhere}
.w .bar .track{flex:1;background:#252C34;border-radius:.5vh;overflow:hidden}
.w .bar .fill{height:100%}
.w .bar .v{flex:none;width:33vh;text-align:right;white-space:nowrap;font-size:2.8vh;color:#B6BFC9}
.w .bar .v b{font-size:1.9em;color:#F2F4F7;font-weight:700}
</style>""" + STAGE_CSS + CLOCK_CSS

def draw(wall: Wall, snapshot: Snapshot, address: str | None, frozen_at: datetime | None = None) -> str:
    """The whole screen as one piece of markup: the same values, the same bytes. A frozen one has its clock in it."""
    body = {AgendaWall: _agenda, StageWall: stage, SegmentWall: segment, RankingWall: ranking,
            RevealWall: revealed}.get(type(wall))
    inner = body(wall) if body else _ballot(wall, address)  # type: ignore[arg-type, operator]
    mark = _mark("■ 画面已冻结") if frozen_at is not None else ""
    if isinstance(wall, RevealWall | RankingWall) and wall.rehearsal:
        mark += _mark("◆ 排练，不是成绩")
    if isinstance(wall, BallotWall) and wall.closes_at is not None and frozen_at is not None:
        inner += stopped(Face(label="", figures=left_words(wall, frozen_at), tone="calm"), "at-ballot")
    if isinstance(wall, SegmentWall) and wall.clock is not None and (frozen_at is not None or wall.clock.runs_out_at is None):
        inner += stopped(face(wall.clock, frozen_at), place_of(wall))
    sitting = snapshot.sitting
    foot = f"<span>{escape(sitting.title)} · {escape(period_words(sitting.period))}</span>{mark}" \
           f"<span>{escape(sitting.note)}</span>"
    return f'<div class="w{" still" if mark else ""}">{inner}<div class="foot">{foot}</div></div>'


def _mark(words: str) -> str:
    return f'<b class="mark">{words}</b>'


def notice(words: str) -> str:
    return f'<div class="w"><div class="main full"><div class="t42">{escape(words)}</div></div></div>'


def _agenda(wall: AgendaWall) -> str:
    others = f"另有{wall.others}家不上台，只参加测评" if wall.others else ""
    here = sum(one.state is not State.POSTPONED for one in wall.rows)
    of = f"共{wall.of}家" if wall.of > here else ""
    words = "　".join(part for part in (wall.note or others, of) if part)
    note = f'<div class="note">{escape(words)}</div>' if words else ""
    rows = math.ceil(len(wall.rows) / wall.columns) or 1
    alone = wall.columns == 1
    height = min(12.0, (88 if alone else 70 if words else 78) / rows)
    longest = max((breadth(one.name) for one in wall.rows), default=0.0)
    narrow, wide = (letters(height, .56, 4.6, (whole - 5 * (wall.columns - 1)) / wall.columns - 19, longest, 2.4)
                    for whole in ((NARROW - 54, WIDE - 54) if alone else (NARROW, WIDE)))
    lines = "".join(_agenda_row(one, one == wall.next) for one in wall.rows)
    table = (f'<div class="list" style="grid-template-rows:repeat({rows},{height:.2f}vh);grid-template-columns:'
             f'repeat({wall.columns},minmax(0,1fr));{sizes(narrow, wide)}">{lines}</div>')
    if not alone:
        called = f"下一家：第{wall.next.position}家　{wall.next.name}" if wall.next else f"已打分{wall.done}家"
        return f'<div class="main full">{titled(called)}{note}{table}</div>'
    if wall.next is not None:
        side = (f'<div class="quiet t42">下一家</div>'
                f'<div class="num"><small>第</small>{wall.next.position}<small>家</small></div>'
                f'{named(wall.next.name)}'
                f'<div class="quiet t34">{escape(wall.next.presenter)}</div>')
    else:
        side = f'<div class="quiet t42">已打分</div><div class="num">{wall.done}<small>家</small></div>'
    return f'<div class="side">{side}{note}</div><div class="main">{table}</div>'


def _agenda_row(one: AgendaRow, following: bool) -> str:
    return (f'<div class="row{" next" if following else ""}"><span class="n">{one.position or "–"}</span>'
            f'<span class="who">{escape(one.name)}</span>'
            f'<span class="st" style="color:{TONES[one.state]}">{one.state.shape} '
            f'{"下一家" if following and one.state is State.WAITING else one.state.words}</span></div>')


def _ballot(wall: BallotWall, address: str | None) -> str:
    broad = max(1.0, breadth(wall.name))
    size = max(min(9.5, 80 / broad), min(6.5, 160 / (broad + 2)))  # in one line, or in two
    head = (f'<div class="head"><div class="quiet t34">{escape(wall.heading)}</div>'
            f'<div class="name" style="font-size:{size:.1f}vh">{escape(wall.name)}</div></div>')
    if wall.open and wall.closes_at is not None:
        big = f'<div class="big"><div style="height:23vh"></div>{_left_words(wall)}{_steps(wall)}</div>'
    else:
        words = "正在收最后的票" if wall.collecting else "打分中，请尽快提交" if wall.open else "最终投票数"
        big = (f'<div class="big"><div class="num">{wall.voted}<small> / {wall.due} 已投</small></div>'
               f'<div class="quiet t34">{words}</div>{_steps(wall)}</div>')
    if wall.collecting:
        code = '<div class="code"><div class="lamp">■ 已截止</div><div class="t42">正在收票</div></div>'
    elif not wall.open:
        code = '<div class="code"><div class="lamp">■ 已截止</div></div>'
    elif address is None:
        code = '<div class="code"><div style="height:12vh"></div><b>请扫描胸牌二维码打分</b></div>'
    else:
        code = (f'<div class="code"><img alt="" src="{_qr(address + "/b")}"><b>请扫描胸牌二维码打分</b>'
                f'<span>扫过胸牌的手机，也可以扫这里</span></div>')
    height = min(7.0, 26 / max(1, len(wall.groups)))
    label = group_label([one.name for one in wall.groups])
    bars = "".join(_bar(one, BARS[n % len(BARS)], height, label) for n, one in enumerate(wall.groups))
    return f'{head}{big}{code}<div class="bars">{bars}</div>'


def _left_words(wall: BallotWall) -> str:
    if wall.closing:
        return '<div class="t34" style="color:#E3B341">▲ 马上截止，请立即提交</div>'
    return '<div class="quiet t34">距离截止</div>'


def _steps(wall: BallotWall) -> str:
    """Why the number of a secret group stands still for a while."""
    notes = dict.fromkeys(f"{one.name}：{one.note}" for one in wall.groups if one.note)
    return f'<div class="quiet" style="font-size:2.5vh">{escape("　".join(notes))}</div>' if notes else ""


def group_label(names: Sequence[str]) -> tuple[float, float]:
    """(width, letters) of the names beside their bars: as large as the longest fits, in as many lines as a bar leaves room
    for; the bars give way to it, down to a third of the narrower screen."""
    room, longest = 36 / max(1, len(names)), max(map(breadth, names), default=0)
    for most, width, least in ((2, 27.0, 3.2), (2, 36.0, 2.9), (2, 45.0, 2.5), (9, 45.0, 2.5)):
        for size in (4.0, 3.7, 3.4, 3.2, 2.9, 2.7, 2.5):
            lines = 1 if longest * size <= width else math.ceil(longest * size / (width - size))
            if size >= least and lines <= most and lines * size * 1.15 <= room:
                return width, size
    return 45.0, 2.5


def _bar(one: GroupTurnout, colour: str, height: float, label: tuple[float, float]) -> str:
    share = min(100, 100 * one.voted // one.due) if one.due else 0
    digits = len(f"{one.voted}{one.due}")
    size = max(2.5, min(height * .42, 33 / (5.5 + 1.1 * digits)))  # the numbers are nearly twice as large as the words
    return (f'<div class="bar"><span class="g" style="width:{label[0]:.0f}vh;font-size:{label[1]:.1f}vh">{escape(one.name)}</span>'
            f'<span class="track" style="height:{height:.1f}vh"><span class="fill" style="display:block;width:{share}%;'
            f'background:{colour}"></span></span><span class="v" style="font-size:{size:.2f}vh">'
            f'已投 <b>{one.voted}</b> / 应投 <b>{one.due}</b></span></div>')


@lru_cache(maxsize=8)
def _qr(link: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(qr_svg(link).encode()).decode()
