"""大屏: the hidden page for the projector, opened as `/screen?s=SITTING`. No buttons; it follows the host by itself."""

from __future__ import annotations

import streamlit as st

from hall.screen import showing, wall
from office.refusal import Refused
from pages import _frame, _wall, _wall_clock

_frame.require()
house = _frame.house()
st.html(_wall.CSS)


@st.fragment(run_every="1s")
def screen() -> None:
    sittings = house.live.sittings()
    key = st.query_params.get("s") or (sittings[0].key if sittings else "")
    snapshot = house.live.at(key)
    if snapshot is None:
        st.html(_wall.notice("没有这个场次，请从主持台打开大屏。" if sittings else "还没有任何场次。"))
        return
    now = house.clock()
    house.screens.seen(key, now)
    try:
        shown = showing.on_screen(house, snapshot, now)
    except Refused as refused:
        st.html(_wall.notice(str(refused)))
        return
    view = shown.wall
    if view is None:
        st.html(_wall.notice("■ 画面已冻结"))
        return
    st.html(_wall.draw(view, snapshot, wall.phone_address(snapshot.public_url, st.context.url), shown.frozen_at))
    if shown.frozen_at is None:
        _wall_clock.run(view, now)


screen()
