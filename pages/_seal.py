"""纸票: the sealed printout of a round, made after its close, and whether earlier ones still hold. Drawing only."""

from __future__ import annotations

from functools import partial

import streamlit as st

from hall.ballots import sealed
from hall.moment.snapshot import Snapshot
from office.local_time import minute
from office.people import Staff
from office.refusal import Refused
from pages._download import download
from pages._frame import house
from pages._pieces import table
from scoring.round import Phase


def draw_sealed(snapshot: Snapshot, who: Staff) -> None:
    key = snapshot.sitting.key
    st.write("每家单位截止后打印一份，签字、装袋、封存：全部选票（无记名的不带席位）、各组票数、计分办法和校验码。"
             "系统用不了时可以照它在纸上算完，或重新录入。")
    rounds = {one.id: one for one in reversed(snapshot.rounds) if one.phase in (Phase.CLOSED, Phase.PUBLISHED)}
    if not rounds:
        st.info("还没有截止的轮次。截止以后在这里打印封存件。")
        return
    names = {number: f"第{one.number}轮　{snapshot.by_key[one.targets[0]].name}"
             f"{'' if len(one.targets) == 1 else f'等{len(one.targets)}家'}" for number, one in rounds.items()}
    chosen = st.selectbox("轮次", list(rounds), format_func=names.__getitem__, key=f"{key}/sealed/round")
    st.button("生成封存件", type="primary", key=f"{key}/sealed/print", on_click=partial(_print, key, chosen, who))
    made = st.session_state.get(f"{key}/sealed/made")
    if made is not None and made.round_id == chosen:
        download("下载封存件（网页，打开后打印）", made.html, f"{key}_第{rounds[chosen].number}轮_封存件.html",
                 "text/html", on_click="ignore", icon=":material/download:", key=f"{key}/sealed/download")
        st.code(made.code, language=None)
    table(["轮次", "打印时间", "打印人", "校验码", "与系统现在的选票"],
          ([names.get(number, "（已作废的轮次）"), minute(one.at), one.by, one.code, "● 一致" if one.holds else "■ 已有变化"]
           for number, several in sealed.kept(house().database, key).items() for one in several),
          keep=(0, 1), empty="还没有打印过。")


def _print(key: str, round_id: int, who: Staff) -> None:
    try:
        made = sealed.print_sealed(house().database, key, round_id, by=who.name, at=house().clock())
    except Refused as refused:
        st.session_state["said"] = ("error", str(refused))
        return
    st.session_state[f"{key}/sealed/made"] = made
    st.session_state["said"] = ("success", "封存件已生成，校验码已记入留痕。请下载、打印、签字、封存。")
