"""成绩: the ranking of a sitting and, for one unit, how its number was made.

Before the first publication only the people of the hall see the closed rounds so far, marked as not published; while
the hall is shown a version, whoever is not of the hall is told so and by when it is here.
"""

from __future__ import annotations

import html

import streamlit as st

from hall.moment.discretion import is_of_the_hall
from hall.outcome.advice import may_read
from hall.outcome.board import Board
from hall.outcome.explained import explained, how_firm
from hall.outcome.standings import board, ranking_csv
from hall.outcome.unit_scores import unit_scores
from office.local_time import minute
from office.people import Role
from office.refusal import Refused
from pages import (
    _checking,
    _frame,
    _hall_first,
    _late,
    _objections,
    _ranking,
    _said_on_stage,
    _sheet,
    _signing,
    _unit_scores,
    _working,
)
from pages._download import download
from pages._frame import choose_sitting, header, require
from pages._pieces import say_what_happened_everywhere

who = require(Role.HOST, Role.CLERK, Role.SUPERVISOR, Role.LEADER, Role.ADMINISTRATOR, Role.LIAISON)
database = _frame.house().database


def version_asked() -> int | None:
    asked = st.query_params.get("v", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else None


def say_which_version(shown: Board) -> None:
    """Published or not, when, by whom, under which rule and from which ballots; hashes short."""
    if shown.version is None:
        st.html('<div class="lt-draft"><b>未公布</b>这是已截止各轮的结果，只供会务核对，不得外传；公布后以公布的版本为准。</div>')
        when = "还没有公布"
    else:
        when = f"第{shown.version.number}版，{minute(shown.version.at)} 公布（{html.escape(shown.version.by)}）"
        if not shown.is_newest:
            newest = shown.versions[-1].number
            st.html(f'<div class="lt-draft"><b>旧版本</b>第{shown.version.number}版已被第{newest}版更正。</div>')
        if shown.version.reason:
            when += f"；更正原因：{html.escape(shown.version.reason)}"
    st.html(f'<p class="lt-facts">{when}<br>办法第{shown.rule_version}版 <code>{shown.rule_sha256[:8]}</code>，'
            f'选票 <code>{shown.ballots_sha256[:8]}</code></p>')


def show_ranking(shown: Board, key: str) -> None:
    if shown.sentence:
        _sheet.say(shown.sentence)
    scores = unit_scores(shown)
    if scores:
        projects, units = st.tabs(["项目成绩", "单位成绩"])
        with projects:
            show_places(shown, key)
        with units:
            _unit_scores.draw(scores, key)
    else:
        show_places(shown, key)


def show_places(shown: Board, key: str) -> None:
    if shown.ranked:
        for group in shown.ranking_groups:
            _ranking.picture(shown, group)
    st.html(_ranking.table(shown, key) + "".join(
        f'<p class="lt-facts"><b>{html.escape(state)}</b>（{len(names)}家）：{html.escape("、".join(names))}</p>'
        for state, names in (*shown.waiting, *([("延到补场", shown.put_off)] if shown.put_off else []))))
    if shown.warnings:
        st.html('<p class="lt-facts">' + "<br>".join(f"注意：{html.escape(one)}。" for one in shown.warnings) + "</p>")
    download("下载排名（CSV）", ranking_csv(shown), f"{key}_排名.csv", "text/csv", on_click="ignore",
             icon=":material/download:")


def forget_the_other_sitting(key: str) -> None:
    """A unit and a version chosen for one sitting mean nothing in another."""
    if st.session_state.get("results-of", key) != key:
        for param in ("u", "v"):
            st.session_state.pop(f"filter-{param}", None)
            _sheet.keep_in_address(param, "")
    st.session_state["results-of"] = key


key = choose_sitting()
forget_the_other_sitting(key)
st.html(_sheet.LOOK + _working.LOOK)
try:
    shown = board(database, key, who, version_asked())
except Refused as refused:
    header("成绩")
    st.error(str(refused))
    if version_asked():
        st.link_button("看最新一版", f"?s={key}")
    if is_of_the_hall(who):
        _late.show_late(key)
    st.stop()
if shown is None:
    header("成绩")
    st.info("这一场的成绩还没有公布。公布后在这里查看排名和计算过程。")
    st.stop()
_hall_first.or_wait(key, who)

unit = _sheet.from_address("u", [one.target for one in (*shown.ranked, *shown.others)])
header(f"{shown.line(unit).name}：成绩怎么算出来的" if unit else f"{shown.sitting.title} {shown.sitting.period} 成绩",
       shown.sitting.note)
say_what_happened_everywhere()
say_which_version(shown)
if is_of_the_hall(who):
    _hall_first.say_who_waits(key)
    _signing.show(key, who, shown)
left, right = st.columns(2)
with left:
    names = {one.target: f"{one.place or '—'} {one.name}" for one in (*shown.ranked, *shown.others)}
    if _sheet.choose("看哪一家", "u", names, "全部单位（排名）") != unit:
        st.rerun()
if len(shown.versions) > 1:
    with right:
        versions = {str(one.number): f"第{one.number}版（已更正）" for one in shown.versions[:-1]}
        asked = _sheet.choose("版本", "v", versions, f"第{shown.versions[-1].number}版（现行）")
        if asked != ("" if shown.is_newest else str(shown.version.number)):
            st.rerun()

if unit:
    try:
        number = shown.version.number if shown.version else None
        _working.show(explained(database, key, unit, who, number), shown.line(unit),
                      lambda: how_firm(database, key, unit, number))
    except Refused as refused:
        st.error(str(refused))
else:
    show_ranking(shown, key)
_said_on_stage.draw(key, unit or None, whole=is_of_the_hall(who))
_signing.draw_paper(key, who, shown)
_objections.show(key, who)
if may_read(who) and shown.is_newest:
    st.html(f'<p class="lt-facts"><a href="/advice?s={html.escape(key)}" target="_self">评议分析</a>：'
            '评委之间有多一致，名次稳不稳（仅供参考）</p>')
with st.expander(f"评分办法：{shown.rule_title}"):
    st.html(f'<ol class="lt-rule">{"".join(f"<li>{html.escape(one)}</li>" for one in shown.rule_words)}</ol>')
if shown.version is not None:
    with st.expander("回执码：查自己的票计入了没有"):
        _checking.show_receipts(_frame.house(), shown, key)
with st.expander("复核：指纹、复算包和命令"):
    _checking.show_check(_frame.house(), shown, key, of_the_hall=is_of_the_hall(who))
if is_of_the_hall(who):
    _late.show_late(key)
if len(shown.versions) > 1:
    with st.expander(f"历次公布（{len(shown.versions)}版）"):
        st.html("".join(
            f'<p class="lt-facts">第{one.number}版，{minute(one.at)}，{html.escape(one.by)}公布'
            f'{f"；更正原因：{html.escape(one.reason)}" if one.reason else ""}</p>' for one in reversed(shown.versions)))
