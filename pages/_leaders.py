"""How the overview of contact leaders is drawn: a table on a desk, cards on a phone, the log of visits. Drawing only."""

from __future__ import annotations

from datetime import date
from html import escape

from office.listing.leaders import Duty, LeaderRow, LeaderVisit
from pages._items import item_link, lamp, link


def table(rows: tuple[LeaderRow, ...], today: date) -> str:
    """A line a leader; every count leads to its items."""
    body = "".join(
        f'<tr><td class="k"><a href="{_to(one)}" target="_self">{escape(one.leader)}</a></td>'
        f'<td class="n">{one.open}{_closed(one)}</td>'
        f"<td>{_lights(one)}</td>" + "".join(f"<td>{_duty(one, duty, today)}</td>" for duty in Duty) + "</tr>"
        for one in rows)
    heads = "".join(f"<th>{duty.words}（{duty.rule}）</th>" for duty in Duty)
    return ('<div class="lt-scroll lt-wide"><table class="lt"><thead><tr><th>联系领导</th><th class="n">在办</th>'
            f"<th>状态灯</th>{heads}</tr></thead><tbody>{body}</tbody></table></div>")


def cards(rows: tuple[LeaderRow, ...], today: date) -> str:
    return '<div class="lt-cards lt-phone">' + "".join(
        f"<article><h3>{escape(one.leader)}</h3><p>在办{one.open}项</p>{_closed(one)}"
        f"<p>{_lights(one)}</p>" + "".join(f"<p>{duty.words}：{_duty(one, duty, today)}</p>" for duty in Duty)
        + f'<a class="lt-go" target="_self" href="{_to(one)}">看这位领导的事项</a></article>' for one in rows) + "</div>"


def log(lines: tuple[LeaderVisit, ...]) -> str:
    """The log as a list, the newest first; what was taken back stays, and says why."""
    if not lines:
        return '<p class="lt-note">还没有登记过。</p>'
    return '<div class="lt-cards">' + "".join(_line(one) for one in lines) + "</div>"


def _line(one: LeaderVisit) -> str:
    number = f"　{item_link(one.number)}" if one.number else ""
    found = f"<p>结果：{escape(one.found)}</p>" if one.found else ""
    back = f'<p class="lt-note">已撤回：{escape(one.taken_back)}</p>' if one.taken_back else ""
    text = f"<s>{escape(one.about)}</s>" if one.taken_back else escape(one.about)
    return (f'<article><div class="lt-top"><b>{one.on.isoformat()}　{escape(Duty(one.kind).words)}　{escape(one.leader)}</b>'
            f'<span class="lt-note">{escape(one.by)}登记</span></div><p>{text}{number}</p>{found}{back}</article>')


def _closed(one: LeaderRow) -> str:
    """Of every kind what is done, each with its own rate."""
    kinds = "".join(f'<div class="q">{kind.words} {rate.numerator}/{rate.denominator} 办结，{rate.percent}</div>'
                    for kind, rate in one.counted.closed)
    return kinds + (f'<div class="q">{one.counted.archived}项在已归档的清单里</div>' if one.counted.archived else "")


def _lights(one: LeaderRow) -> str:
    return "　".join(
        f'<a target="_self" style="text-decoration:none;color:#1F4E79" '
        f'href="{escape(link("commitments", leader=one.leader, light=light.value))}">'
        f'{lamp(light.value)} {n}</a>' for light, n in one.lights.items()) + _nodes(one)


def _nodes(one: LeaderRow) -> str:
    """How many milestones were missed, leading to their items."""
    if not one.nodes_overdue:
        return ""
    to = escape(link("commitments", leader=one.leader, nodes="overdue"))
    return (f'<div class="lt-marks"><span><a style="color:inherit" target="_self" href="{to}">节点逾期{one.nodes_overdue}个</a></span>'
            "</div>")


def _duty(one: LeaderRow, duty: Duty, today: date) -> str:
    """A shape and a word; the day of the last."""
    last = one.last.get(duty)
    day = f' <span class="q">{last.isoformat()}</span>' if last else ""
    if one.kept[duty]:
        return f'<span class="lt-light lt-green">● {"本周" if duty is Duty.BRIEFING else "本月"}已做</span>{day}'
    if not one.open:
        return f'<span class="lt-light lt-grey">○ 没有在办</span>{day}'
    return f'<span class="lt-light lt-yellow">▲ {"本周" if duty is Duty.BRIEFING else "本月"}还没有</span>{day}'


def _to(one: LeaderRow) -> str:
    return escape(link("commitments", leader=one.leader))
