"""How the wall chart, its five tables and the calendar are drawn: plain tables, so that they print. Drawing only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from html import escape

from office.listing.follow_up import days_words, look_of
from office.listing.item_nodes import line_words
from office.listing.item_words import progress_words, stage_words
from office.listing.wall_chart import Chart, Month, Planned
from pages._items import item_link, lamp, link, node_mark

LOOK = """<style>
.lt-chart-table{border-collapse:collapse;width:100%;font-size:.9rem}
.lt-chart-table th,.lt-chart-table td{border:1px solid #D9DDE3;padding:6px 8px;text-align:center;white-space:nowrap}
.lt-chart-table th:first-child,.lt-chart-table td:first-child{text-align:left;font-weight:600;position:sticky;left:0;background:#fff}
.lt-chart-table th.now,.lt-chart-table td.now{background:#EEF3F8}
.lt-chart-table a{text-decoration:none;color:inherit;display:inline-block;min-width:44px;padding:6px 0}
.lt-chart-table a:hover{text-decoration:underline}
.lt-chart-table span{margin:0 .15rem}
.lt-chart-table.cal{table-layout:fixed;min-width:640px}
.lt-chart-table.cal td:first-child,.lt-chart-table.cal th:first-child{text-align:center;font-weight:400;position:static}
.lt-legend span{margin-right:1rem;white-space:nowrap}
@media (max-width:640px){.st-key-lt-no-print-months{display:none!important}}
@page{size:A4 landscape;margin:12mm}
@media print{[class*="st-key-lt-no-print"]{display:none!important}table.lt{font-size:9pt}table.lt tr{break-inside:avoid}
.lt-chart-table{font-size:8pt}.lt-scroll{overflow:visible!important}}
</style>"""
_HEADS = {
    "plan": ("编号", "责任单位", "事项", "时间节点", "期限"),
    "task": ("编号", "责任单位", "事项", "不足", "目标", "措施"),
    "division": ("编号", "事项", "牵头单位", "责任单位", "配合单位"),
    "responsibility": ("编号", "事项", "联系领导", "责任单位", "责任人", "督导员", "工作班子"),
    "progress": ("编号", "责任单位", "事项", "状态灯", "进度", "环节", "期限", "最近情况"),
}


def picture(shown: Chart, address: Mapping[str, str], today: date) -> str:
    """Units down, months across; a cell leads to its items."""
    now = f"{today.year}-{today.month:02d}"
    mark = {one: ' class="now"' if one == now else "" for one in shown.columns}
    head = "".join(f"<th{mark[one]}>{_month_head(one)}</th>" for one in shown.columns)
    to = {unit: escape(link("commitments", **{**address, "unit": unit})) for unit, _name in shown.units}
    any_month = {name: value for name, value in address.items() if name != "month"}
    cell = {unit: escape(link("commitments", **{**any_month, "unit": unit, "month": ""})) for unit, _name in shown.units}
    rows = "".join(
        f'<tr><td><a target="_self" href="{to[unit]}">{escape(name)}</a></td><td>{_counts(shown.totals[unit])}</td>'
        + "".join(_cell(shown.cells.get((unit, one)), mark[one], cell[unit] + shown.months[one] if one in shown.months
                        else to[unit]) for one in shown.columns) + "</tr>"
        for unit, name in shown.units)
    lights = dict.fromkeys(light for lights in shown.cells.values() for light, _n in lights)
    legend = "".join(lamp(one) for one in sorted(lights, key=lambda one: look_of(one).light.urgency))
    return (f'<p class="lt-legend">{legend}</p><div class="lt-scroll lt-wide"><table class="lt-chart-table"><thead><tr><th>单位</th>'
            f"<th>合计</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>" + _unit_cards(shown, address, now))


def _unit_cards(shown: Chart, address: Mapping[str, str], now: str) -> str:
    """The same on a phone: a card a unit, most urgent first."""
    return '<div class="lt-cards lt-phone">' + "".join(
        f'<article><h3>{escape(name)}</h3><p>{_words(shown.totals[unit])}</p>'
        + (f"<p>本月到期：{_words(shown.cells[unit, now])}</p>" if (unit, now) in shown.cells else "")
        + f'<a class="lt-go" target="_self" href="{escape(link("commitments", **{**address, "unit": unit}))}">看这个单位的事项</a>'
        "</article>" for unit, name in shown.units) + "</div>"


def _words(lights: tuple[tuple[str, int], ...]) -> str:
    return "　".join(f"{lamp(light)} {n}" for light, n in lights)


def _month_head(column: str) -> str:
    """7月, with its year under it; the columns around the months say themselves what they are."""
    year, dash, month = column.partition("-")
    return f'{int(month)}月<div class="lt-note" style="margin:0">{year}</div>' if dash else escape(column)


def table(view: str, lines: tuple[Planned, ...], today: date) -> str:
    """One of the five tables."""
    head = "".join(f"<th>{one}</th>" for one in _HEADS[view])
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in _cells(view, one, today))}</tr>" for one in lines)
    return f'<div class="lt-scroll"><table class="lt"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def calendar(month: Month, address: Mapping[str, str]) -> str:
    head = "".join(f"<th>周{one}</th>" for one in "一二三四五六日")
    rows = "".join("<tr>" + "".join(_day(one, month, address) for one in week) + "</tr>" for week in month.weeks)
    told = "".join(
        f"<article><h3>{one.month}月{one.day}日</h3><p>{_words(month.due.get(one, ()))}</p><p>{_besides(one, month, address)}</p>"
        + (f'<a class="lt-go" target="_self" href="{_of_day(one, address)}">看这一天到期的</a>' if one in month.due else "")
        + "</article>" for one in month.days)
    cards = f'<div class="lt-cards lt-phone">{told or "这个月没有到期、复核和节点。"}</div>'
    return (f"<h2>{month.name}</h2><div class='lt-scroll lt-wide'><table class='lt-chart-table cal'><thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table></div>{cards}")


def _of_day(day: date, address: Mapping[str, str], by: str = "month") -> str:
    """The items of one day: by deadline, or by milestone."""
    kept = {name: value for name, value in address.items() if name not in ("month", "nodes")}
    return escape(link("commitments", **kept, **{by: day.isoformat()}))


def _besides(day: date, month: Month, address: Mapping[str, str]) -> str:
    """Parked items to look at again, and milestones, which lead to their items; of these how many were missed."""
    said = [f"‖ 挂账复核{month.reviews[day]}"] if day in month.reviews else []
    to = _of_day(day, address, "nodes")
    said += [f'<a class="lt-go" target="_self" href="{to}">◇ 节点{month.nodes[day]}</a>'] if day in month.nodes else []
    said += [f'<span class="lt-red">■ 逾期{month.missed[day]}</span>'] if day in month.missed else []
    return f'<span class="lt-note">{"　".join(said)}</span>' if said else ""


def _cell(lights: tuple[tuple[str, int], ...] | None, mark: str, to: str) -> str:
    return f'<td{mark}><a target="_self" href="{to}">{_counts(lights)}</a></td>' if lights else f"<td{mark}></td>"


def _counts(lights: tuple[tuple[str, int], ...]) -> str:
    return "".join(f"{_shape(light)}{n}</span>" for light, n in lights)


@cache
def _shape(light: str) -> str:
    look = look_of(light)
    return f'<span class="lt-light lt-{look.colour.value}" title="{escape(look.word)}">{look.shape}'


def _day(day: date | None, month: Month, address: Mapping[str, str]) -> str:
    if day is None:
        return "<td></td>"
    due = month.due.get(day, ())
    counts = f'<a target="_self" href="{_of_day(day, address)}">{_counts(due)}</a>' if due else ""
    return (f'<td style="height:4.5rem;vertical-align:top"><div class="lt-note">{day.day}</div>{counts}'
            f"{_besides(day, month, address)}</td>")


def _cells(view: str, one: Planned, today: date) -> tuple[str, ...]:
    line, number = one.line, item_link(one.line.number)
    due = line.deadline.isoformat() if line.deadline else "—"
    texts: dict[str, tuple[str, ...]] = {
        "task": (line.unit_name, line.text, line.shortcoming or "—", line.amount or line.goal or "—", "；".join(line.measures) or "—"),
        "division": (line.text, line.lead_unit or "—", line.unit_name, "、".join(one.supporting) or "—"),
        "responsibility": (line.text, line.contact_leader or "—", line.unit_name, line.owner or "—", line.supervisor or "—",
                           line.team or "—"),
    }
    if view == "plan":
        nodes = "".join(f"<div>{node_mark(node.state)} {escape(line_words(node))}</div>" for node in one.nodes)
        return (number, escape(line.unit_name), escape(line.text), nodes or "—", due)
    if view != "progress":
        return (number, *(escape(text) for text in texts[view]))
    said = str(line.state.get("said", ""))
    return (number, escape(line.unit_name), escape(line.text),
            f"{lamp(line.light)}<div class='q'>{escape(days_words(line, today))}</div>",
            escape(progress_words(line)) or "—", escape(stage_words(line)), due, escape(said) or "—")
