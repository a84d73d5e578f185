"""会前准备: a new sitting, and the basic settings of an old one. Drawing only."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from hall.outcome import signing
from office.people import Staff
from office.sitting import mending, sittings
from office.sitting.preparation import Prepared, Sitting, new_plan, proposed_key
from pages import _signing
from pages._frame import act, house

MODES = {"each": "每家讲完打分", "all": "最后一张票打全部"}
ARENAS = ("县区比拼现场", "局长问政考场", "镇街亮绩赛场", "专项擂台")
_EXAMPLE = ""


def draw_settings(one: Prepared, who: Staff) -> None:
    """Title, date, place, how long a ballot is open."""
    about = one.sitting
    with st.form(f"settings/{about.key}", border=False):
        _fields(f"settings/{about.key}", dict(
            title=about.title, arena=about.arena, period=about.period, held_on=about.held_on, place=about.place,
            note=about.note, ballot_mode=about.ballot_mode, seconds=about.seconds,
            grace_seconds=about.grace_seconds, desk_check_in=about.desk_check_in))
        st.form_submit_button("保存设置", on_click=_save, args=(about.key, who))
    st.html(f'<p class="lt-note">编号 {about.key}，命令行上用它。</p>')
    _signing.draw_terms(about.key, who, begun=one.begun)


def draw_new(who: Staff, today: date, taken: dict[str, str], like: Sitting | None = None) -> None:
    """Everything that a sitting needs to exist; `taken`: key -> title of those there are, newest first.

    `like`: the sitting that is copied; its settings stand in the form.
    """
    st.subheader(f"复制“{like.title}（{like.period}）”" if like else "新建场次", anchor=False)
    if like:
        st.html('<p class="lt-note">评分办法、环节、议程次序、单位（上次只打分不排名的仍是）、评委席位、公布方式和异议期'
                '照原样带过来；胸牌、回避、分项得分和成绩不带。'
                "请改好编号、名称、周期和日期。</p>")
    with st.form("new", border=False):
        left, right = st.columns(2)
        left.text_input("编号（英文字母、数字、- 和 _）", value=proposed_key(today, set(taken)), key="new/key")
        choices = [*taken, _EXAMPLE]
        right.selectbox("评分办法和名单从哪里开始", choices, key="new/like", index=choices.index(like.key) if like else 0,
                        format_func=lambda key: f"沿用：{taken[key]}" if key else "示例办法（温州县区比拼现场），名单从空白开始")
        left.checkbox("沿用时把议程单位和评委席位一起带过来（胸牌和回避不带）", value=True, key="new/with_roster")
        right.checkbox("连同各单位填报的不足与承诺一起带过来", value=False, key="new/with_declarations",
                       help="一般不带：每一场各单位重新填报。")
        _fields("new", dict(
            title=like.title if like else "", arena=like.arena if like else ARENAS[0], period=_quarter(today),
            held_on=today, place=like.place if like else "", note=like.note if like else "",
            ballot_mode=like.ballot_mode if like else "each", seconds=like.seconds if like else 120,
            grace_seconds=like.grace_seconds if like else 5, desk_check_in=like.desk_check_in if like else False))
        st.form_submit_button("复制" if like else "新建", type="primary", on_click=_create, args=(who,))
    if taken:
        st.button("返回", on_click=lambda: st.session_state.pop("prepare/new", None))


def _fields(prefix: str, values: dict[str, Any]) -> None:
    left, right = st.columns(2)
    left.text_input("名称", value=values["title"], key=f"{prefix}/title", placeholder="例如：县区比拼现场")
    right.text_input("赛场", value=values["arena"], key=f"{prefix}/arena")
    left.text_input("考核周期（分数记入这一期）", value=values["period"], key=f"{prefix}/period")
    right.date_input("日期", value=values["held_on"], key=f"{prefix}/held_on", format="YYYY-MM-DD")
    left.text_input("地点", value=values["place"], key=f"{prefix}/place")
    right.text_input("说明（凡显示本场数字的地方都注明，可不填）", value=values["note"], key=f"{prefix}/note")
    left.selectbox("打分方式", list(MODES), index=list(MODES).index(values["ballot_mode"]),
                   format_func=MODES.__getitem__, key=f"{prefix}/ballot_mode")
    right.number_input("每轮打分时间（秒，0为主持人手动截止）", 0, 86400, values["seconds"], 10,
                       key=f"{prefix}/seconds")
    left.number_input("截止倒计时，也是收路上的票的时间（秒）", 0, 600, values["grace_seconds"], 1,
                      key=f"{prefix}/grace_seconds")
    right.checkbox("须在签到台签到才能打分", value=values["desk_check_in"],
                   key=f"{prefix}/desk_check_in",
                   help="不勾时，第一次扫胸牌即签到。")


def _typed(prefix: str) -> dict[str, Any]:
    names = ("title", "arena", "period", "held_on", "place", "note", "ballot_mode", "seconds", "grace_seconds",
             "desk_check_in")
    return {name: st.session_state[f"{prefix}/{name}"] for name in names}


def _save(key: str, who: Staff) -> None:
    act(sittings.change_sitting, house().database, key, **_typed(f"settings/{key}"), by=who.name,
        at=house().clock(), done="设置已保存。")


def _create(who: Staff) -> None:
    state = st.session_state
    database, key = house().database, state["new/key"].strip()

    def create() -> None:
        plan = new_plan(database, key=key, like=state["new/like"], with_roster=state["new/with_roster"],
                        with_declarations=state["new/with_declarations"], **_typed("new"))
        mending.add_sitting(database, plan, by=who.name, at=house().clock())
        if state["new/like"]:
            _carry_terms_over(state["new/like"], key, who)

    if act(create, done="场次已新建。下面逐项准备，上方各项变绿即可开场。"):
        state.pop("prepare/new", None)
        state["sitting"] = key
        st.query_params["s"] = key


def _carry_terms_over(like: str, key: str, who: Staff) -> None:
    """Who must confirm a result, and how long objections are taken: as it was."""
    database = house().database
    old, new = (signing.signing_of(database, one).terms for one in (like, key))
    if old != new:
        signing.set_terms(database, key, hands=signing.Hands(old.hands), objection_hours=old.objection_hours,
                          by=who.name, at=house().clock())


def _quarter(today: date) -> str:
    return f"{today.year}Q{(today.month + 2) // 3}"
