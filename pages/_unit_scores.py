"""单位成绩: where projects are scored, each unit's mean with its working, beside the ranking of the projects."""

from __future__ import annotations

from html import escape

import streamlit as st

from hall.outcome.unit_scores import UnitScore, unit_scores_csv
from pages._download import download


def draw(scores: tuple[UnitScore, ...], key: str) -> None:
    groups = list(dict.fromkeys(one.ranking_group for one in scores))
    st.html('<p class="lt-facts">单位成绩是它参加排名的各项目得分的平均，项目多少不影响高低；没有名次的项目不算，也不当作零分。'
            "考绩分是各项目按办法得的分之和，与记入台账的一致。</p>"
            + "".join((f"<h3>{escape(group)}</h3>" if len(groups) > 1 else "")
                      + _table([one for one in scores if one.ranking_group == group]) for group in groups))
    download("下载单位成绩（CSV）", unit_scores_csv(scores), f"{key}_单位成绩.csv", "text/csv", icon=":material/download:")


def _table(scores: list[UnitScore]) -> str:
    rows = "".join(
        f'<tr><td class="n k">{escape(one.place) or "—"}</td><td class="k">{escape(one.name)}'
        f'<div class="q">{_projects(one)}</div></td>'
        f'<td class="n k">{one.score or "—"}</td><td class="lt-wide q">{escape(one.working)}{_left_out(one)}</td>'
        f'<td class="n">{escape(one.points) or "—"}</td></tr>' for one in scores)
    return ('<div class="lt-scroll"><table class="lt"><thead><tr><th class="n">名次</th><th>单位</th><th class="n">得分</th>'
            f'<th class="lt-wide">怎么算的</th><th class="n">考绩分</th></tr></thead><tbody>{rows}</tbody></table></div>')


def _projects(one: UnitScore) -> str:
    return f"{one.n}个项目" if one.n == one.of else f"{one.of}个项目，{one.n}个有名次"


def _left_out(one: UnitScore) -> str:
    return f'<div class="q">不计入：{escape("、".join(one.left_out))}</div>' if one.left_out else ""
