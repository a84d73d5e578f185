"""What a unit promised last time and how that stands, and the one click that puts what it promises now onto the list."""

from __future__ import annotations

from html import escape

import streamlit as st

from hall.moment.snapshot import TargetCard
from office import local_time
from office.listing.item_rights import may_list
from office.listing.items import list_promises
from office.listing.last_time import LastTime, promised_last_time
from office.people import Staff
from pages._frame import act, house
from pages._items import link


def draw(sitting: str, card: TargetCard, who: Staff) -> None:
    """Both lines, each only where there is something to say."""
    now = house().clock()
    last = promised_last_time(house().database, sitting, today=local_time.day(now)).get(card.unit)
    if last is not None:
        st.html(last_line(last, card.unit))
    waiting = sum(promise.number is None for promise in card.declaration.commitments)
    listed = [promise.number for promise in card.declaration.commitments if promise.number]
    if listed:
        to = escape(link("commitments", unit=card.unit, sitting=sitting))
        st.html(f'<p class="lt-note">本场承诺已列入清单{len(listed)}项：<a class="lt-go" target="_self" href="{to}">看清单</a></p>')
    if waiting and may_list(who):
        st.button(f"把{waiting}项承诺列入清单", key=f"list-key/{sitting}/{card.key}", icon=":material/add_task:",
                  help="列入后由责任单位签收、办理；公布成绩时没有列入的也会列入。", on_click=act,
                  args=(list_promises, house().database, sitting, card.key),
                  kwargs={"who": who, "at": now, "done": f"{card.name}的{waiting}项承诺已列入清单。"})


def last_line(last: LastTime, unit: str) -> str:
    """上次承诺5项，已销号3项, with the way to the items."""
    to = escape(link("commitments", unit=unit, sitting=last.sitting))
    return (f'<p class="lt-note"><b>{escape(last.words)}</b>（{escape(last.title)} {escape(last.period)}）　'
            f'<a class="lt-go" target="_self" href="{to}">看清单</a></p>')
