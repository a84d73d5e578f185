"""One seat, found by code, name or the scan of its badge: check-in, a new badge, leaving, another person, recusal, a
spoiled paper. Drawn in the console's dialog and on the desk's page; what each means is said before it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import urlsplit

import streamlit as st

from hall import seating
from hall.moment import seat_search
from hall.moment.holders import story_of
from hall.moment.snapshot import SeatInHall, Snapshot
from hall.screen import wall
from office.people import Role, Staff
from office.prints import badges
from office.prints.badge_sheet import sheet
from office.prints.badges import Badge, qr_svg
from pages._apart import apart
from pages._download import download
from pages._frame import act, house, say_what_happened
from scoring.round import Phase

WORDS, ISSUED, DOING, CHOSEN = "seats/words", "seats/issued", "seats/doing", "seats/chosen"
LEAD = frozenset({Role.HOST, Role.ADMINISTRATOR})
COUNT = frozenset({Role.CLERK, Role.ADMINISTRATOR})


def draw(snapshot: Snapshot, who: Staff) -> None:
    """The field, and the seat that it leads to: the first that is found, unless another one is pressed."""
    st.text_input("查席位：编号、姓名或职务、组名；或用扫码枪扫胸牌（扫到就签到）", key=WORDS, on_change=lambda: ask(
        st.session_state[WORDS], snapshot.sitting.key, who))
    say_what_happened()
    now = house().live.at(snapshot.sitting.key) or snapshot
    issued: Badge | None = st.session_state.get(ISSUED)
    if issued is not None:
        _badge(issued, now)
        return
    words, wanted = st.session_state.get(WORDS) or "", st.session_state.get(CHOSEN)
    found = seat_search.found_seats(now, words) if words else tuple(seat for seat in now.seats if seat.code == wanted)
    if not found:
        if words:
            st.write("没有这样的席位。")
        return
    chosen = next((seat for seat in found if seat.code == wanted), found[0])
    _panel(chosen, now, who)
    others = [seat for seat in found if seat is not chosen]
    if others:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html('<span class="lt-note">也可能是：</span>')
            for seat in others:
                st.button(f"{seat.code}　{seat.name}", key=f"seats/choose/{seat.code}",
                          on_click=st.session_state.update, args=({CHOSEN: seat.code, DOING: None},))


def ask(words: str, key: str, who: Staff) -> None:
    """New words: nothing of the last seat stays. A badge that was scanned is checked in at once, and its link goes: it
    is a secret, and the next scan is typed into an empty field."""
    for name in (ISSUED, CHOSEN, DOING):
        st.session_state.pop(name, None)
    st.session_state[WORDS] = "" if seat_search.is_link(words) else words
    if not seat_search.is_link(words):
        return
    now = house().live.at(key)
    seats = seat_search.found_seats(now, words) if now is not None else ()
    if seats:
        st.session_state[CHOSEN] = seats[0].code
        _arrive(key, seats[0].code, who)
    else:
        st.session_state["said"] = ("error", "这张胸牌已停用，或不属于这个场次。")


def _panel(seat: SeatInHall, now: Snapshot, who: Staff) -> None:
    key, code = now.sitting.key, seat.code
    state = "● 已签到" if seat.checked_in else "○ 未签到"
    badge = "" if seat.has_badge else "　■ 没有能用的胸牌"
    st.html(f'<div class="lt-card"><span class="lt-big">{escape(code)}　{escape(seat.name)}</span><br>'
            f'{escape(now.rule.group(seat.group).name)}　{state}{badge}</div>')
    doing = st.session_state.get(DOING)
    doing = doing if doing and doing[0] == code else None
    if doing is None:
        st.button("手机坏了、胸牌丢了：出新码" if seat.has_badge else "出新码", type="primary", width="stretch",
                  key=f"seats/badge/{code}", on_click=_new_badge, args=(now, code, who))
        st.html(f'<p class="lt-note">{escape(seating.badge_words(now, seat))}</p>')
    with st.container(horizontal=True):
        if not seat.checked_in:
            st.button("签到", key=f"seats/in/{code}", on_click=_arrive, args=(key, code, who))
        else:
            st.button("取消签到", key=f"seats/in/{code}", on_click=_do, args=(seating.undo_arrival, key, code, who),
                      kwargs={"done": f"{code}的签到已取消。"})
            _ask("leave", "离席", code)
        if who.roles & LEAD:
            _ask("replace", "换人", code)
            _ask("recuse", "登记回避", code)
        if who.roles & COUNT and not now.rule.group(seat.group).secret:
            _ask("spoil", "作废一张票", code)
        _ask("story", "经过", code)
    if doing is not None:
        with st.container(border=True):
            _FORMS[doing[1]](seat, now, who)


def _leave(seat: SeatInHall, now: Snapshot, who: Staff) -> None:
    st.write(f"**{seat.code}离席。**{seating.leaving_words(now, seat)}")
    _confirm("确认离席", "leave", seat.code, lambda: _do(
        seating.leave, now.sitting.key, seat.code, who, done=f"{seat.code}已登记离席，胸牌已停用。"))


def _replace(seat: SeatInHall, now: Snapshot, who: Staff) -> None:
    st.write(f"**{seat.code}换人，现在是{seat.name or '（没有写姓名）'}。**{seating.replacing_words(now)}")
    left, right = st.columns(2)
    left.text_input("新来的人：姓名或职务", key="seats/name")
    right.text_input("换人的原因", key="seats/why", placeholder="例如：原评委有急事离场")

    def replace() -> None:
        def do() -> None:
            st.session_state[ISSUED] = seating.replace_person(
                house().database, now.sitting.key, seat.code, name=st.session_state["seats/name"],
                reason=st.session_state["seats/why"], base_url=_base(now), by=who.name, at=house().clock())

        if act(do, done=f"{seat.code}已换人，旧胸牌已停用。"):
            st.session_state.pop(DOING, None)

    _confirm("确认换人，出新码", "replace", seat.code, replace)


def _recuse(seat: SeatInHall, now: Snapshot, who: Staff) -> None:
    names = apart({one.key: one.name for one in now.targets if now.recused(seat, one.key) is None}, _keys(now))
    here = now.stage.target if now.stage.shows == "target" else None
    order, told = sorted(names, key=lambda key: key != here), ""
    if order:
        target = st.selectbox("对哪一家回避", order, format_func=names.__getitem__, key="seats/target")
        st.text_input("原因", key="seats/why", placeholder="例如：与该单位负责人是亲属")
        told = seating.recusal_words(house().database, now.sitting.key, seat.code, target)
        st.warning(told)
    _confirm("确认回避", "recuse", seat.code, lambda: _do(
        seating.recuse_now, now.sitting.key, seat.code, who, st.session_state["seats/target"],
        reason=st.session_state["seats/why"], told=told, done=f"{seat.code}的回避已登记。"), disabled=not order)
    for one in now.targets:
        reason = now.recusals.get((seat.id, one.key))
        current = now.round_of(one.key)
        if reason is not None and (current is None or current.phase in (Phase.OPEN, Phase.VOID)):
            st.button(f"撤销对{one.name}的回避（{reason}）", key=f"seats/lift/{one.key}", on_click=_do,
                      args=(seating.lift_now, now.sitting.key, seat.code, who, one.key),
                      kwargs={"done": f"{seat.code}对{one.name}的回避已撤销，已投的票照算。"})


def _keys(now: Snapshot) -> dict[str, str]:
    return {one.key: one.key for one in now.targets}


def _spoil(seat: SeatInHall, now: Snapshot, who: Staff) -> None:
    may = seating.spoilable(house().database, now, seat)
    if not may:
        st.write("这一席没有可以作废的票。正在打分的由评委自己在手机上修改，截止后才能作废。")
    else:
        names = apart({one.key: one.name for one in now.targets}, _keys(now))
        st.selectbox("作废对哪一家的票", may, format_func=names.__getitem__, key="seats/target")
        st.text_input("原因", key="seats/why", placeholder="例如：评委当场声明打错了单位")
        st.warning("作废后这张票不再计入，评委以前的版本也不恢复，不能撤销；要让全体重打这一家，请主持人作废这一轮重投。"
                   + (f"已公布的第{now.published}版不变，要改成绩请另出一版更正。" if now.published else
                      "只让这位评委重打，作废后请他填一张纸票，在“纸票”页录入。"))
    _confirm("确认作废这张票", "spoil", seat.code, lambda: _spoil_it(seat, now, who), disabled=not may)


def _spoil_it(seat: SeatInHall, now: Snapshot, who: Staff) -> None:
    _do(seating.spoil, now.sitting.key, seat.code, who, st.session_state["seats/target"],
        reason=st.session_state["seats/why"], done="这张票已作废，成绩里列为废票。")
    house().live.forget_receipts()


def _story(seat: SeatInHall, now: Snapshot, _who: Staff) -> None:
    lines = "".join(f"<div>{escape(line)}</div>" for line in story_of(house().database, now.sitting.key, seat.code))
    st.html(f'<div style="max-height:11rem;overflow-y:auto;font-size:.92rem">{lines or "留痕里还没有这一席的事。"}</div>')
    st.button("返回", key="seats/story/no", on_click=st.session_state.pop, args=(DOING, None))


_FORMS: dict[str, Callable[[SeatInHall, Snapshot, Staff], None]] = {
    "leave": _leave, "replace": _replace, "recuse": _recuse, "spoil": _spoil, "story": _story}


def _ask(what: str, words: str, code: str) -> None:
    st.button(words, key=f"seats/{what}/{code}", on_click=st.session_state.update, args=({DOING: (code, what)},))


def _confirm(words: str, what: str, code: str, action: Callable[[], None], *, disabled: bool = False) -> None:
    with st.container(horizontal=True):
        st.button(words, key=f"seats/{what}/yes", on_click=action, disabled=disabled)
        st.button("返回", key=f"seats/{what}/no", on_click=st.session_state.pop, args=(DOING, None))


def _do(action: Callable[..., object], key: str, code: str, who: Staff, *args: object, done: str,
        **kwargs: object) -> None:
    if act(action, house().database, key, code, *args, by=who.name, at=house().clock(), done=done, **kwargs):
        st.session_state.pop(DOING, None)


def _arrive(key: str, code: str, who: Staff) -> None:
    said: list[str] = []
    if act(lambda: said.append(seating.arrive(house().database, key, code, by=who.name, at=house().clock()))):
        now = house().live.at(key)
        seat = next((one for one in now.seats if one.code == code), None) if now is not None else None
        st.session_state["said"] = ("success", said[0] + (seating.arrival_words(now, seat) if now and seat else ""))


def _new_badge(now: Snapshot, code: str, who: Staff) -> None:
    def issue() -> None:
        st.session_state[ISSUED] = badges.issue_badges(
            house().database, now.sitting.key, (code,), base_url=_base(now), by=who.name, at=house().clock())[0]

    act(issue)


def _badge(issued: Badge, now: Snapshot) -> None:
    """The new badge, as large as the place allows. Its link is nowhere else, and gone with this view."""
    title = f"{now.sitting.title}（{now.sitting.period}）"
    left, right = st.columns([1, 1.1], gap="medium")
    left.html(f'<div class="lt-big">{escape(issued.seat)}</div><div>{escape(issued.name)}</div>'
              f'<div class="lt-note">{escape(issued.group_name)}</div>')
    left.write("请这一席的手机扫右边的码。旧胸牌已停用；这个码只显示这一次。")
    left.html('<div style="font:600 1.15rem/1.5 monospace;overflow-wrap:anywhere;user-select:all" '
              f'data-testid="new-link">{escape(issued.link)}</div>')
    if wall.phone_address(now.public_url, st.context.url) is None:
        left.warning("手机打不开这台电脑自己的地址，请先在“会前准备”填写手机访问地址。")
    with left:
        download("打印这一张", lambda: sheet((issued,), title), f"胸牌_{issued.seat}.html", "text/html", key="seats/print")
    left.button("好了", key="seats/seen", on_click=st.session_state.pop, args=(ISSUED, None))
    right.image(qr_svg(issued.link), width="stretch")


def _base(now: Snapshot) -> str:
    """The address that phones open; on a machine that nobody else reaches, its own."""
    here = urlsplit(str(st.context.url or ""))
    return wall.phone_address(now.public_url, st.context.url) or f"{here.scheme}://{here.netloc}"
