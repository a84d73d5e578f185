"""设定: when lights change, and which supervision slips there are. For the administrator, folded."""

from __future__ import annotations

import streamlit as st

from office.listing.item_settings import (
    BAND_PRESETS,
    SLIP_PRESETS,
    bands_text,
    light_rule,
    preset_slips,
    read_bands,
    set_lights,
    set_slips,
    slip_kinds,
    slips_text,
)
from office.people import Staff
from office.refusal import Refused
from pages._frame import house
from scoring.schedule import Step

OWN = "自己写"


def draw_list_settings(who: Staff) -> None:
    """Nothing changes before a key is pressed; bands with a gap are refused, naming it."""
    database = house().database
    with st.expander("设定状态灯和督办单", icon=":material/tune:"):
        left, right = st.columns(2, gap="large")
        rule = light_rule(database)
        with left:
            st.html("<b>状态灯</b>")
            st.number_input("到期前几天亮“将到期”", 0, 90, rule.soon_days, key="lights/soon")
            st.number_input("几天没有报告就算“情况不明”", 0, 366, rule.fresh_days, key="lights/fresh")
            st.radio("序时进度按", list(Step), index=list(Step).index(rule.step), key="lights/step", horizontal=True,
                     format_func={Step.DAYS: "天", Step.MONTHS: "整月"}.get)
            names = [*BAND_PRESETS, OWN]
            chosen = st.selectbox("分档", names, index=names.index(rule.bands.name) if rule.bands.name in names else len(names) - 1,
                                  key="lights/bands")
            if chosen == OWN:
                st.text_area("分档（每档的pace、low、high）", value=bands_text(rule.bands), height=260, key="lights/own")
            else:
                one = BAND_PRESETS[chosen]
                st.html(f'<p class="lt-note">{one.measure.words}：{"；".join(band.words for band in one.bands)}</p>')
            st.button("按此点亮", type="primary", on_click=_lights, args=(who,))
        with right:
            st.html("<b>督办单</b>")
            st.selectbox("先取一种现成的", ["", *SLIP_PRESETS], key="slips/preset", on_change=_preset,
                         format_func=lambda key: SLIP_PRESETS.get(key, "保持现在的"))
            if "slips/own" not in st.session_state:
                st.session_state["slips/own"] = slips_text(slip_kinds(database))
            st.text_area("种类和等级（key、name、climbs、levels）", height=330, key="slips/own")
            st.button("用这些督办单", on_click=_slips, args=(who,))


def _preset() -> None:
    if st.session_state["slips/preset"]:
        st.session_state["slips/own"] = slips_text(preset_slips(st.session_state["slips/preset"]))


def _lights(who: Staff) -> None:
    state = st.session_state
    try:
        bands = read_bands(state["lights/own"]) if state["lights/bands"] == OWN else BAND_PRESETS[state["lights/bands"]]
        seen = set_lights(house().database, soon_days=int(state["lights/soon"]), fresh_days=int(state["lights/fresh"]),
                          step=state["lights/step"], chosen=bands, who=who, at=house().clock())
    except Refused as refused:
        state["said"] = ("error", str(refused))
        return
    state["said"] = ("success", f"状态灯按“{bands.name}”点亮，重算了{seen}项。")


def _slips(who: Staff) -> None:
    try:
        kinds = set_slips(house().database, st.session_state["slips/own"], who=who, at=house().clock())
    except Refused as refused:
        st.session_state["said"] = ("error", str(refused))
        return
    st.session_state["said"] = ("success", f"督办单已改为：{'、'.join(level.name for kind in kinds for level in kind.levels)}。")
