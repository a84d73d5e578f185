"""What must never change behind anybody's back, checked: the record, the ledger, and every publication.

Each publication is compared four ways: with a recount of its own package, with its line in the record (公布成绩:
hashes of package, result and bookings), with what the ledger books for it, and, the latest one, with the ballots
and the rule that the database still holds. A record that was cut or written anew from its beginning needs a head
that was kept outside: every backup and every published package keeps one.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from db.engine import Connection
from db.reads import people as people_reads
from db.reads import results as result_reads
from db.reads import sittings as reads
from db.reads.people import RecordLine
from db.reads.results import Entry
from db.record import first_break
from db.values import Publication, Sitting
from hall.moment.moves import VOID
from hall.moment.packing import HEAD, ballot_rows
from hall.outcome.verified_hands import hands_and_objections
from hall.outcome.verified_items import list_checks
from hall.outcome.verified_look_backs import booked_by_look_backs, frozen_books, look_back_bookings
from office.points import ledger_sha256
from scoring.ballot import State
from scoring.number import NotANumber, parse_exact
from scoring.package import Package, package_from_files
from scoring.round import Phase
from scoring.tally import dumps, tally

PUBLISHING = "公布成绩"
SPOILING = "作废一张票"
Check = tuple[str, bool]
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, EOFError, NotImplementedError, RuntimeError,
           zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frozen:
    """A publication opened and recounted: its package, the record's head in it, and the points of each unit."""

    package: Package
    head: str
    package_sha256: str
    recounted: str
    rule_sha256: str
    ballots_sha256: str
    points: Mapping[str, Sequence[Fraction]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Since:
    """What the record says was taken out of a version after it was published, for a correction that is still to come:
    (seat, target) of spoiled papers, ids of voided rounds."""

    spoiled: Collection[tuple[str, str]]
    voided: Collection[int]


def checks(c: Connection, *, kept: tuple[int, str] | None = None) -> tuple[Check, ...]:
    """(what was checked, whether it holds)."""
    try:
        lines = people_reads.record(c)[::-1]
    except _DAMAGE:
        return (("留痕记录里有读不出的行，被改动过", False),)
    try:
        entries = result_reads.ledger(c)
        versions = {one: result_reads.publications(c, one.id) for one in reads.sittings(c)}
    except _DAMAGE:
        return (*_record(lines, kept, begun=True), ("台账或成绩里有读不出的行，被改动过", False))
    try:
        listed = tuple(list_checks(c, lines))
    except _DAMAGE:
        listed = (("清单的留痕里有读不出的行，被改动过", False),)
    found = [*_record(lines, kept, begun=bool(versions)), *_ledger(entries, versions.values(), booked_by_look_backs(lines)),
             *look_back_bookings(entries, lines), *frozen_books(c, lines), *listed]
    told = {(line.sitting, line.detail.get("version")): line for line in lines if line.action == PUBLISHING}
    for sitting, publications in versions.items():
        before: tuple[Entry, ...] = ()
        for one in publications:
            booked = tuple(entry for entry in entries if entry.publication_id == one.id)
            line = told.pop((sitting.key, one.number), None)
            try:
                found += _publication(c, sitting, one, line, booked, before, latest=one is publications[-1],
                                      since=_since(lines, sitting, one.number, line))
            except _DAMAGE:
                found.append((f"{sitting.key} 第{one.number}版所计的票或轮次里有读不出的行，被改动过", False))
            before = tuple(entry for entry in booked if entry.reverses_id is None)
        own = tuple(line for line in lines if line.sitting == sitting.key)
        try:
            found += hands_and_objections(c, sitting, publications, own, {
                one.number: line for one in publications for line in own
                if line.action == PUBLISHING and line.detail.get("version") == one.number})
        except _DAMAGE:
            found.append((f"{sitting.key} 确认或异议里有读不出的行，被改动过", False))
    found += [(f"{sitting} 第{number}版成绩有公布的留痕，成绩却不在了", False) for sitting, number in told]
    return tuple(found)


def _record(lines: tuple[RecordLine, ...], kept: tuple[int, str] | None, *, begun: bool) -> Iterator[Check]:
    broken = first_break(lines)
    words = f"留痕记录链，共{len(lines)}条"
    if lines:
        words += f"，末条第{lines[-1].id}条 {lines[-1].hash}"
    if begun and not lines:
        yield f"{words}：有场次却没有任何记录，记录被删除过", False
    else:
        yield words + ("" if broken is None else f"：从第{broken}条起断开"), broken is None
    if kept is not None:
        there = any((line.id, line.hash) == kept for line in lines)
        yield f"另存的末条第{kept[0]}条 {kept[1]}" + ("仍在记录里" if there else "不在记录里，记录被删减或重写过"), there


def _ledger(entries: tuple[Entry, ...], versions: Iterable[tuple[Publication, ...]],
            by_look_backs: Collection[int]) -> Iterator[Check]:
    """Every entry belongs to a publication or to a look-back that the record tells of, has the sign of its kind, and
    a reversal undoes exactly what it names."""
    known = {one.id for some in versions for one in some}
    by_id = {entry.id: entry for entry in entries}
    wrong = [entry.id for entry in entries if not _sound(entry, by_id) or (
        entry.id not in by_look_backs if entry.publication_id is None else entry.publication_id not in known)]
    yield f"考绩台账，共{len(entries)}笔" + (f"：第{wrong[0]}笔有误" if wrong else ""), not wrong


def _sound(entry: Entry, by_id: Mapping[int, Entry]) -> bool:
    try:
        points = parse_exact(entry.points)
        if entry.reverses_id is None:
            return bool(points) and (points > 0) == (entry.kind == "bonus")
        undone = by_id[entry.reverses_id]
        return (undone.reverses_id is None and points == -parse_exact(undone.points)
                and (entry.unit, entry.period, entry.kind) == (undone.unit, undone.period, undone.kind))
    except (NotANumber, KeyError):
        return False


def _publication(c: Connection, sitting: Sitting, one: Publication, line: RecordLine | None,
                 booked: tuple[Entry, ...], before: tuple[Entry, ...], *, latest: bool, since: _Since) -> Iterator[Check]:
    name = f"{sitting.key} 第{one.number}版"
    try:
        frozen = _opened(result_reads.package_bytes(c, one.id))
    except _DAMAGE:
        yield f"{name}复算包打不开或不能计票，被改动过", False
        return
    same = (frozen.recounted, frozen.rule_sha256, frozen.ballots_sha256) == (
        one.result, one.rule_sha256, one.ballots_sha256)
    yield f"{name}成绩与重新计票" + ("一致" if same else "不一致"), same
    if line is None:
        yield f"{name}成绩没有公布的留痕", False
        return
    same = _as_told(one, frozen, line)
    yield f"{name}成绩与公布时的留痕" + ("一致" if same else "不一致"), same
    same = _as_booked(frozen, line, booked, before)
    yield f"{name}记入台账的分数与成绩" + ("一致" if same else "不一致"), same
    if latest:
        held = [row for row in ballot_rows(c, sitting, (Phase.PUBLISHED,), since.voided)
                if row.state != State.SPOILED.value or (row.seat, row.target) not in since.spoiled]
        same = sorted(frozen.package.ballots) == sorted(held)
        yield f"{name}所计的票与库里的票" + ("一致" if same else "不一致"), same
        same = frozen.package.rule.source == reads.rule_text(c, sitting.id)[0].encode()
        yield f"{name}所依的评分办法与库里的" + ("一致" if same else "不一致"), same


def _since(lines: Sequence[RecordLine], sitting: Sitting, version: int, published: RecordLine | None) -> _Since:
    after = [one for one in lines if published is not None and one.sitting == sitting.key and one.id > published.id]
    return _Since(
        spoiled={(str(one.detail.get("seat")), str(key)) for one in after if one.action == SPOILING
                 for key in _listed(one.detail.get("targets"))},
        voided={int(str(one.detail.get("round"))) for one in after
                if one.action == VOID and one.detail.get("version") == version})


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _opened(packed: bytes) -> _Frozen:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    package = package_from_files(files)
    result = tally(package)
    as_json = result.as_json()
    points: dict[str, list[Fraction]] = {}
    for target in package.targets:
        written = as_json["targets"][target.target]["points"]
        if written is not None and Fraction(written):
            points.setdefault(target.unit, []).append(Fraction(written))
    head = files.get(HEAD, b"").decode().split()
    return _Frozen(package=package, head=head[-1] if head else "",
                   package_sha256=hashlib.sha256(packed).hexdigest(), recounted=dumps(result),
                   rule_sha256=as_json["rule_sha256"], ballots_sha256=as_json["ballots_sha256"], points=points)


def _as_told(one: Publication, frozen: _Frozen, line: RecordLine) -> bool:
    """The publication is the one whose hashes, moment, person and reason the record tells."""
    told = line.detail
    return (line.previous_hash == frozen.head
            and (line.at, line.actor, told.get("reason")) == (one.published_at, one.published_by, one.reason)
            and (told.get("rule_sha256"), told.get("ballots_sha256")) == (one.rule_sha256, one.ballots_sha256)
            and told.get("package_sha256") == frozen.package_sha256
            and told.get("result_sha256") == hashlib.sha256(one.result.encode()).hexdigest())


def _as_booked(frozen: _Frozen, line: RecordLine, booked: tuple[Entry, ...], before: tuple[Entry, ...]) -> bool:
    """By unit and period: this version's points, and a reversal of each entry of the version before it."""
    period = line.detail.get("period")
    try:
        own = Counter((one.unit, one.period, parse_exact(one.points)) for one in booked if one.reverses_id is None)
    except NotANumber:
        return False
    wanted = Counter((unit, period, points) for unit, some in frozen.points.items() for points in some)
    undone = sorted(one.reverses_id for one in booked if one.reverses_id is not None)
    return (own == wanted and undone == sorted(one.id for one in before)
            and line.detail.get("ledger_sha256") == ledger_sha256(booked))
