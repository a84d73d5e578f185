"""How the host's console is drawn: agenda, stage, turnout. Markup only; what it says is decided in `hall.stage.console`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from hall.moment.readiness import GroupReady
from hall.moment.snapshot import TargetCard
from hall.outcome.signing import Flag
from hall.stage.awaited import Awaited
from hall.stage.console import AgendaRow, GroupTurnout, Onstage, State, clock_words
from hall.stage.next_step import EVERYBODY_IN, limit_words
from pages._items import link

TONES = {State.WAITING: "#5B6570", State.SPOKEN: "#1F4E79", State.POSTPONED: "#7A4A0F", State.ON_STAGE: "#1F2328",
         State.VOTING: "#1F4E79", State.CLOSED: "#7A4A0F", State.VOID: "#B3261E", State.PUBLISHED: "#1E7F4F"}
AGENDA_LINES = 13
BARS = ("#1F4E79", "#9A5B13", "#2F6B4F", "#6A4C93", "#5B6570")

CSS = """<style>
.stMainBlockContainer{padding:4rem 1.6rem .5rem!important}
.c-about{white-space:nowrap;overflow:hidden;text-overflow:ellipsis;margin:0!important}
.stMainBlockContainer .stVerticalBlock{gap:.5rem}
.stMainBlockContainer .stHorizontalBlock{gap:.5rem 1rem}
.stMainBlockContainer .st-key-segments,.stMainBlockContainer .stHorizontalBlock .stHorizontalBlock{gap:.5rem}
h1{font-size:1.35rem!important;padding:0 0 .2rem!important}
.c-agenda{list-style:none;margin:0!important;padding:0!important;font-size:.95rem;line-height:1.3}
.c-agenda li{display:flex;flex-wrap:wrap;gap:0 .5rem;align-items:center;margin:0!important;padding:.42rem .5rem;
 border-bottom:1px solid #D9DDE3}
.c-agenda .n{width:1.6em;text-align:right;color:#4A525C}
.c-agenda .who{flex:1 1 4em;min-width:0;overflow-wrap:anywhere}
.c-agenda .st{white-space:nowrap;font-size:.85rem;margin-left:auto}
.c-agenda .here{background:#F5F6F8;font-weight:700;box-shadow:inset 3px 0 0 #1F2328}
.c-agenda .after{font-size:.8rem;color:#4A525C;white-space:nowrap}
.c-stage{display:flex;justify-content:space-between;align-items:flex-end;gap:1rem;min-height:5.2rem}
.c-stage .name{font-size:1.9rem;font-weight:700;line-height:1.2}
.c-stage .sub{color:#4A525C}
.c-clock{font-size:2.6rem;font-weight:700;line-height:1;text-align:right;white-space:nowrap}
.c-clock small{display:block;font-size:.85rem;font-weight:400;color:#4A525C;margin-bottom:.2rem}
.c-clock.late,.c-clock.over,.c-clock.late small,.c-clock.over small{color:#B3261E}
.c-clock.warning,.c-clock.warning small{color:#8A5A12}
.c-clock.over,.c-clock.warning{font-weight:800}
.c-clock.paused{color:#4A525C}
.c-last{margin:0!important;min-height:2.9em;max-height:4.2em;overflow-y:auto;line-height:1.4;font-size:.92rem;
 display:flex;align-items:center}
.c-agenda-box{max-height:calc(100vh - 14.5rem);overflow-y:auto}
.c-folded summary{padding:.3rem .5rem;cursor:pointer;font-size:.85rem;color:#4A525C}
.st-key-segments button,.st-key-undo button{min-height:40px;padding:.1rem .7rem}
.c-said{max-height:15rem;overflow-y:auto;border:1px solid #D9DDE3;border-radius:6px;padding:.3rem .8rem;font-size:.92rem}
.c-said summary{padding:.45rem 0;cursor:pointer;font-weight:600}
.c-said ol,.c-said ul{margin:.1rem 0 .5rem;padding-left:1.4rem}
.c-said li{margin:.15rem 0}
.c-said i{font-style:normal;color:#4A525C}
.c-group{margin:0 0 .8rem}
.c-group .top{display:flex;justify-content:space-between;align-items:baseline;gap:.6rem}
.c-group .top span:last-child{flex:none}
.c-group .top b{font-size:1.35rem}
.c-bar{height:.8rem;border:1px solid #767E88;border-radius:3px;background:#fff;overflow:hidden}
.c-bar div{height:100%}
.c-group .small{font-size:.82rem;color:#4A525C;margin-top:.15rem}
.c-side{display:flex;flex-direction:column;max-height:calc(100vh - 12.6rem)}
.c-lists{overflow-y:auto;min-height:5rem;font-size:.88rem;line-height:1.45}
.c-way{margin:0 0 .6rem;padding:.3rem .6rem;background:#F5F6F8;border-left:3px solid #8A5A12}
.c-lists .lt-note{margin:0 0 .2rem}
.st-key-undo button p{white-space:normal;overflow:visible}
@media (max-width:1000px){.c-about{white-space:normal}}
.st-key-step button{min-height:60px}
.st-key-step button p{font-size:1.3rem;font-weight:600}
</style>"""


def agenda(rows: Sequence[AgendaRow], others: int = 0, *, collecting: bool = False) -> str:
    """Who is called, in order; a long list is folded around the one on stage, and who only takes part in the ballot
    is counted below it."""
    at = next((n for n, row in enumerate(rows) if row.here or row.next), 0)
    first = max(0, min(at - 4, len(rows) - AGENDA_LINES)) if len(rows) > AGENDA_LINES else 0
    last = first + AGENDA_LINES
    lines = "".join(_agenda_row(row, collecting) for row in rows[first:last])
    before = _folded(f"前面{first}家", rows[:first], collecting)
    after = _folded(f"后面{len(rows) - last}家", rows[last:], collecting)
    more = f'<p class="lt-note" style="margin:.4rem .5rem">另有{others}家不上台，只参加测评</p>' if others else ""
    return f'<div class="c-agenda-box">{before}<ol class="c-agenda">{lines}</ol>{after}{more}</div>'


def _folded(words: str, rows: Sequence[AgendaRow], collecting: bool) -> str:
    lines = "".join(_agenda_row(row, collecting) for row in rows)
    return f'<details class="c-folded"><summary>{words}</summary><ol class="c-agenda">{lines}</ol></details>' if rows else ""


def _agenda_row(row: AgendaRow, collecting: bool) -> str:
    notes = [words for words, holds in (("下一家", row.next), ("代为发言", bool(row.substitute)), ("单列", row.apart),
                                        ("不上台", not row.speaks)) if holds]
    marks = "".join(f"<span class=after>{words}</span>" for words in notes)
    return (f'<li class="{"here" if row.here else ""}"><span class="n">{row.position or "–"}</span>'
            f'<span class="who">{escape(row.name)}</span>{marks}<span class="st">{_state(row.state, collecting)}</span></li>')


def _state(state: State, collecting: bool, more: str = "") -> str:
    """Shape, word and colour; an open round whose phones are frozen is not called 打分中."""
    frozen = collecting and state is State.VOTING
    shown = State.CLOSED if frozen else state
    return f'<span style="color:{TONES[shown]}">{shown.shape} {f"{more}正在收票" if frozen else shown.words}</span>'


def stage(here: Onstage, on_screen: str) -> str:
    """Who is on stage, what the hall sees, and the clock: of the ballot, or of the segment that goes on."""
    who = _presenter(here)
    light = f"{_state(here.state, here.collecting, '已截止，')}　" if here.key else ""
    if here.segment is not None and here.state is not State.VOTING:
        light = f'<span style="font-weight:700">◆ {escape(here.segment.title)}</span>　'
    used = f'<div class="sub">用时：{escape("　".join(one.words for one in here.used))}</div>' if here.used else ""
    return (f'<div class="c-stage"><div><div class="sub">{who}</div>'
            f'<div class="name">{escape(here.title)}</div>'
            f'<div>{light}<span class="sub">大屏：{escape(on_screen)}</span></div>{used}</div>{_clock(here)}</div>')


def _presenter(here: Onstage) -> str:
    if here.target is None:
        return ""
    stands_in = f"　代为发言：{here.target.substitute}" if here.target.substitute else ""
    apart = "" if here.target.ranked else "　单列，不参加排名"
    return escape(f"第{here.position}家　{here.target.presenter}{stands_in}{apart}")


def _clock(here: Onstage) -> str:
    """What is left, how far it is over, or how long it has been going: figures with a word and a shape."""
    if here.collecting:
        return f'<div class="c-clock late"><small>正在收最后的票</small>{here.left}秒</div>'
    if here.state is State.VOTING and here.left is not None:
        words = "马上截止" if here.closing else "还剩"
        return f'<div class="c-clock {"late" if here.closing else ""}"><small>{words}</small>{clock_words(here.left)}</div>'
    if here.state is State.VOTING:
        return f'<div class="c-clock"><small>已进行（不限时）</small>{clock_words(here.going)}</div>'
    if here.reading is None:
        return ""
    limit = f"　时限{limit_words(here.reading.limit)}" if here.reading.limit else ""
    return (f'<div class="c-clock {here.reading.pace.value}{" paused" if here.reading.paused else ""}">'
            f'<small>{here.reading.state}{limit}</small>{here.reading.words}</div>')


def last_move(words: str) -> str:
    return f'<p class="lt-note c-last">刚才：{escape(words)}</p>'


def heard(kind: str, words: str) -> str:
    """What became of the last press: a shape, a colour, and the words."""
    shape, colour = {"error": ("■", "#B3261E"), "warning": ("▲", "#8A5A12")}.get(kind, ("●", "#1E7F4F"))
    return f'<p class="c-last" role="status" style="color:{colour};font-weight:600">{shape} {escape(words)}</p>'


def hint(words: str) -> str:
    """The sentence under the red key; that all have voted is good news."""
    good = words == EVERYBODY_IN
    return (f'<p class="lt-note" style="min-height:1.4em{";color:#1E7F4F;font-weight:600" if good else ""}">'
            f'{"● " if good else ""}{escape(words)}</p>')


def said(target: TargetCard) -> str:
    """What the unit admits and promises, folded, under what it promised last time."""
    declaration, to = target.declaration, escape(link("commitments", unit=target.unit, sitting=target.last_sitting))
    last = (f'<p style="margin:.35rem 0"><a style="color:#1F4E79" target="_blank" href="{to}">{escape(target.last_time)}</a></p>'
            if target.last_time else "")
    if not declaration.shortcomings:
        return f'<div class="c-said">{last}<p style="margin:.5rem 0">这一家还没有填报不足与承诺。</p></div>'
    short = "".join(
        f"<li>{escape(one.text)}<br><i>现状：{escape(one.gap)}　目标：{escape(one.goal)}</i></li>"
        for one in declaration.shortcomings)
    promised = "".join(
        f"<li>{escape(one.text)}<br><i>{one.deadline:%Y-%m-%d}前　{escape(one.owner)}</i></li>"
        for one in declaration.commitments)
    admitted = "三大不足" if len(declaration.shortcomings) == 3 else f"自陈不足（{len(declaration.shortcomings)}条）"
    return (f'<div class="c-said">{last}<details><summary>{admitted}</summary><ol>{short}</ol>'
            f'</details><details><summary>承诺与期限（{len(declaration.commitments)}）</summary><ul>{promised}</ul></details></div>')


def during(rows: Sequence[GroupTurnout], online: Mapping[str, int], waiting: Awaited, *, ending: bool) -> str:
    """The right column while a round is open. Before its end papers come and go too fast to be read."""
    bars = turnout(rows, voting=True, online=online)
    return _side(bars, awaited(waiting), missing(rows, waiting)) if ending else _side(bars, missing(rows, Awaited()))


def around(rows: Sequence[GroupTurnout], online: Mapping[str, int], ready: Sequence[GroupReady], late: str, *,
           voted: bool) -> str:
    """The right column before and between rounds; `voted`: of a round that is over."""
    return _side(turnout(rows, voting=voted, online=online, ready=ready), between(late, ready))


def hands(flags: Sequence[Flag]) -> str:
    """监督员 ✓ 计票员 ✓ 异议 n: only while something is to be confirmed or objected to."""
    said = "　".join(f'<span style="color:{"#1E7F4F" if one.ok else "#8A5A12"}">{escape(one.words)}</span>'
                    for one in flags)
    return f'<div class="c-hands" style="margin:0 0 .5rem">{said}</div>' if said else ""


def _side(bars: str, *lists: str) -> str:
    """The bars always in sight; what stands below them scrolls by itself when it is long."""
    return f'<div class="c-side"><div>{bars}</div><div class="c-lists">{"".join(lists)}</div></div>'


def turnout(rows: Sequence[GroupTurnout], *, voting: bool, online: Mapping[str, int],
            ready: Sequence[GroupReady] = ()) -> str:
    """One filling bar a group: 已投／应投 of a round, else how many have checked in; and what is known of its phones."""
    phones = {one.key: one.checked_words for one in ready}
    parts = []
    for n, row in enumerate(rows):
        done, due = (row.voted, row.due) if voting else (row.checked_in, row.seats)
        share = 100 * done // due if due else 0
        notes = [phones[row.key]] if row.key in phones else []
        notes += [f"签到{row.checked_in}／{row.seats}席"] if voting else []
        notes += [f"在线{online[row.key]}"] if row.key in online else []
        notes += [row.note or "无记名"] if row.secret else []
        notes += [f"这一家回避{row.recused}席"] if row.recused and not row.secret else []
        parts.append(
            f'<div class="c-group"><div class="top"><span>{escape(row.name)}</span><span><b>{done}</b>／{due}</span></div>'
            f'<div class="c-bar"><div style="width:{share}%;background:{BARS[n % len(BARS)]}"></div></div>'
            f'<div class="small">{"　".join(notes)}</div></div>')
    title = "已投／应投" if voting else "已签到／席位"
    return f'<div class="lt-note">{title}</div>{"".join(parts)}'


def awaited(waiting: Awaited) -> str:
    """Whose finished papers are not in yet, at the end of a round; nobody known is said too."""
    lines = "".join(f"<div><b>{escape(group)}</b>　{escape('、'.join(names))}</div>" for group, names in waiting.named)
    lines += "".join(f"<div><b>{escape(group)}</b>　{escape(words)}</div>" for group, words in waiting.secret)
    return ('<div class="c-way"><div class="lt-note">▲ 票在路上</div>'
            f'{lines or "<div>没有已知在路上的票。</div>"}</div>')


def missing(rows: Sequence[GroupTurnout], waiting: Awaited) -> str:
    """Who is still waited for, by name, in named groups only; not those whose paper is on the way."""
    on_way = {name for _group, names in waiting.named for name in names}
    lines = ""
    for row in rows:
        here = escape("、".join(name for name in row.missing if name not in on_way))
        gone = [name for name in row.absent if name not in on_way]
        away = f'<span style="color:#4A525C">未签到：{escape("、".join(gone))}</span>' if gone else ""
        if here or away:
            lines += f"<div><b>{escape(row.name)}</b>　{here}{'　' if here and away else ''}{away}</div>"
    if not lines:
        return "" if on_way else '<div class="c-missing">实名组都已投票。</div>'
    return f'<div class="c-missing"><div class="lt-note">还没投（实名组）</div>{lines}</div>'


def between(late: str, ready: Sequence[GroupReady]) -> str:
    """Between two rounds: papers of the last one that came too late, and phones with trouble, the worst first."""
    troubles = sorted((words for one in ready for words in one.troubles), key=lambda words: not words.startswith("■"))
    said = f'<div class="c-way">{escape(late)}</div>' if late else ""
    if not troubles:
        return said
    lines = "".join(f"<div>{escape(words)}</div>" for words in troubles)
    return f'{said}<div class="c-missing"><div class="lt-note">手机有问题（{len(troubles)}）</div>{lines}</div>'
