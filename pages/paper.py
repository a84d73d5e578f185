"""纸票: keying paper ballots, deciding what does not agree, printing blank ones, and the sealed printout. Drawing only."""

from __future__ import annotations

from html import escape

import streamlit as st

from hall.ballots import paper
from hall.ballots.paper_slips import WAITING, Fate, slips
from hall.moment.snapshot import Snapshot
from office.people import Role
from pages._frame import choose_sitting, header, house, require
from pages._paper_blank import draw_blank
from pages._paper_form import draw_form
from pages._paper_slips import draw_all, draw_waiting
from pages._pieces import say_what_happened_everywhere
from pages._seal import draw_sealed
from scoring.round import Phase

_PHASES = {Phase.OPEN: "正在打分", Phase.CLOSED: "已截止"}


def choose_round(shown: Snapshot) -> int | None:
    """The round whose papers are keyed: the newest that is open or closed, unless another is chosen."""
    rounds = {one.id: one for one in reversed(shown.rounds) if one.phase in paper.ENTERING}
    if not rounds:
        st.info("还没有可以录入的轮次：开始打分以后到公布以前，都可以录入纸票。")
        return None

    def words(key: int) -> str:
        one = rounds[key]
        first = shown.by_key[one.targets[0]].name
        several = f"等{len(one.targets)}家" if len(one.targets) > 1 else ""
        return f"第{one.number}轮　{first}{several}（{_PHASES[one.phase]}）"

    return st.selectbox("轮次", list(rounds), format_func=words, key=f"{shown.sitting.key}/paper/round")


who = require(Role.CLERK, Role.SUPERVISOR, Role.HOST, Role.ADMINISTRATOR)
header("纸票", "手机或网络用不了时，评委在纸票上打分；两位计票员各录一遍，一致才计入，不一致的由第三人裁定。")
key = choose_sitting()
house().live.refresh()
snapshot = house().live.at(key)
if snapshot is None:
    st.error("这场活动已经撤下，请另选一场。")
    st.stop()
say_what_happened_everywhere()
every = slips(house().database, key)
names = {one.id: one for one in snapshot.rounds}
live = [one for one in every if one.round_id in names and names[one.round_id].phase is not Phase.VOID]
to_decide = [one for one in live if one.fate in WAITING and one.fate is not Fate.KEYED]
to_key = [one for one in live if one.fate is Fate.KEYED]
mine = [one for one in to_key if who.name not in one.keyed_by]
with st.container():  # what comes and goes has a place of its own: below it the open tab stays open
    if mine:
        st.warning(f"有{len(mine)}张等您复录：{'、'.join(one.label for one in mine)}。请看着原票再录一遍；"
                   "找不到原票、号录错了的，在“全部纸票”里撤回。")
    if len(to_key) > len(mine):
        st.html(f'<p class="lt-note">您录过第一遍、等别人复录的有{len(to_key) - len(mine)}张：'
                f'{escape("、".join(one.label for one in to_key if who.name in one.keyed_by))}。</p>')
    if to_decide:
        st.error(f"有{len(to_decide)}张待裁定：{'、'.join(one.label for one in to_decide)}。没有裁定完不能公布成绩。")
# no counts: a label that changes loses the open tab
tabs = st.tabs(["录入", "待裁定", "全部纸票", "印纸票", "封存件"], key="paper/tabs")
with tabs[0]:
    of_round = choose_round(snapshot)
    if of_round is not None:
        draw_form(snapshot, of_round, who)
with tabs[1]:
    draw_waiting(snapshot, to_decide, who)
with tabs[2]:
    draw_all(snapshot, every, who)
with tabs[3]:
    draw_blank(snapshot, who)
with tabs[4]:
    draw_sealed(snapshot, who)
