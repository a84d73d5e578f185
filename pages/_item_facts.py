"""What stands on an item's page beside its keys: the facts, the nodes, the timeline, the files. Drawing only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from office.listing.item_card import EvidenceLine, ItemCard
from office.listing.item_words import Happening, progress_words, stage_words
from office.local_time import minute
from pages import _item_nodes
from pages._items import item_link, lamp

LOOK = """<style>
.lt-item{display:grid;grid-template-columns:repeat(auto-fit,minmax(230px,1fr));gap:4px 24px;margin:.25rem 0 .75rem}
.lt-item div{border-bottom:1px solid #D9DDE3;padding:6px 0}
.lt-item dt,.lt-item span.q{color:#4A525C;font-size:.88rem;display:block}
.lt-line{border-left:3px solid #D9DDE3;margin:0 0 0 6px;padding:0 0 .9rem 14px;position:relative}
.lt-line:before{content:"";position:absolute;left:-7px;top:7px;width:11px;height:11px;border-radius:6px;background:#1F4E79}
.lt-line b{font-size:1rem}.lt-line .q{color:#4A525C;font-size:.88rem}
.lt-line p{margin:.15rem 0;line-height:1.55;overflow-wrap:anywhere}
.lt-files{display:grid;grid-template-columns:repeat(auto-fill,minmax(120px,1fr));gap:10px;margin:.4rem 0}
.lt-files a{border:1px solid #D9DDE3;border-radius:6px;padding:6px;color:#1F4E79;font-size:.85rem;overflow-wrap:anywhere;
min-height:48px;display:block}
.lt-files img{width:100%;height:90px;object-fit:cover;border-radius:4px;display:block;margin-bottom:4px}
@media (max-width:640px){.st-key-lt-item [data-testid=stColumn]{min-width:100%!important;flex:1 1 100%!important}}
</style>"""


def standing(card: ItemCard) -> str:
    """The light, why it is lit, and what the item waits for."""
    line = card.line
    why = f'<span class="lt-note">　{escape(card.why)}</span>' if card.why else ""
    return (f'<p class="lt-say">{lamp(line.light)}　{escape(stage_words(line))}{why}</p>'
            f'<p class="lt-note">{escape(_waits(card))}</p>')


def facts(card: ItemCard) -> str:
    line, item = card.line, card.item
    first = f"（原{line.original_deadline.isoformat()}）" if line.original_deadline != line.deadline and line.original_deadline else ""
    told: list[tuple[str, str]] = [
        ("责任单位", line.unit_name), ("责任人", line.owner), ("牵头单位", line.lead_unit), ("配合单位", "、".join(card.supporting)),
        ("联系领导", item.leader), ("督导员", line.supervisor), ("工作班子", line.team),
        ("期限", f"{line.deadline.isoformat() if line.deadline else '还没有定'}{first}"),
        ("目标", line.amount + (f"（从{line.baseline}起）" if line.baseline else "")), ("进度", progress_words(line)),
        ("序时进度", "" if card.due_share is None else card.due_share.percent),
        ("项目", line.project), ("批次", line.batch), ("类别", line.kind.words), ("列入日期", line.listed_on.isoformat()),
        ("出自", f"{line.sitting_title} {line.period}".strip()), ("不足", line.shortcoming), ("现状", line.gap), ("要达到", line.goal),
        ("来源", "；".join(f"{one.kind.words}{f'：{one.words}' if one.words else ''}" for one in card.sources)),
        ("延期", f"{len(item.extensions)}次，{item.extensions_refused}次未批" if item.extensions or item.extensions_refused else ""),
        ("退回、重新交办", f"{item.returns}次、{item.reassignments}次" if item.returns or item.reassignments else ""),
        ("不予销号", f"{item.rejections}次" if item.rejections else ""), ("反弹", f"{item.relapses}次" if item.relapses else ""),
        ("备注", line.note)]
    cells = "".join(f'<div><span class="q">{escape(name)}</span>{escape(value)}</div>' for name, value in told if value)
    return f'<div class="lt-item">{cells}</div>'


def lists(card: ItemCard) -> str:
    """Measures, nodes, requirements, the whole above it and what belongs to it."""
    parts = []
    if card.item.open_requirements:
        parts.append(_list("销号前还要做到", (one.text for one in card.item.open_requirements)))
    if card.line.measures:
        parts.append(_list("措施", card.line.measures))
    if card.nodes:
        names = {one.sha256: one for one in card.evidence}
        proofs = {one.name: _files_of(one.report.evidence, names) for one in card.nodes if one.report is not None}
        parts.append(f"<p style='margin-bottom:0'><b>时间节点</b></p>{_item_nodes.of_item(card, proofs)}")
    if card.whole is not None:
        parts.append(f"<p><b>属于</b>　{item_link(card.whole.number)}　{escape(card.whole.text)}</p>")
    if card.line.merged_into:
        parts.append(f"<p><b>已并入</b>　{item_link(card.line.merged_into)}</p>")
    if card.belonging:
        rows = "".join(f"<li>{lamp(one.light)}　{item_link(one.number)}　{escape(one.unit_name)}：{escape(one.text)}"
                       f"　{escape(progress_words(one))}</li>" for one in card.belonging)
        parts.append(f"<p style='margin-bottom:0'><b>下属事项</b></p><ul>{rows}</ul>")
    return "".join(parts)


def timeline(card: ItemCard) -> str:
    """Everything, the latest first."""
    names = {one.sha256: one for one in card.evidence}
    return "".join(_line(one, names) for one in card.happenings)


def files(card: ItemCard) -> str:
    """Photos as thumbnails, documents by name; a deleted one leaves its line."""
    shown = []
    for one in card.evidence:
        if one.deleted_at is not None:
            shown.append(f'<p class="lt-note">已删除：{escape(one.name)}（{escape(one.deleted_why or "")}），'
                         f"校验码 {one.sha256[:12]}…</p>")
            continue
        is_photo = one.media_type in ("image/jpeg", "image/png", "image/webp")
        picture = f'<img loading="lazy" alt="" src="/evidence/file/{one.id}?size=thumb">' if is_photo else ""
        view = "?size=view" if is_photo else ""
        shown.append(f'<a target="_blank" rel="noopener" href="/evidence/file/{one.id}{view}">{picture}{escape(one.name)}'
                     f'<br><span class="lt-note">{escape(minute(one.added_at))}</span></a>')
    return f'<div class="lt-files">{"".join(shown)}</div>' if shown else '<p class="lt-note">还没有佐证。</p>'


def _line(one: Happening, files: Mapping[str, EvidenceLine]) -> str:
    told = "".join(f"<p>{escape(words)}</p>" for words in one.told)
    links = _files_of(one.evidence, files)
    return (f'<div class="lt-line"><b>{escape(one.what)}</b>　<span class="q">{escape(one.at)}　{escape(one.by)}</span>'
            f"{told}{f'<p>{links}</p>' if links else ''}</div>")


def _files_of(evidence: Iterable[str], files: Mapping[str, EvidenceLine]) -> str:
    """Files by name; what was deleted, or is not for these eyes, by its hash."""
    return "　".join(f'<a class="lt-go" target="_blank" rel="noopener" href="/evidence/file/{found.id}">{escape(found.name)}</a>'
                    if (found := files.get(sha)) is not None and found.deleted_at is None
                    else f'<span class="q">佐证 {escape(sha[:12])}…</span>' for sha in evidence)


def _list(title: str, rows: object) -> str:
    return f"<p style='margin-bottom:0'><b>{escape(title)}</b></p><ul>{''.join(f'<li>{escape(one)}</li>' for one in rows)}</ul>"


def _waits(card: ItemCard) -> str:
    item, line = card.item, card.line
    if item.extension_wanted is not None:
        return f"责任单位申请延到{item.extension_wanted.isoformat()}，待审批。"
    if item.is_open and item.deadline is None:
        return "还没有期限，请督办机构用“更正”补上。"
    if item.closing is not None and item.closing.passed is False:
        return "现场核查没有通过。请监督员复查，或由督办机构不予销号，写明还要做到什么。"
    if item.status == "in_progress" and item.open_requirements:
        return f"没有准予销号，{line.unit_name}继续办理，做到“销号前还要做到”的再申请。"
    return {
        "listed": f"待{line.unit_name}签收。", "returned": "已退回，待督办机构重新交办。", "in_progress": f"{line.unit_name}办理中。",
        "closing": "已申请销号，待监督员现场核查。", "checked": "核查通过，待领导签批。", "signed_off": "已签批，待公示。",
        "closed": "已销号。", "parked": f"挂账中，{line.parked_until}复核。", "merged": "已并入别的一项，在那里办理。",
        "withdrawn": "已撤回。"}[line.status]


def title_of(card: ItemCard) -> str:
    return f"{card.line.number}　{card.line.unit_name}"
