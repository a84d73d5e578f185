"""What a unit states, drawn as the judges' phones show it, with both folds open. Drawing only."""

from __future__ import annotations

from html import escape

from hall.moment.snapshot import TargetCard
from office.sitting.declarations import Declaration

LOOK = """<style>
.lt-phone-card{max-width:390px;border:1px solid #D9DDE3;border-radius:10px;background:#F5F6F8;padding:12px;
font-size:17px;line-height:1.5;overflow-wrap:anywhere}
.lt-phone-card h4{font-size:24px;line-height:1.3;margin:2px 0;padding:0}
.lt-phone-card section{background:#fff;border:1px solid #D9DDE3;border-radius:10px;padding:11px 12px}
.lt-phone-card .q{font-size:15px;color:#57606A;margin:.15rem 0}
.lt-phone-card .fold{font-size:15px;color:#1F4E79;margin:.6rem 0 .2rem}
@media (max-width:640px){[class*="st-key-lt-promise-"] [data-testid=stColumn]{min-width:calc(50% - .5rem)!important;
flex:1 1 calc(50% - .5rem)!important}}
.lt-phone-card ol,.lt-phone-card ul{margin:.2rem 0;padding-left:1.3rem}
</style>"""


def as_on_the_phone(target: TargetCard, total: int, declaration: Declaration) -> str:
    """The top of a judge's paper, as HTML; goes with LOOK."""
    count = len(declaration.shortcomings)
    stated = "".join(
        f"<li>{escape(one.text)}"
        + (f'<p class="q">{escape(_where(one.gap, one.goal))}</p>' if one.gap or one.goal else "")
        + (f'<ul class="q">{"".join(f"<li>{escape(m)}</li>" for m in one.measures)}</ul>' if one.measures else "")
        + "</li>"
        for one in declaration.shortcomings)
    promised = "".join(
        f'<li>{escape(one.text)}<p class="q">{escape(one.owner)} · {one.deadline.year}年{one.deadline.month}月'
        f"{one.deadline.day}日前</p></li>"
        for one in declaration.commitments)
    folds = ""
    if stated:
        title = "三大不足" if count == 3 else f"自陈不足（{count}条）"
        folds += f'<p class="fold">▾ {title}</p><ol>{stated}</ol>'
    if promised:
        folds += f'<p class="fold">▾ 承诺与期限（{len(declaration.commitments)}条）</p><ol>{promised}</ol>'
    return (f'<div class="lt-phone-card"><section><p class="q"><b>第{target.position}家 / 共{total}家</b></p>'
            f'<h4>{escape(target.name)}</h4><p class="q">{escape(target.presenter)}</p>'
            f'{folds or "<p>还没有填报。</p>"}</section></div>')


def _where(gap: str, goal: str) -> str:
    return " ".join(part for part in (f"现状：{gap}" if gap else "", f"目标：{goal}" if goal else "") if part)
