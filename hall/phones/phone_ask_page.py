"""提问: the page on which a phone asks, as frozen values, and its HTML. No script: a form, and what became of it.

Nothing here knows a request or a database. A named seat sees where its own questions are; a secret one is told that
nothing leads from a question to its seat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db import talk
from db.talk import Question
from hall.moment.snapshot import SeatCard, Snapshot
from hall.moment.spoken import QUESTION_BOUND
from hall.phones.asking import may_be_asked
from hall.phones.phone_page import Page, render_form

FATES = {talk.WAITING: ("○", "排队中"), talk.QUEUED: ("○", "排队中"), talk.ON_STAGE: ("●", "已上台"),
         talk.ANSWERED: ("●", "已上台"), talk.SET_ASIDE: ("×", "未采用")}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnQuestion:
    """One of this seat's own: whom it asks, its words, and where it is, as shape and word."""

    target: str
    text: str
    shape: str
    fate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskView:
    """Everything the page shows. `choices`: (key, name) of the units that may be asked; one is asked without choosing."""

    sitting_title: str
    note: str
    seat_name: str
    group_name: str
    secret_group: bool
    is_open: bool
    choices: tuple[tuple[str, str], ...]
    presenter: str
    chosen: str
    nonce: str
    back: str
    here: str
    typed: str = ""
    message: str = ""
    sent: bool = False
    bound: int = QUESTION_BOUND
    own: tuple[OwnQuestion, ...] = ()


def ask_view(snapshot: Snapshot, seat: SeatCard, own: Sequence[Question], *, path: str, nonce: str, typed: str = "",
             chosen: str = "", message: str = "", sent: bool = False) -> AskView:
    """The page of one seat; `path` is its own address, `typed` a question that was refused."""
    group = snapshot.rule.group(seat.group)
    possible = may_be_asked(snapshot.stage, snapshot.targets)
    names = {one.key: one.name for one in snapshot.targets}
    return AskView(
        sitting_title=snapshot.sitting.title, note=snapshot.sitting.note.split("：")[0][:12],
        seat_name=seat.name or seat.code, group_name=group.name, secret_group=group.secret,
        is_open=snapshot.phones_may_ask and not seat.shadow and bool(possible),
        choices=tuple((one.key, one.name) for one in possible),
        presenter=possible[0].substitute or possible[0].presenter if len(possible) == 1 else "",
        chosen=chosen, nonce=nonce, back=path.removesuffix("/ask"), here=path, typed=typed, message=message, sent=sent,
        own=tuple(OwnQuestion(target=names.get(one.target, one.target), text=one.text, shape=FATES[one.state][0],
                              fate=FATES[one.state][1]) for one in reversed(own)))


def render_ask(view: AskView) -> Page:
    return render_form("phone_ask.html", "phone.css", "phone_ask.css", v=view)
