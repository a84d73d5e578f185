"""现场提问 on a console: what is on stage, the queue, what waits to be looked at, and the form for what is spoken. Drawing only.

`draw(snapshot, key, who, do)` is mounted by the host's console and by the page of its own; it is drawn anew by itself.
Only the host puts a question on the hall screen; clerks prepare the queue and write the answers down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from hall.moment import turn
from hall.moment.snapshot import Snapshot
from hall.moment.spoken import one_line
from hall.stage import questioning
from hall.stage.questions import REASONS, SOURCES, Question, Queue, State, asked_by, questions_of, queue_of
from office.local_time import clock_time
from office.people import Role, Staff
from pages import _promise
from pages._apart import apart
from pages._frame import house

Do = Callable[..., None]
LEAD = frozenset({Role.HOST, Role.ADMINISTRATOR})
ASKERS = ("分管副市长", "市人大代表", "市政协委员", "市民监督员", "企业代表", "服务对象代表", "媒体记者")
SHOWN = 30  # of those that wait; the rest comes as these are dealt with

_CSS = """<style>
.q-now{border-left:4px solid #1F4E79;background:#F5F6F8;padding:.5rem .8rem;margin:0 0 .3rem}
.q-now b{font-size:1.15rem;line-height:1.4}
.q-one{font-size:.95rem;line-height:1.45;overflow-wrap:anywhere;margin:0}
.q-one small,.q-now small{color:#4A525C;font-size:.85rem}
</style>"""


def waiting_words(snapshot: Snapshot) -> str:
    """The name of a tab or a key that leads here: `提问 3`, of whoever is on stage; of all while nobody is."""
    waiting = len(queue_of(house().database, snapshot, turn.on_stage(snapshot)).waiting)
    return f"提问 {waiting}" if waiting else "提问"


def draw(snapshot: Snapshot, key: str, who: Staff, do: Do, target: str | None = None) -> None:
    """The questions of `target`; of whoever is on stage when none is named, of all while nobody is."""
    target = target or turn.on_stage(snapshot)
    queue = queue_of(house().database, snapshot, target)
    leads = bool(who.roles & LEAD)
    st.html(_CSS)
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        _on_stage(queue, snapshot, do, leads)
        if queue.left is not None:
            _just_left(queue.left, snapshot, do)
        _rows("排队", queue.queued, queue, snapshot, do, leads)
        _rows("待审", queue.waiting, queue, snapshot, do, leads)
    with right:
        _form(queue, snapshot, target, do, leads)
        _phones(snapshot, do, leads)
        _promise.draw(queue, snapshot, do)
    _done(queue, snapshot, do)


def _on_stage(queue: Queue, snapshot: Snapshot, do: Do, leads: bool) -> None:
    one = queue.on_stage
    if one is None:
        st.html('<p class="q-now"><small>台上没有问题。</small></p>')
        return
    names = {card.key: card.name for card in snapshot.targets}
    follow = "追问　" if one.follows is not None else ""
    since = f"{clock_time(one.on_stage_at)}上台" if one.on_stage_at else ""
    st.html(f'<div class="q-now"><small>◆ 台上　{follow}{escape(asked_by(snapshot, one))}　问{escape(names[one.target])}'
            f'　{since}</small><br><b>{escape(one.text)}</b></div>')
    _answer_field(one)
    with st.container(horizontal=True):
        if leads:
            st.button("回答完毕", type="primary", key=f"q/end/{one.id}",
                      on_click=lambda: _ended(one, do), help="问题离开大屏，回答留在记录里")
        st.button("只记回答", key=f"q/write/{one.id}", on_click=_write, args=(one, do))
        st.button("追问", key=f"q/follow/{one.id}", on_click=_follow, args=(one,))
        if leads:
            st.button("撤下", key=f"q/off/{one.id}", on_click=lambda: do(
                questioning.take_off, one.id, done="已撤下，回到排队。"), help="按错了：回到排队里原来的位置")


def _just_left(one: Question, snapshot: Snapshot, do: Do) -> None:
    """Its unit has left the stage, and somebody may still be writing its answer down: the field stays where it was."""
    name = next(card.name for card in snapshot.targets if card.key == one.target)
    st.html(f'<p class="q-one"><small>● 刚问过{escape(name)}　{escape(asked_by(snapshot, one))}</small><br>{escape(one.text)}</p>')
    _answer_field(one)
    st.button("保存回答", key=f"q/write/{one.id}", on_click=_write, args=(one, do))


def _rows(title: str, rows: Sequence[Question], queue: Queue, snapshot: Snapshot, do: Do, leads: bool) -> None:
    st.html(f'<p class="lt-note" style="margin:.6rem 0 .2rem"><b>{title} {len(rows)}</b></p>')
    for n, one in enumerate(rows[:SHOWN]):
        with st.container(border=True):
            words, keys = st.columns(2, gap="small", vertical_alignment="center")
            words.html(_words(one, snapshot, in_list=True))
            with keys, st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="right"):
                _keys(n, one, queue, snapshot, do, leads)
    if len(rows) > SHOWN:
        st.html(f'<p class="lt-note">另有{len(rows) - SHOWN}个，处理完上面的再显示。</p>')


def _keys(n: int, one: Question, queue: Queue, snapshot: Snapshot, do: Do, leads: bool) -> None:
    here = snapshot.stage.shows == "target" and snapshot.stage.target == one.target
    if leads:
        first = n == 0 and queue.on_stage is None and here and (one.state == State.QUEUED or not queue.queued)
        st.button("上台", key=f"q/stage/{one.id}", type="primary" if first else "secondary", disabled=not here,
                  on_click=_put, args=(one, queue, do), help=None if here else "这家单位现在不在台上")
    if one.state == State.WAITING:
        st.button("排队", key=f"q/queue/{one.id}", type="secondary" if leads else "primary",
                  on_click=lambda: do(questioning.approve, one.id))
    elif one.state == State.QUEUED:
        order = tuple(other.id for other in queue.queued if other.target == one.target)
        place = order.index(one.id)
        st.button("上移", key=f"q/up/{one.id}", disabled=place == 0,
                  on_click=lambda: do(questioning.move, one.id, -1, seen=order))
        st.button("下移", key=f"q/down/{one.id}", disabled=place == len(order) - 1,
                  on_click=lambda: do(questioning.move, one.id, 1, seen=order))
    with st.popover("不采用"):
        for reason in REASONS:
            st.button(reason, key=f"q/aside/{one.id}/{reason}", width="stretch",
                      on_click=lambda why=reason: do(questioning.set_aside, one.id, why, seen=one.state))
        st.text_input("其他原因，写好后回车", key=f"q/aside/{one.id}/own", on_change=lambda: do(
            questioning.set_aside, one.id, st.session_state[f"q/aside/{one.id}/own"], seen=one.state))


def _form(queue: Queue, snapshot: Snapshot, target: str | None, do: Do, leads: bool) -> None:
    """What is being spoken, typed while it is."""
    follows = st.session_state.get("q/follows")
    before = next((one for one in (*queue.answered, *filter(None, [queue.on_stage])) if one.id == follows), None)
    speaking = [card for card in snapshot.targets if card.speaks and not card.postponed]
    with st.container(border=True):
        st.html(f'<p class="q-one"><b>{"追问" if before else "登记提问"}</b>'
                + (f'<br><small>接着：{escape(before.text)}</small>' if before else "") + "</p>")
        if target is None and before is None:
            st.selectbox("问哪一家", [card.key for card in speaking], key="q/target",
                         format_func=apart({card.key: card.name for card in speaking}).__getitem__)
        known = [one.asker for one in questions_of(house().database, snapshot) if one.seat is None and one.asker]
        st.selectbox("提问人（身份）", list(dict.fromkeys([*known, *ASKERS])), index=None, key="q/asker",
                     accept_new_options=True, placeholder="选一个，或直接写")
        st.text_area("问题", key="q/text", height=100, max_chars=200)

        def send(action: Callable[..., object], done: str, **more: object) -> None:
            whom = before.target if before else target or st.session_state.get("q/target") or ""
            do(action, whom, asker=st.session_state.get("q/asker") or "", group="", text=st.session_state["q/text"],
               follows=before.id if before else None, done=done, **more)
            _clear_if_taken(snapshot)

        with st.container(horizontal=True):
            if leads and snapshot.stage.shows == "target" and (target or snapshot.stage.target) == snapshot.stage.target:
                st.button("上台", key="q/ask-at-once",
                          type="secondary" if queue.on_stage or queue.queued or queue.waiting else "primary",
                          on_click=lambda: send(questioning.ask_at_once, "已上台。", on_stage=_id(queue.on_stage),
                                                answer=_typed(queue.on_stage)))
            st.button("排队", key="q/ask", on_click=lambda: send(questioning.type_in, "已排队。"))
            if before:
                st.button("不追问了", key="q/no-follow", on_click=st.session_state.pop, args=("q/follows", None))


def _phones(snapshot: Snapshot, do: Do, leads: bool) -> None:
    now = snapshot.phones_may_ask
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="q-one">手机提问：<b>{"● 开" if now else "○ 关"}</b></p>')
        if leads:
            st.button("关闭手机提问" if now else "开放手机提问", key=f"q/phones/{now}", on_click=lambda: do(
                questioning.let_phones_ask, not now, done=f"手机提问已{'关闭' if now else '开放'}。"))


def _done(queue: Queue, snapshot: Snapshot, do: Do) -> None:
    if queue.answered:
        with st.expander(f"已答 {len(queue.answered)}"):
            for one in reversed(queue.answered):
                st.html(_words(one, snapshot))
                _answer_field(one)
                with st.container(horizontal=True):
                    st.button("保存回答", key=f"q/write/{one.id}", on_click=_write, args=(one, do))
                    st.button("追问", key=f"q/follow/{one.id}", on_click=_follow, args=(one,))
    if queue.set_aside:
        with st.expander(f"未采用 {len(queue.set_aside)}"):
            for one in queue.set_aside:
                st.html(_words(one, snapshot))
                st.button("重新考虑", key=f"q/again/{one.id}", on_click=lambda it=one: do(questioning.take_up, it.id))


def _words(one: Question, snapshot: Snapshot, *, in_list: bool = False) -> str:
    """`in_list`: under a heading that says where it is. The unit is named where it is not the one on stage."""
    names = {card.key: card.name for card in snapshot.targets}
    here = snapshot.stage.shows == "target" and snapshot.stage.target == one.target
    state = State(one.state)
    facts = [f"{state.shape} {state.words}" if not in_list else "", "追问" if one.follows is not None else "",
             SOURCES[one.source], asked_by(snapshot, one), "" if here else f"问{names[one.target]}", one.set_aside]
    facts = [one for one in facts if one]
    return f'<p class="q-one"><small>{escape("　".join(facts))}</small><br>{escape(one.text)}</p>'


def _answer_field(one: Question) -> None:
    """What is typed stays when somebody else saves meanwhile: the later save is told of it."""
    field, seen = f"q/answer/{one.id}", f"q/seen/{one.id}"
    if field not in st.session_state:
        st.session_state[seen] = one.answer
    st.text_area("回答", value=one.answer, key=field, height=90, placeholder="边听边记；答应办的事记在右边“当场承诺”", max_chars=2000)


def _write(one: Question, do: Do) -> None:
    do(questioning.write_answer, one.id, st.session_state[f"q/answer/{one.id}"],
       seen=st.session_state[f"q/seen/{one.id}"], done="回答已记下。")
    _see_again(one)


def _ended(one: Question, do: Do) -> None:
    do(questioning.end, one.id, _typed(one), done="回答完毕，问题已离开大屏。")
    _see_again(one)


def _see_again(one: Question) -> None:
    now = house().live.at(st.session_state["sitting"])
    kept = next((it for it in questions_of(house().database, now) if it.id == one.id), None) if now else None
    if kept is not None:
        st.session_state[f"q/seen/{one.id}"] = kept.answer


def _put(one: Question, queue: Queue, do: Do) -> None:
    do(questioning.put_on_stage, one.id, on_stage=_id(queue.on_stage), answer=_typed(queue.on_stage), done="已上台。")


def _follow(one: Question) -> None:
    st.session_state["q/follows"], st.session_state["q/asker"] = one.id, one.asker


def _clear_if_taken(snapshot: Snapshot) -> None:
    """The form is emptied once its question is stored; after a refusal it stays as it is."""
    now = house().live.at(snapshot.sitting.key)
    before = {one.id for one in questions_of(house().database, snapshot)}
    asked = one_line(st.session_state["q/text"])
    if now is not None and any(one.text == asked and one.id not in before for one in questions_of(house().database, now)):
        st.session_state["q/text"] = ""
        st.session_state.pop("q/follows", None)


def _id(one: Question | None) -> int | None:
    return None if one is None else one.id


def _typed(one: Question | None) -> str:
    return "" if one is None else str(st.session_state.get(f"q/answer/{one.id}", ""))
