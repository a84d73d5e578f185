"""Shared by every page about the list: lamps, the table and the cards of items, links that carry a view. Drawing only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from urllib.parse import urlencode

from office.listing.follow_up import FollowUp, ListedItem, days_words, look_of, marks_of
from office.listing.item_words import progress_words, stage_words
from scoring.nodes import NodeState

_OF_NODES = {NodeState.OVERDUE: "red", NodeState.DONE: "green", NodeState.REPORTED: "blue"}
LOOK = """<style>
.lt-blue{color:#1F4E79}.lt-grey{color:#4A525C}
.lt-lamps{display:flex;flex-wrap:wrap;gap:8px;margin:.25rem 0 1rem}
.lt-lamps a{border:1px solid #D9DDE3;border-radius:6px;padding:8px 14px;min-height:48px;text-decoration:none!important;
color:#1F2328;display:inline-flex;flex-direction:column;justify-content:center}
.lt-lamps a.on{border:2px solid #1F2328;padding:7px 13px}
.lt-lamps a:hover{background:#F5F6F8}
.lt-lamps b{font-size:1.25rem;margin-left:.4rem;color:#1F2328}
.lt-lamps small{color:#4A525C;font-size:.85rem}
.lt-marks span{display:inline-block;border:1px solid #8A5A12;color:#8A5A12;border-radius:4px;padding:0 .4rem;
font-size:.8rem;margin:.15rem .35rem 0 0;white-space:nowrap}
ul.lt-nodes{list-style:none;padding:0;margin:.25rem 0 1rem}ul.lt-nodes li{margin:0 0 .5rem;padding:0;overflow-wrap:anywhere}
.lt-nodes .q{color:#4A525C;font-size:.88rem;padding-left:1.35rem}.lt-nodes a.lt-go{white-space:nowrap}
@media (max-width:640px){.lt-nodes a.lt-go{display:inline-block;min-height:44px;line-height:44px}}
.lt-go,.lt-cards a.lt-go{color:#1F4E79;text-decoration:underline;text-underline-offset:3px}
.lt-cards article a.lt-go{display:inline-block;padding:.35rem 0;min-height:44px;line-height:2}
</style>"""


def notes(said: tuple[str, ...]) -> str:
    """What samples say of themselves: one in a line, several folded under what they have in common."""
    if len(said) < 2:
        return f'<p class="lt-note">{escape(said[0])}</p>' if said else ""
    lines = "".join(f"<li>{escape(one)}</li>" for one in said)
    return f'<details class="lt-note"><summary>含示例数据，{len(said)}份说明，点开看</summary><ul>{lines}</ul></details>'


def lamp(light: str, words: str = "") -> str:
    """Shape, word and colour together."""
    look = look_of(light)
    return f'<span class="lt-light lt-{look.colour.value}">{look.shape} {escape(words or look.word)}</span>'


def node_mark(state: NodeState) -> str:
    """The shape of a milestone, in its colour; the word stands beside it."""
    return f'<span class="lt-light lt-{_OF_NODES.get(state, "grey")}">{state.shape}</span>'


def link(page: str, **address: str) -> str:
    """The address of another page with what it is to show."""
    return f"/{page}?{urlencode(address)}" if address else f"/{page}"


def item_link(number: str, words: str = "") -> str:
    return f'<a class="lt-go" target="_self" href="{escape(link("item", n=number))}">{escape(words or number)}</a>'


def lamps(listed: FollowUp, address: Mapping[str, str]) -> str:
    """The counts by light, most urgent first; pressing one shows what stands under it, pressing it again all."""
    boxes = []
    for one in listed.counts:
        if not one.n:
            continue
        on = address.get("light") == one.light.value
        to = {key: value for key, value in address.items() if key not in ("light", "page")}
        to |= {} if on else {"light": one.light.value}
        boxes.append(f'<a target="_self" class="{"on" if on else ""}" href="{escape(link("commitments", **to))}">'
                     f"<span>{lamp(one.light.value)}<b>{one.n}</b></span>"
                     f"<small>{escape(one.words)}</small></a>")
    return f'<div class="lt-lamps">{"".join(boxes)}</div>'


def marks(line: ListedItem) -> str:
    said = marks_of(line)
    return f'<div class="lt-marks">{"".join(f"<span>{escape(one)}</span>" for one in said)}</div>' if said else ""


def table(items: tuple[ListedItem, ...], as_of: date) -> str:
    """For a desk: a line an item."""
    rows = "".join(
        f'<tr><td>{lamp(one.light)}<div class="q">{escape(days_words(one, as_of))}</div></td>'
        f'<td class="n">{one.deadline.isoformat() if one.deadline else "—"}{_first_deadline(one)}</td>'
        f'<td class="k">{escape(one.unit_name)}<div class="q">{item_link(one.number)}</div></td>'
        f'<td><b>{escape(one.text)}</b><div class="q">{escape(under(one))}</div>{marks(one)}</td>'
        f'<td class="n">{escape(one.amount) or "—"}</td><td>{escape(progress_words(one)) or "—"}</td>'
        f'<td>{escape(one.owner) or "—"}<div class="q">{escape(one.contact_leader)}</div></td>'
        f'<td class="w">{escape(stage_words(one))}</td></tr>' for one in items)
    return ('<div class="lt-scroll lt-wide"><table class="lt"><thead><tr><th>状态灯</th><th class="n">期限</th>'
            '<th>单位和编号</th><th>事项</th><th class="n">目标</th><th>进度</th><th>责任人、联系领导</th><th>环节</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></div>")


def cards(items: tuple[ListedItem, ...], as_of: date, *, everywhere: bool = False) -> str:
    """For a phone: a card an item; `everywhere`: on a desk too."""
    shown = "".join(
        f'<article><div class="lt-top">{lamp(one.light, f"{look_of(one.light).word} · {days_words(one, as_of)}")}'
        f'<span class="lt-note">{escape(one.number)} · {escape(stage_words(one))}</span></div>'
        f"<h3>{escape(one.unit_name)}：{escape(one.text)}</h3>"
        f"<p>{escape(_by_when(one))}</p>{marks(one)}"
        f'<p class="lt-note">{escape(under(one))}</p>{item_link(one.number, "打开这一项")}</article>' for one in items)
    return f'<div class="lt-cards{"" if everywhere else " lt-phone"}">{shown}</div>'


def under(line: ListedItem) -> str:
    """What it belongs to, in one line: the kind, the shortcoming or the project, the batch."""
    about = line.project or line.shortcoming
    parts = (line.kind.words, about if about != line.text else "", line.batch)
    return " · ".join(part for part in parts if part)


def _by_when(line: ListedItem) -> str:
    parts = (f"{line.deadline.isoformat()}前" if line.deadline else "没有期限",
             line.amount and f"目标{line.amount}", _how_far(line), line.owner)
    return " · ".join(part for part in parts if part)


def _how_far(line: ListedItem) -> str:
    said = progress_words(line)
    return f"进度{said}" if said and said == line.progress else said


def _first_deadline(line: ListedItem) -> str:
    """The original deadline where it is another one."""
    first = line.original_deadline
    return f'<div class="q">原{first.isoformat()}</div>' if first and first != line.deadline else ""
