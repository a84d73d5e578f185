"""会前准备: the rule as text, checked as it is typed, and said in words beside it. Drawing only."""

from __future__ import annotations

from html import escape

import streamlit as st

from office.people import Staff
from office.sitting import sittings
from office.sitting.preparation import Prepared, check_rule, prepared, with_version
from office.sitting.starts import start_text, starts
from pages._frame import act, house
from pages._tryout import show_tryout

_SITTING = "sitting:"


def draw_rule(one: Prepared, others: dict[str, str], who: Staff) -> None:
    """`others`: key -> title of the sittings whose rule may be taken over."""
    key = one.sitting.key
    field = f"{key}/rule"
    left, right = st.columns([1.1, 1], gap="large")
    if one.rule_locked:
        with left:
            st.html(f'<p class="lt-note">第{one.rule_version}版，已开始打分，办法锁定，不能再改。</p>')
            st.code(one.rule_toml, language="toml", height=560)
        with right:
            _draw_words(check_rule(one.rule_toml).sentences)
        return
    if field not in st.session_state:
        st.session_state[field] = one.rule_toml
        st.session_state[f"{field}/version"] = one.rule_version
    overtaken = st.session_state[f"{field}/version"] != one.rule_version
    with left:
        st.html(f'<p class="lt-note">现行第{one.rule_version}版。改完点编辑框外面即检查；保存为新的一版，第一轮开始打分时锁定。'
                "写法见 docs/rules.md。</p>")
        with st.container(key="lt-rule"):
            toml = st.text_area("rule.toml", key=field, height=520, label_visibility="collapsed")
        check = check_rule(toml)
        changed = toml != one.rule_toml
        if overtaken:
            st.warning(f"您修改期间，别人保存了第{one.rule_version}版。请先恢复现行版，再改。")
        savable = check.ok and changed and not overtaken
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.button("保存为新的一版", type="primary" if savable else "secondary",
                      disabled=not savable, on_click=_save, args=(one, who), key=f"{key}/rule/save")
            st.button("恢复现行版", disabled=not (changed or overtaken), key=f"{key}/rule/back",
                      on_click=lambda: st.session_state.pop(field))
            if st.button("试算", disabled=not check.ok, key=f"{key}/rule/try",
                         help="用示例选票试这份办法：看名次、去掉了哪些票、并列怎么办。不保存。"):
                show_tryout(key, toml)
        _draw_starts(one, others)
    with right:
        if check.ok:
            _draw_words(check.sentences)
        else:
            items = "".join(f"<li><b>{escape(fault.key) or '全文'}</b>：{escape(fault.message)}</li>"
                            for fault in check.faults)
            st.html(f'<p style="color:#B3261E;margin:0"><b>■ 有{len(check.faults)}处要改，改好才能保存</b></p>'
                    f'<ul style="line-height:1.6">{items}</ul>')


def _draw_starts(one: Prepared, others: dict[str, str]) -> None:
    """Other rules as a start: the published ones with their source, and those of other sittings."""
    key = one.sitting.key
    known = {start.key: start for start in starts()}
    titles = {**{k: start.title for k, start in known.items()},
              **{f"{_SITTING}{k}": f"本系统：{title}" for k, title in others.items()}}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("换成别的办法作底稿", list(titles), format_func=titles.__getitem__, key=f"{key}/rule/from")
        st.button("换上", on_click=_take_over, args=(one,), key=f"{key}/rule/take")
    if start := known.get(chosen):
        st.html(f'<p class="lt-note"><b>出处</b>　{escape(start.source)}<br><b>原文之外</b>　{escape(start.ours)}<br>'
                "不是现行有效的办法。换上只改编辑框，保存才生效。</p>")


def _draw_words(sentences: tuple[str, ...]) -> None:
    items = "".join(f"<li>{escape(one)}</li>" for one in sentences)
    st.html('<p style="color:#1E7F4F;margin:0"><b>● 办法可用，说成话是：</b></p>'
            f'<ol style="line-height:1.7;padding-left:1.4rem">{items}</ol>')


def _save(one: Prepared, who: Staff) -> None:
    key, field = one.sitting.key, f"{one.sitting.key}/rule"
    toml = with_version(st.session_state[field], one.rule_version + 1)
    if act(sittings.put_rule, house().database, key, toml, by=who.name, at=house().clock(),
           done=f"评分办法已保存为第{one.rule_version + 1}版。"):
        st.session_state.pop(field)


def _take_over(one: Prepared) -> None:
    chosen = st.session_state[f"{one.sitting.key}/rule/from"]
    if chosen.startswith(_SITTING):
        toml = prepared(house().database, chosen.removeprefix(_SITTING)).rule_toml
    else:
        toml = start_text(chosen)
    st.session_state[f"{one.sitting.key}/rule"] = with_version(toml, one.rule_version + 1)
