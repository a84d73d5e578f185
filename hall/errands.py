"""What waits for whom (等您处理), and where each sitting stands: pure functions of snapshots and staff.

An errand is a sentence, the page where it is done, and the sitting it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from db.values import Staff
from hall.moment.extra import made_of
from hall.moment.limits import phones_at_once
from hall.moment.snapshot import Snapshot
from hall.moment.turn import next_target, on_stage, place_of, scored
from hall.preflight import owes, preflight
from office.people import Role
from office.reminding.reminders import Reminder
from office.reminding.why import OFFICE, SUPERVISOR, Why
from scoring.round import Phase


class Standing(StrEnum):
    """Where a sitting stands, with the light that says so."""

    PREPARING = "筹备中"
    OPEN = "打分中"
    UNDER_WAY = "进行中"
    COUNTED = "待公布"
    PUBLISHED = "已公布"


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingCard:
    """One sitting on the home page."""

    key: str
    title: str
    period: str
    held_on: date
    place: str
    note: str
    standing: Standing
    words: str
    today: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Something to do: what, on which page (its file's name), for which sitting (a key, or empty), what else its
    address says."""

    words: str
    page: str
    sitting: str = ""
    address: tuple[tuple[str, str], ...] = ()


_FILTERS = {Why.OVERDUE: ("light", "overdue"), Why.DUE: ("light", "due_soon"), Why.DUE_SOON: ("light", "due_soon"),
            Why.TO_SIGN: ("status", "checked"), Why.NODE_OVERDUE: ("nodes", "overdue")}


def card(snapshot: Snapshot, today: date) -> SittingCard:
    standing, words = standing_of(snapshot)
    about = snapshot.sitting
    return SittingCard(key=about.key, title=about.title, period=about.period, held_on=about.held_on,
                       place=about.place, note=about.note, standing=standing, words=words,
                       today=about.held_on == today)


def standing_of(snapshot: Snapshot) -> tuple[Standing, str]:
    """The light and the words of a sitting."""
    names = {one.key: one.name for one in snapshot.targets if not one.postponed}
    counting = [one for one in snapshot.rounds if one.phase is not Phase.VOID]
    done = {key for one in counting if one.phase in (Phase.CLOSED, Phase.PUBLISHED) for key in one.targets}
    if not names and not counting:
        return Standing.PREPARING, f"议程是空的，{len(snapshot.seats)}个评委席位"
    progress = f"已打分{len(done)}家，共{len(names)}家"
    for one in counting:
        if one.phase is Phase.OPEN:
            on_stage = names[one.targets[0]] if len(one.targets) == 1 else f"{len(one.targets)}家"
            return Standing.OPEN, f"{on_stage}正在打分，{progress}"
    if snapshot.published and all(one.phase is Phase.PUBLISHED for one in counting):
        return Standing.PUBLISHED, f"第{snapshot.published}版成绩，{progress}"
    if done and len(done) == len(names):
        return Standing.COUNTED, "全部打完，待公布"
    if counting:
        return Standing.UNDER_WAY, progress
    return Standing.PREPARING, f"{len(names)}家单位，{len(snapshot.seats)}个评委席位"


def errands(who: Staff, snapshots: Iterable[Snapshot], staff: Iterable[Staff], today: date) -> tuple[Errand, ...]:
    """What waits for this person, most pressing first, each thing once."""
    snapshots = tuple(snapshots)
    keys = [one.sitting.key for one in snapshots]  # whose units were all called back from it, nobody has to prepare
    found: list[Errand] = []
    for one in snapshots:
        if who.roles & {Role.HOST, Role.ADMINISTRATOR} and (one.targets or made_of(one.sitting.key, keys) is None):
            found += _of_the_host(one)
        if who.roles & {Role.HOST, Role.CLERK, Role.ADMINISTRATOR} and one.questions_waiting and not one.published:
            found.append(Errand(words=f"{one.sitting.title} {one.sitting.period}：{one.questions_waiting}个提问待审",
                                page="asking", sitting=one.sitting.key))
        if Role.LIAISON in who.roles:
            found += _of_the_liaison(one, who.unit, today)
        if who.roles & {Role.CLERK, Role.SUPERVISOR} and standing_of(one)[0] is Standing.COUNTED:
            found.append(Errand(words=f"{one.sitting.title} {one.sitting.period}：已打完，公布前请核对成绩", page="results",
                                sitting=one.sitting.key))
    if Role.ADMINISTRATOR in who.roles:
        found += _of_the_administrator(staff)
        if not snapshots:
            found.append(Errand(words="新建第一个场次", page="prepare"))
    return tuple(found)


def reminded(mine: Iterable[Reminder]) -> tuple[Errand, ...]:
    """What the list reminds one person of: one line a reason, the most urgent first; one item by itself leads to it."""
    found: dict[tuple[Why, str], dict[str, Reminder]] = {}
    for one in mine:
        found.setdefault((one.why, one.recipient.key), {}).setdefault(one.number, one)
    order = tuple(Why)
    return tuple(_errand(why, key, tuple(some.values()))
                 for (why, key), some in sorted(found.items(), key=lambda pair: (order.index(pair[0][0]), pair[0][1])))


def _errand(why: Why, key: str, some: tuple[Reminder, ...]) -> Errand:
    first = some[0]
    if len(some) == 1:
        return Errand(words=f"{first.number} {first.text[:24]}：{first.words}", page="item", address=(("n", first.number),))
    if key in (OFFICE, SUPERVISOR):
        return Errand(words=f"清单有{len(some)}项{why.words}，最久的是{first.number}（{first.words}）",
                      page="reminders" if key == OFFICE else "mine")
    if why in (Why.UNANSWERED, Why.NODE_DUE):
        return Errand(words=f"清单有{len(some)}项{why.words}，先看{first.number}（{first.words}）", page="mine")
    kind, _colon, name = key.partition(":")
    narrowed = (_FILTERS[why],) if why in _FILTERS else ()
    return Errand(words=f"清单有{len(some)}项{why.words}，先看{first.number}（{first.words}）", page="commitments",
                  address=((kind, name), *narrowed))


def _of_the_host(one: Snapshot) -> Iterator[Errand]:
    standing, _words = standing_of(one)
    title, key = f"{one.sitting.title} {one.sitting.period}", one.sitting.key
    if standing is Standing.PREPARING:
        red = [line for line in preflight(one, room=phones_at_once()) if not line.ok]
        for line in red:
            yield Errand(words=f"{title}：{line.todo}", page="prepare", sitting=key)
        if not red:
            yield Errand(words=f"{title}：准备就绪，可以请第1家上台", page="host", sitting=key)
    elif standing is Standing.OPEN:
        yield Errand(words=f"{title}：正在打分，请到主持台", page="host", sitting=key)
    elif standing is Standing.UNDER_WAY:
        here, following = one.target(on_stage(one) or ""), next_target(one)
        todo = (f"第{place_of(one, here)}家 {here.name}在台上" if here is not None and not scored(one, here.key)
                else f"下一家是第{place_of(one, following)}家 {following.name}" if following is not None
                else "请公布更正的一版" if one.published and any(r.phase is Phase.CLOSED for r in one.rounds) else "请到主持台继续")
        yield Errand(words=f"{title}：{todo}", page="host", sitting=key)
    elif standing is Standing.COUNTED:
        yield Errand(words=f"{title}：全部打完，请公布成绩", page="host", sitting=key)


def _of_the_liaison(one: Snapshot, unit: str, today: date) -> Iterator[Errand]:
    if one.published:
        return
    for target in one.targets:
        if target.unit == unit and owes(target):
            days = (one.sitting.held_on - today).days
            left = f"，离开会还有{days}天" if days > 0 else "，今天开会" if days == 0 else ""
            yield Errand(words=f"{target.name}的不足与承诺还没有填齐{left}", page="unit", sitting=one.sitting.key)


def _of_the_administrator(staff: Iterable[Staff]) -> Iterator[Errand]:
    waiting = [one.name for one in staff if one.active and not one.has_password and one.name != "demo"]
    if waiting:
        some = "、".join(waiting[:4]) + (f"等{len(waiting)}人" if len(waiting) > 4 else "")
        yield Errand(words=f"还没有设密码，登录链接三天有效：{some}", page="record")
