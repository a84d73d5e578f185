"""签到台: who is here, a new badge for a dead phone, and (the clerk) a paper that is spoiled. Drawing only."""

from __future__ import annotations

import streamlit as st

from hall.stage import console
from office.people import Role
from pages import _at_seat
from pages._frame import choose_sitting, header, house, require
from pages._pieces import table

who = require(Role.CLERK, Role.HOST, Role.ADMINISTRATOR)
key = choose_sitting()


@st.fragment(run_every="2s")
def here() -> None:
    """Who has checked in, group by group, and whose seat is still empty. Drawn anew by itself."""
    now = house().live.at(key)
    if now is None:
        return
    rows = console.turnout_rows(now, (), {}, ())
    table(("评委组", "已签到", "席位"), ((row.name, row.checked_in, row.seats) for row in rows), keep=(1, 2))
    groups = {group.key: group.name for group in now.rule.groups}
    away = [seat for seat in now.seats if not seat.checked_in]
    st.subheader(f"还没签到（{len(away)}）", anchor=False)
    table(("席位", "姓名或职务", "评委组"), ((seat.code, seat.name, groups[seat.group]) for seat in away), keep=(0,),
          height=380, empty="都到了。")


snapshot = house().live.at(key)
if snapshot is not None:
    header("签到台", f"{snapshot.sitting.title}　{snapshot.sitting.period}　{snapshot.sitting.note}")
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        _at_seat.draw(snapshot, who)
    with right:
        here()
