"""Shared by results, ledger and commitments: how tables and charts look, and filters kept in the address."""

from __future__ import annotations

import html
from collections.abc import Mapping

import streamlit as st

from pages._apart import apart

INK, GREY, LINE, MIST = "#1F2328", "#4A525C", "#D9DDE3", "#F5F6F8"
BLUE, OCHRE = "#1F4E79", "#9A5B13"
GROUP_COLOURS = ("#1F4E79", "#9A5B13", "#2F6B4F", "#6A4C93")
GROUP_SYMBOLS = ("circle", "square", "diamond", "triangle-up")
GROUP_SHAPES = ("○", "□", "◇", "△")
FONT = "'PingFang SC','HarmonyOS Sans SC','MiSans','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
CHART = {"displayModeBar": False, "staticPlot": False, "scrollZoom": False, "doubleClick": False}

LOOK = """<style>
.lt-say{font-size:1.25rem;line-height:1.6;margin:.25rem 0 .5rem;max-width:60rem}
.lt-scroll{overflow-x:auto;margin:.25rem 0 1rem}
table.lt{border-collapse:collapse;width:100%;font-size:.95rem}
table.lt th{font-weight:600;text-align:left;border-bottom:2px solid #1F2328;padding:8px 10px;white-space:nowrap}
table.lt td{border-bottom:1px solid #D9DDE3;padding:8px 10px;vertical-align:top}
table.lt .n{text-align:right;white-space:nowrap}
table.lt .k{font-weight:600}
table.lt .w{white-space:nowrap}
table.lt .name{min-width:8.5rem}
table.lt .small div.q{white-space:normal;word-break:keep-all}
table.lt .small:last-child div.q{word-break:normal;min-width:4.5rem}
table.lt div.q{font-weight:400}
table.lt .q{color:#4A525C;font-size:.88rem}
table.lt tr.off td{color:#4A525C}
table.lt a,.lt-facts a{color:#1F4E79;text-decoration:underline;text-underline-offset:3px}
.lt-draft{border:2px solid #1F2328;border-left-width:10px;padding:10px 16px;margin:.25rem 0 .75rem}
.lt-draft b{font-size:1.15rem;margin-right:.75rem}
.lt-facts{color:#4A525C;font-size:.92rem;line-height:1.7;margin:0 0 .5rem}
.lt-facts code{font-size:.88em;overflow-wrap:anywhere;background:none;color:inherit;padding:0}
.lt-green{color:#1E7F4F}.lt-yellow{color:#8A5A12}.lt-red{color:#B3261E}
.lt-light{font-weight:600;white-space:nowrap}
.lt-counts{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:12px;margin:.25rem 0 1rem}
.lt-counts>div{border:1px solid #D9DDE3;border-radius:6px;padding:10px 14px}
.lt-cards{display:grid;gap:12px;margin:0 0 1rem}
.lt-cards>article{border:1px solid #D9DDE3;border-radius:6px;padding:12px 14px}
.lt-cards h3{font-size:1.05rem!important;margin:.35rem 0!important;padding:0!important;line-height:1.5;font-weight:600}
.lt-cards p{margin:.15rem 0;line-height:1.55}
.lt-top{display:flex;justify-content:space-between;gap:12px;align-items:baseline;flex-wrap:wrap}
.lt-chart{font-size:1.05rem!important;padding:.5rem 0 0!important;margin:0!important}
.lt-key{margin:.15rem 0 0;font-size:.92rem;color:#1F2328}
.lt-key span,.lt-under span{display:inline-block;margin-right:1rem;white-space:nowrap}
.lt-phone,tr.lt-phone{display:none}
@media (max-width:640px){
 .lt-wide{display:none!important}.lt-phone{display:block}.lt-cards.lt-phone{display:grid}tr.lt-phone{display:table-row}
 h1{font-size:1.4rem!important}
 .lt-say{font-size:1.1rem}
 .lt-key span,.lt-under span{white-space:normal;overflow-wrap:anywhere}
 .lt-counts{gap:8px}.lt-counts>div{padding:8px 10px}
 .lt-counts .lt-big{font-size:1.5rem}
 .lt-counts .lt-light{white-space:normal;font-size:.88rem}
 table.lt{font-size:.9rem}table.lt th,table.lt td{padding:8px 6px}
 [data-testid=stColumn]{min-width:calc(50% - .5rem)!important;flex:1 1 calc(50% - .5rem)!important}
 .stHorizontalBlock{gap:.5rem 1rem!important}
}
</style>"""


def say(sentence: str) -> None:
    """The sentence that comes before any picture."""
    st.html(f'<p class="lt-say">{html.escape(sentence)}</p>')


def from_address(param: str, known: list[str]) -> str:
    """A filter's value in the address, or nothing when it is not one of the known."""
    asked = st.query_params.get(param, "")
    return asked if asked in known else ""


def choose(label: str, param: str, names: Mapping[str, str], everything: str) -> str:
    """A filter kept in the address: the chosen key, or "" for everything."""
    keys = ["", *names]
    key = f"filter-{param}"
    if key not in st.session_state:
        st.session_state[key] = from_address(param, keys)
    elif st.session_state[key] not in keys:
        st.session_state[key] = ""
    told = apart({"": everything, **names})
    chosen = st.selectbox(label, keys, key=key, format_func=lambda one: told.get(one, everything))
    keep_in_address(param, chosen)
    return str(chosen)


def keep_in_address(param: str, value: str) -> None:
    if value:
        if st.query_params.get(param) != value:
            st.query_params[param] = value
    elif param in st.query_params:
        del st.query_params[param]


def forget_filters() -> None:
    """In a key's callback: the page opens as if nothing had been asked for, so that what was just entered is on it."""
    for key in [key for key in st.session_state if str(key).startswith("filter-")]:
        del st.session_state[key]
    st.query_params.clear()


def lay_out(figure: object, height: int, **more: object) -> None:
    """The look of every chart: our font, no grid but what is asked for, nothing that zooms by accident."""
    figure.update_layout(  # type: ignore[attr-defined]
        height=height, font={"family": FONT, "size": 14, "color": INK}, paper_bgcolor="#FFFFFF",
        plot_bgcolor="#FFFFFF", dragmode=False, hoverlabel={"font": {"family": FONT, "size": 14}}, **more)
