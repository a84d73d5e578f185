"""纸票: printing blank papers for seats, and so many for each secret group. Drawing only."""

from __future__ import annotations

from functools import partial

import streamlit as st

from hall.moment.snapshot import Snapshot
from office.people import Staff
from office.prints import paper_ballots
from office.refusal import Refused
from pages._apart import apart
from pages._download import download
from pages._frame import house
from scoring.rule import BallotKind


def draw_blank(snapshot: Snapshot, who: Staff) -> None:
    prefix = f"{snapshot.sitting.key}/blank"
    names = apart({card.key: card.name for card in snapshot.targets}, {card.key: card.key for card in snapshot.targets})
    if not names or not snapshot.seats:
        st.info("议程和席位都有了才能印纸票。请先到“会前准备”添加。")
        return
    ranking = snapshot.rule.ballot.kind is BallotKind.RANKING
    named = {seat.code: f"{seat.code}　{seat.name}" for seat in snapshot.seats if not snapshot.rule.group(seat.group).secret}
    with st.form(f"{prefix}/form"):
        st.multiselect("单位（不选就是全部）", list(names), format_func=names.__getitem__, key=f"{prefix}/targets",
                       disabled=ranking, placeholder="全部单位")
        st.checkbox("所选单位印在一张上（各单位一起打分的场次用）", key=f"{prefix}/together", disabled=ranking,
                    value=ranking or snapshot.sitting.ballot_mode == "all")
        if named:
            st.multiselect("实名席位（票上印席位号）", list(named), format_func=named.__getitem__, key=f"{prefix}/seats",
                           placeholder="不选就不印实名席位的")
        for group in snapshot.rule.groups:
            if group.secret:
                count = sum(seat.group == group.key for seat in snapshot.seats)
                st.number_input(f"{group.name}（无记名，{count}席）：每家单位印几张，编号随机、不对应席位", 0,
                                paper_ballots.MOST_PAPERS, 0, key=f"{prefix}/count/{group.key}")
        st.form_submit_button("生成纸票", type="primary", on_click=partial(_issue, snapshot, prefix, who))
    made = st.session_state.get(f"{prefix}/made")
    if made:
        count, page = made
        download(f"下载{count}张纸票（网页，打开后打印）", page, f"{snapshot.sitting.key}_纸票.html", "text/html",
                 on_click="ignore", icon=":material/download:", key=f"{prefix}/download")


def _issue(snapshot: Snapshot, prefix: str, who: Staff) -> None:
    def chosen(name: str) -> tuple[str, ...]:
        return tuple(st.session_state.get(f"{prefix}/{name}") or ())

    secret = {one.key: int(st.session_state.get(f"{prefix}/count/{one.key}") or 0)
              for one in snapshot.rule.groups if one.secret}
    try:
        papers = paper_ballots.issue(
            house().database, snapshot.sitting.key, seats=chosen("seats"), secret=secret,
            targets=chosen("targets") or tuple(card.key for card in snapshot.targets),
            together=bool(st.session_state.get(f"{prefix}/together")), by=who.name, at=house().clock(),
            barred={seat.code: [card.key for card in snapshot.targets if snapshot.recused(seat, card.key) is not None]
                    for seat in snapshot.seats})
    except Refused as refused:
        st.session_state["said"] = ("error", str(refused))
        return
    title = f"{snapshot.sitting.title} {snapshot.sitting.period}"
    st.session_state[f"{prefix}/made"] = (len(papers), paper_ballots.sheet(papers, snapshot.rule, title))
    st.session_state["said"] = ("success", f"{len(papers)}张纸票已生成，请下载后打印。")
