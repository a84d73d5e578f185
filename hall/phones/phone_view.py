"""From a snapshot of the hall to what one phone is told: the page's view, and the answer of `/now`.

Pure: no request, no database, no clock; the seat, the receipt and the moment come in. A recused target has no field
here, so that neither the page nor a robot can fill it in; on a ranking it keeps its place, uncounted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zlib import crc32

from db.clock import text_of
from db.values import Declaration, Receipt, Round
from hall.ballots.phone_parts import parts_of
from hall.moment.snapshot import SeatCard, Snapshot, TargetCard
from hall.moment.turn import balloted, how_many_speak, next_target, place_of, place_on_paper
from hall.phones.phone_page import (
    ChoiceView,
    CommitmentView,
    FieldView,
    PhoneView,
    ReceiptView,
    ShortcomingView,
    TargetView,
)
from office.local_time import clock_time
from office.sitting.routes import OFF_ROUTE, route_words
from scoring.ballot import Line, State, fields
from scoring.round import Phase
from scoring.rule import BallotKind, MissingCriterion, Rule

ECHO_BOUND = 40
WITHOUT_MARKS = {"abstain": "弃权", "dont_know": "不了解"}
_PHASES = {Phase.OPEN: "open", Phase.CLOSED: "closed", Phase.PUBLISHED: "published"}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What `/now` says: the body, and the tag that changes exactly when this phone's page would."""

    etag: str
    shared: _Shared
    receipt: Receipt | None

    def body(self) -> bytes:
        mine = None if self.receipt is None else {
            "receipt": self.receipt.code, "version": self.receipt.version, "received_at": self.receipt.received_at}
        return f'{self.shared.head}, "receipt": {json.dumps(mine)}, {self.shared.tail}'.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What all phones with the same targets to score are told: JSON around the receipt, and its digest."""

    head: str
    tail: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A paper that was refused: what was typed (told again up to a bound), what is wrong with it, at which field."""

    values: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    field: str = ""


def may_score(snapshot: Snapshot, seat: SeatCard, of: Round) -> tuple[str, ...]:
    """The targets of a round that this seat has to fill in."""
    if snapshot.rule.ballot.kind is BallotKind.RANKING:
        barred = all(snapshot.recused(seat, key) is not None for key in of.targets)
        return () if barred else of.targets
    return tuple(key for key in of.targets if snapshot.recused(seat, key) is None)


def news_of(snapshot: Snapshot, seat: SeatCard, receipt: Receipt | None) -> News:
    """The hall in one small answer. The serial alone does not change the tag: it grows with every badge issued."""
    now = snapshot.round
    open_to = may_score(snapshot, seat, now) if now is not None and now.phase is Phase.OPEN else ()
    shared = snapshot.kept.get(("news", open_to))
    if not isinstance(shared, _Shared):
        shared = snapshot.kept[("news", open_to)] = _shared(snapshot, open_to)
    own = "" if receipt is None else f".{receipt.code}.{receipt.version}"
    return News(etag=f'"{shared.digest}{crc32(seat.name.encode()):x}{own}"', shared=shared, receipt=receipt)


def _shared(snapshot: Snapshot, open_to: tuple[str, ...]) -> _Shared:
    now = snapshot.round
    told: dict[str, object] = {
        "round": None if now is None else str(now.id),
        "phase": None if now is None else now.phase.value,
        "closes_at": None if now is None or now.closes_at is None else text_of(now.closes_at),
        "targets": [] if now is None else list(now.targets),
    }
    seen = json.dumps([told, open_to, snapshot.rule.sha256, _next_up(snapshot), _void_note(snapshot),
                       _stated(snapshot), snapshot.phones_may_ask])
    asked = json.dumps([one.as_json() for one in fields(snapshot.rule, open_to)], ensure_ascii=False)
    return _Shared(head=json.dumps(told, ensure_ascii=False)[:-1], tail=f'"fields": {asked}, "serial": {snapshot.serial}}}',
                   digest=hashlib.sha256(seen.encode()).hexdigest()[:16])


def _stated(snapshot: Snapshot) -> str:
    """What the page says of the round's targets, as one word for the tag; worked out once a snapshot."""
    kept = snapshot.kept.get("stated")
    if not isinstance(kept, str):
        cards = () if snapshot.round is None else tuple(map(snapshot.target, snapshot.round.targets))
        said = [(one.name, one.speaker, place_on_paper(snapshot, one), one.declaration, one.last_time)
                for one in cards if one is not None]
        of = (how_many_speak(snapshot), len(balloted(snapshot)), [place_of(snapshot, one) for one in cards[:1] if one is not None])
        kept = snapshot.kept["stated"] = hashlib.sha256(repr((said, of)).encode()).hexdigest()
    return kept


def view_of(snapshot: Snapshot, seat: SeatCard, receipt: Receipt | None, *, at: datetime, nonce: str, etag: str,
            typed: Typed | None = None) -> PhoneView:
    """The page of one seat at one moment. `typed` is a refused paper, shown again as it was typed."""
    rule, now = snapshot.rule, snapshot.round
    group = rule.group(seat.group)
    typed = typed or Typed()
    keys = () if now is None else now.targets
    sent = _values(receipt.lines if receipt else ()) | {name: value[:ECHO_BOUND] for name, value in typed.values.items()}
    cards = [card for key in keys if (card := snapshot.target(key)) is not None]
    parts = parts_of(cards) if rule.ballot.kind is not BallotKind.RANKING else {}
    targets = tuple(_target(snapshot, seat, card, sent, typed, parts.get(card.key, "")) for card in cards)
    barred = bool(targets) and all(target.recused for target in targets)
    if barred and receipt is not None:  # recused on the spot, with a paper that is in
        targets = tuple(replace(one, recused=f"{one.recused}您此前提交的评分不再计入。") for one in targets)
    shown = None if receipt is None or barred else receipt_view(snapshot, seat, receipt)
    if shown is not None and parts and now is not None and now.phase is Phase.OPEN:
        shown = replace(shown, sent=())  # a long paper shows what was sent in its own fields
    return PhoneView(
        sitting_title=snapshot.sitting.title,
        note=snapshot.sitting.note.split("：")[0][:12],
        seat_name=seat.name,
        seat_code=seat.code,
        group_name=group.name,
        secret_group=group.secret and not seat.shadow,
        shadow=seat.shadow,
        phase="waiting" if now is None else _PHASES.get(now.phase, "waiting"),
        phase_code="" if now is None else now.phase.value,
        etag=etag,
        now_ms=milliseconds(at),
        round=None if now is None else str(now.id),
        closes_ms=None if now is None or now.closes_at is None else milliseconds(now.closes_at),
        targets=targets,
        ranking=rule.ballot.kind is BallotKind.RANKING,
        partial=rule.ballot.missing_criterion is not MissingCriterion.VOID_BALLOT,
        barred=barred,
        receipt=shown,
        nonce=nonce,
        message=typed.message,
        next_up=_next_up(snapshot),
        void_note=_void_note(snapshot),
        may_ask=snapshot.phones_may_ask,
        route=route_words(seat, [one for one in snapshot.targets if not one.postponed]),
        replaced=receipt is None and may_have_voted(snapshot, seat),
    )


def may_have_voted(snapshot: Snapshot, seat: SeatCard) -> bool:
    """Whether this badge of a secret seat was given out after the round had begun: what was sent with the one before counts,
    and is not to be found with this one."""
    now = snapshot.round
    return (now is not None and snapshot.rule.group(seat.group).secret and not seat.shadow
            and text_of(now.opened_at) <= seat.replaced_at)


def receipt_view(snapshot: Snapshot, seat: SeatCard, receipt: Receipt) -> ReceiptView:
    is_secret = snapshot.rule.group(seat.group).secret and not seat.shadow
    return ReceiptView(code=receipt.code, version=receipt.version,
                       time="" if is_secret else _clock(receipt.received_at),
                       spoiled=is_spoiled(receipt),
                       sent=tuple(_in_words(snapshot, seat, line) for line in receipt.lines))


def is_spoiled(receipt: Receipt) -> bool:
    """Whether the clerk has spoiled the whole paper after the close."""
    return bool(receipt.lines) and all(line.state is State.SPOILED for line in receipt.lines)


def _target(snapshot: Snapshot, seat: SeatCard, card: TargetCard, sent: Mapping[str, str], typed: Typed,
            part: str) -> TargetView:
    rule, whole = snapshot.rule, f"m.{card.key}"
    recused = snapshot.recused(seat, card.key)
    value = sent.get(whole, "") or sent.get("m", "")
    open_to_seat = recused is None
    called = card.speaks and snapshot.round is not None and len(snapshot.round.targets) == 1
    return TargetView(
        key=card.key,
        name=card.name,
        presenter=card.speaker,
        position=place_of(snapshot, card) if called else place_on_paper(snapshot, card),
        total=how_many_speak(snapshot) if called else len(balloted(snapshot)),
        recused=_said(recused) if recused is not None else "",
        last_time=card.last_time,
        shortcomings=_shortcomings(card.declaration),
        commitments=_commitments(card.declaration),
        fields=_fields(rule, card.key, sent, typed) if open_to_seat else (),
        choices=tuple(ChoiceView(key=g.key, name=g.name) for g in rule.grades)
        if open_to_seat and rule.ballot.kind is BallotKind.GRADES else (),
        value="" if value in WITHOUT_MARKS else value,
        state=value if value in WITHOUT_MARKS else "",
        error=typed.message if typed.field == whole else "",
        part=part,
        off_route=recused == OFF_ROUTE,
    )


def _fields(rule: Rule, target: str, sent: Mapping[str, str], typed: Typed) -> tuple[FieldView, ...]:
    if rule.ballot.kind is not BallotKind.POINTS:
        return ()
    names = {criterion.key: criterion.name for criterion in rule.criteria}
    return tuple(
        FieldView(name=one.name, criterion=names[one.criterion], min=one.min or "0", max=one.max or "",
                  step=one.step or "1", value=sent.get(one.name, ""),
                  error=typed.message if typed.field == one.name else "")
        for one in fields(rule, (target,)))


def _shortcomings(declaration: Declaration) -> tuple[ShortcomingView, ...]:
    return tuple(ShortcomingView(text=one.text, gap=one.gap, goal=one.goal, measures=one.measures)
                 for one in declaration.shortcomings)


def _commitments(declaration: Declaration) -> tuple[CommitmentView, ...]:
    return tuple(
        CommitmentView(text=one.text, owner=one.owner,
                       deadline=f"{one.deadline.year}年{one.deadline.month}月{one.deadline.day}日")
        for one in declaration.commitments)


def _values(lines: tuple[Line, ...]) -> dict[str, str]:
    """Lines as the form's own fields."""
    values = {}
    for line in lines:
        if line.state is not State.SUBMITTED:
            values[f"m.{line.target}"] = line.state.value
        for criterion, mark in line.marks:
            values[f"m.{line.target}.{criterion}" if criterion else f"m.{line.target}"] = mark
    return values


def _in_words(snapshot: Snapshot, seat: SeatCard, line: Line) -> str:
    """`乐清市：质量 88 · 位次 90`."""
    rule, card = snapshot.rule, snapshot.target(line.target)
    names = {one.key: one.name for one in rule.criteria} | {one.key: one.name for one in rule.grades}
    if snapshot.recused(seat, line.target) is not None and rule.ballot.kind is not BallotKind.RANKING:
        said = "已回避，不计入"
    elif line.state is not State.SUBMITTED:
        said = {**WITHOUT_MARKS, State.SPOILED.value: "这张票已作废"}.get(line.state.value, line.state.value)
    elif rule.ballot.kind is BallotKind.POINTS:
        said = " · ".join(f"{names.get(key, key)} {mark}" for key, mark in line.marks)
    elif rule.ballot.kind is BallotKind.GRADES:
        said = "".join(names.get(mark, mark) for _key, mark in line.marks)
    else:
        said = "".join(f"第{mark}名" for _key, mark in line.marks)
    return f"{card.name if card else line.target}：{said}"


def _next_up(snapshot: Snapshot) -> str:
    """Who is on stage without a ballot yet, or who comes next on the agenda; empty while there is nothing to say."""
    done = {key for one in snapshot.rounds if one.phase is not Phase.VOID for key in one.targets}
    on_stage = snapshot.target(snapshot.stage.target or "") if snapshot.stage.shows == "target" else None
    if on_stage is not None and on_stage.key not in done:
        return f"现在上场：{on_stage.name}"
    if snapshot.sitting.ballot_mode == "all":
        return "" if done else "全部讲完后一次打分。"
    following = next_target(snapshot)
    return f"下一家：{following.name}" if following is not None else ""


def _void_note(snapshot: Snapshot) -> str:
    """A round that was voided is told to those who voted in it."""
    last = next((one for one in reversed(snapshot.rounds) if not one.is_slip), None)
    if snapshot.round is not None or last is None or last.phase is not Phase.VOID:
        return ""
    names = [card.name for key in last.targets if (card := snapshot.target(key)) is not None]
    more = f"等{len(names)}家" if len(names) > 3 else ""
    return f"{'、'.join(names[:3])}{more}的上一轮打分已作废，将重新打分。"


def _said(reason: str) -> str:
    return f"原因：{reason}。"


def _clock(received_at: str) -> str:
    return clock_time(datetime.fromisoformat(received_at))


def milliseconds(moment: datetime) -> int:
    """Since 1970, as scripts count time."""
    return (moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
