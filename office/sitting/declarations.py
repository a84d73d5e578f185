"""A unit's three shortcomings and its commitments (单位填报): what was typed, read into a declaration, and stored.

What cannot be stored is refused with the place where it stands; what is only weak (four shortcomings, a promise
without an amount) is pointed out and left to the unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from db.engine import Database
from db.values import Commitment, Declaration, Shortcoming, Staff
from office.people import Role
from office.refusal import NotAllowed, Refused
from office.sitting import sittings
from scoring.number import NotANumber, parse_decimal
from scoring.promise import unmeasurable

SHORTCOMINGS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedCommitment:
    """A promise as it stands in the form."""

    text: str = ""
    owner: str = ""
    deadline: date | None = None
    amount: str = ""
    amount_unit: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.text.strip() or self.owner.strip() or self.amount.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedShortcoming:
    """A shortcoming as it stands in the form; `measures` one a line."""

    text: str = ""
    gap: str = ""
    goal: str = ""
    measures: str = ""
    commitments: tuple[TypedCommitment, ...] = ()

    @property
    def is_blank(self) -> bool:
        typed = (self.text, self.gap, self.goal, self.measures)
        return not any(one.strip() for one in typed) and all(one.is_blank for one in self.commitments)


def may_declare(who: Staff, unit: str) -> bool:
    """The unit's own liaison, the host and the administrator may."""
    return bool(who.roles & {Role.HOST, Role.ADMINISTRATOR}) or (Role.LIAISON in who.roles and who.unit == unit)


def read_declaration(typed: tuple[TypedShortcoming, ...]) -> Declaration:
    """The declaration that was typed; blank shortcomings and blank promises are left out.

    Raises Refused, naming the first place that has to be mended.
    """
    kept = []
    for n, one in enumerate(typed, 1):
        if one.is_blank:
            continue
        if not one.text.strip():
            raise Refused(f"第{n}条不足没有写不足本身，请补上或整条删去。")
        kept.append(Shortcoming(
            text=one.text.strip(), gap=one.gap.strip(), goal=one.goal.strip(),
            measures=tuple(line.strip() for line in one.measures.splitlines() if line.strip()),
            commitments=tuple(_commitment(promise, f"第{n}条不足的第{m}项承诺")
                              for m, promise in enumerate(one.commitments, 1) if not promise.is_blank)))
    return Declaration(shortcomings=tuple(kept))


def advice(declaration: Declaration, held_on: date) -> tuple[str, ...]:
    """What is weak, in words; never a reason to refuse."""
    found = []
    count = len(declaration.shortcomings)
    if count != SHORTCOMINGS:
        found.append(f"要求讲{SHORTCOMINGS}条不足，现在是{count}条。")
    for n, one in enumerate(declaration.shortcomings, 1):
        missing = [words for words, there in (("差距", one.gap), ("目标", one.goal), ("措施", one.measures),
                                              ("承诺", one.commitments)) if not there]
        if missing:
            found.append(f"第{n}条不足还没有写{'、'.join(missing)}。")
        for m, promise in enumerate(one.commitments, 1):
            if not promise.amount:
                found.append(f"第{n}条不足的第{m}项承诺没有数量，到期难以核验，最好写明做到多少。")
            found += [f"第{n}条不足的第{m}项承诺：{said}" for said in
                      unmeasurable(promise.text, promise.amount, promise.amount_unit, promise.deadline) if said.startswith("“")]
            if promise.deadline < held_on:
                found.append(f"第{n}条不足的第{m}项承诺期限早于开会日期，请核对。")
    return tuple(found)


def typed_of(declaration: Declaration, *, least: int = SHORTCOMINGS) -> tuple[TypedShortcoming, ...]:
    """What the form starts from: what is stored, filled up with blank shortcomings to `least`."""
    stored = tuple(
        TypedShortcoming(
            text=one.text, gap=one.gap, goal=one.goal, measures="\n".join(one.measures),
            commitments=tuple(TypedCommitment(text=c.text, owner=c.owner, deadline=c.deadline, amount=c.amount,
                                              amount_unit=c.amount_unit) for c in one.commitments))
        for one in declaration.shortcomings)
    blank = TypedShortcoming(commitments=(TypedCommitment(),))
    return stored + (blank,) * (least - len(stored))


def is_listed(declaration: Declaration) -> bool:
    """Whether its commitments are on the list already, and it can be changed here no more."""
    return any(one.number for one in declaration.commitments)


def declare(database: Database, sitting: str, target: str, unit: str, typed: tuple[TypedShortcoming, ...], *,
            who: Staff, at: datetime) -> Declaration:
    """Store what was typed; the declaration as stored."""
    if not may_declare(who, unit):
        raise NotAllowed("只能填报本单位的不足与承诺。")
    declaration = read_declaration(typed)
    sittings.put_declaration(database, sitting, target, declaration, by=who.name, at=at)
    return declaration


def _commitment(one: TypedCommitment, where: str) -> Commitment:
    if not one.text.strip():
        raise Refused(f"{where}没有写内容，请补上或删去。")
    if not one.owner.strip():
        raise Refused(f"{where}没有写责任人，请写职务，例如：分管副县长。")
    if one.deadline is None:
        raise Refused(f"{where}没有写期限，请选日期。")
    amount, unit = one.amount.strip(), one.amount_unit.strip()
    if amount:
        try:
            parse_decimal(amount)
        except NotANumber:
            raise Refused(f"{where}的数量“{amount[:20]}”不是数，请只写数，如 95 或 33.5，单位写在旁边。") from None
        if not unit:
            raise Refused(f"{where}的数量没有写单位，例如 %、家、亿元。")
    elif unit:
        raise Refused(f"{where}写了单位没有写数量，请补上数量，或把单位清空。")
    return Commitment(text=one.text.strip(), owner=one.owner.strip(), deadline=one.deadline, amount=amount,
                      amount_unit=unit)
