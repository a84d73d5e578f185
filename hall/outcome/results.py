"""From closed rounds to a published result: the package, the checklist, the publication, the points.

The official numbers are `scoring`'s; here they are fed from the database and frozen into it. A round that is
open is never counted, and its ballots never leave the database while it is.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from db.engine import Database
from db.reads import ballots as ballot_reads
from db.reads import people as people_reads
from db.reads import results as result_reads
from db.reads import sittings as reads
from db.stores.items import Items
from db.stores.signing import Signing as SigningStore
from db.values import Publication, Sitting
from db.work import Work, work
from hall.moment.leaving import leave_stage
from hall.moment.moves import VOID
from hall.moment.packing import package_of, packed, sitting_of
from hall.outcome import signing
from hall.outcome.checklist import Check, checks_of, count, counting_since, result_of
from hall.outcome.deducted import frozen_components
from hall.outcome.verification import PUBLISHING
from office import local_time
from office.points import ledger_sha256
from office.refusal import NotFound, Refused
from scoring.ballot import State
from scoring.explain import explain
from scoring.package import (
    Package,
    PackageRefused,
    files_of,
    package_from_files,
    write_files,
    zip_of,
)
from scoring.result import CannotTally
from scoring.round import Phase
from scoring.rows import ComponentRow
from scoring.rule import Rule, read_rule
from scoring.tally import dumps

__all__ = ["Check", "checklist", "export", "package_in_force", "package_zip", "publish", "receipts", "standing",
           "standing_to_come", "working"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The result so far of one sitting: of a publication, or of the closed rounds before any.

    `components`: what of the totals was not balloted, deductions among it; not read again of a publication whose rule
    deducts nothing.
    """

    sitting: Sitting
    rule: Rule
    publication: Publication | None
    result: dict[str, Any]
    names: dict[str, str]
    components: tuple[ComponentRow, ...] = ()


def standing(database: Database, sitting: str, number: int | None = None) -> Standing:
    """A publication (the latest, or version `number`); before the first one, the closed rounds so far.

    Raises Refused when the rule cannot give a result yet (an empty group, a tie that the rule forbids).
    """
    with database.reading() as c:
        found = sitting_of(c, sitting)
        names = {one.key: one.name for one in reads.targets(c, found.id)}
        versions = result_reads.publications(c, found.id)
        if number is not None:
            versions = tuple(one for one in versions if one.number == number)
            if not versions:
                raise NotFound(f"没有第{number}版成绩。")
        if versions:
            rule = read_rule(reads.rule_text(c, found.id)[0].encode())
            return Standing(sitting=found, rule=rule, publication=versions[-1],
                            result=json.loads(versions[-1].result), names=names,
                            components=frozen_components(c, versions[-1].id) if rule.deductions else ())
        package = package_of(c, found)
    return _counted(found, package, names)


def standing_to_come(database: Database, sitting: str) -> Standing:
    """The closed rounds as they would be published next, whatever has been published before."""
    with database.reading() as c:
        found = sitting_of(c, sitting)
        names = {one.key: one.name for one in reads.targets(c, found.id)}
        package = package_of(c, found)
    return _counted(found, package, names)


def _counted(sitting: Sitting, package: Package, names: dict[str, str]) -> Standing:
    return Standing(sitting=sitting, rule=package.rule, publication=None, result=result_of(package).as_json(),
                    names=names, components=package.components)


def working(database: Database, sitting: str, target: str, number: int | None = None) -> dict[str, Any]:
    """How one target's number was made: the explanation tree, of the publication if there is one."""
    package = package_in_force(database, sitting, number)
    if target not in {one.target for one in package.targets}:
        raise NotFound("成绩里没有这个单位。")
    try:
        return explain(package, target)
    except (CannotTally, PackageRefused) as cause:
        raise Refused(str(cause)) from None


def package_in_force(database: Database, sitting: str, number: int | None = None) -> Package:
    """The package of the latest publication (or version `number`), else of the closed rounds so far."""
    files = _published_files(database, sitting, number)
    if files is None:
        with database.reading() as c:
            return package_of(c, sitting_of(c, sitting))
    return package_from_files(files)


def package_zip(database: Database, sitting: str, number: int | None = None) -> bytes:
    """The recount package as a zip file: what was frozen, or the closed rounds so far with their result."""
    with database.reading() as c:
        found = sitting_of(c, sitting)
        versions = [one for one in result_reads.publications(c, found.id) if number in (None, one.number)]
        if versions:
            return result_reads.package_bytes(c, versions[-1].id)
        package = package_of(c, found)
    return zip_of(files_of(package, dumps(result_of(package))))


def export(database: Database, sitting: str, folder: Path) -> tuple[str, ...]:
    """Write the recount package into a folder; the names of the files written."""
    files = _published_files(database, sitting, None)
    if files is None:
        with database.reading() as c:
            package = package_of(c, sitting_of(c, sitting))
        files = files_of(package, dumps(result_of(package)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_files(files, folder)
    except OSError as cause:
        raise Refused(f"写不进文件夹 {folder}：{cause.strerror or cause}。请换一个可写的位置。") from None
    return tuple(sorted(files))


def checklist(database: Database, sitting: str) -> tuple[Check, ...]:
    """What stands between the closed rounds and a publication, each in one sentence."""
    with database.reading() as c:
        return checks_of(c, sitting_of(c, sitting))


def publish(database: Database, sitting: str, *, by: str, at: datetime, reason: str = "",
            despite_warnings: bool = False) -> int:
    """Freeze the result as the next version, book its points, list the commitments: all in one transaction.

    A version after the first is a correction: it needs a reason, reverses the points that the version before
    it booked, and books its own. Where three hands are needed the clerk and the supervisor must have confirmed
    exactly this result (`hall.outcome.signing`), with the reason that they read. The version's number is returned.
    It is counted before the writer is held, and what is published is compared with what counts then.
    """
    with database.reading() as c:
        found = sitting_of(c, sitting)
        before = count(c, found)
        files = {} if before.result is None else files_of(before.package, before.written)
        ahead = Items(c).promises_ahead(found, listed_on=local_time.day(at), by=by, at=at)
    with work(database) as w:
        found = sitting_of(w.c, sitting)
        w.rounds.lock_sitting(found.id)
        counting = counting_since(w.c, found, before)
        checks = checks_of(w.c, found, counting)
        stops = [one.words for one in checks if not one.ok and (one.blocking or not despite_warnings)]
        if stops:
            raise Refused("还不能公布：" + "；".join(stops))
        earlier = result_reads.publications(w.c, found.id)
        number = len(earlier) + 1
        reason = reason.strip() or signing.proposed_reason(w.c, found, number)
        if earlier and not reason:
            raise Refused("更正成绩要写明原因，会随新版一起公布。")
        counted = counting()
        if counted.result is None:
            raise Refused(counted.fault)
        package, written, as_json = counted.package, counted.written, counted.result.as_json()
        if earlier and earlier[-1].result == written:
            raise Refused("成绩与上一版完全相同，不必再公布。")
        hands = signing.hands_under(w.c, found, number, signing.hashes_of(as_json, written), reason=reason, by=by)
        w.rounds.publish(found.id)
        listed = w.items.enter_promises(found, listed_on=local_time.day(at), by=by, at=at, ahead=ahead)
        leave_stage(w, found, at, by=by)  # the clock of what was said last stops with it
        w.rounds.show(found.id, "ranking", None)
        w.roster.touch(found.id)
        if counted is not before:
            files = files_of(package, written)
        frozen = packed(files, head=w.record.hold())  # last of all: from here on the record waits for us
        publication_id = w.results.add_publication(
            found.id, number=number, reason=reason, at=at, by=by, rule_sha256=as_json["rule_sha256"],
            ballots_sha256=as_json["ballots_sha256"], result=written, package=frozen)
        _book(w, found, as_json, publication_id, number, by=by, at=at)
        after = SigningStore(w.c)
        if hands.proposal is not None:
            after.became(hands.proposal.id, publication_id)
        mended = after.mend(found.id, publication_id)
        booked = ledger_sha256(one for one in result_reads.ledger(w.c) if one.publication_id == publication_id)
        w.record.append(at=at, actor=by, action=PUBLISHING, sitting_id=found.id, version=number, reason=reason,
                        period=found.period, rule_sha256=as_json["rule_sha256"],
                        ballots_sha256=as_json["ballots_sha256"], package_sha256=hashlib.sha256(frozen).hexdigest(),
                        result_sha256=hashlib.sha256(written.encode()).hexdigest(), ledger_sha256=booked,
                        commitments_listed=len(listed), hands=hands.words, confirmed=hands.confirmed,
                        objections=list(mended))
    return number


def receipts(database: Database, sitting: str) -> tuple[tuple[str, str, bool], ...]:
    """(receipt code, target's name, counted) of every ballot of a published sitting, by code.

    A late paper has no receipt: whoever sent it was told at once that it does not count. One that was spoiled
    afterwards keeps its own, not counted. A round that was voided after the publication is in the version in force
    until the next one, and so are its receipts. Of one paper for several targets it is not told which of them it marks: what
    it leaves out would show whose it is.
    """
    with database.reading() as c:
        found = sitting_of(c, sitting)
        names = {one.key: one.name for one in reads.targets(c, found.id)}
        several = {one.id: f"{len(one.targets)}家一张票" for one in reads.rounds(c, found.id) if len(one.targets) > 1}
        in_force = [one.number for one in result_reads.publications(c, found.id)][-1:]
        voided_since = [int(str(line.detail["round"])) for line in people_reads.record(c, sitting=sitting, action=VOID)
                        if line.detail.get("version") in in_force]
        lines = [line for line in ballot_reads.lines(c, found.id, (Phase.PUBLISHED.value,), voided_since)
                 if line.state is not State.LATE]
    newest: dict[tuple[int, str, str], int] = {}
    for line in lines:
        key = (line.round_id, line.voter, line.target)
        newest[key] = max(newest.get(key, 0), line.version)
    counts: dict[tuple[str, str], bool] = {}
    for line in (one for one in lines if one.state is not State.SPOILED):
        about = (line.receipt, several.get(line.round_id) or names[line.target])
        counts[about] = counts.get(about, False) or line.version == newest[line.round_id, line.voter, line.target]
    return tuple(sorted((code, name, stands) for (code, name), stands in counts.items()))


def _book(w: Work, sitting: Sitting, result: dict[str, Any], publication_id: int, number: int, *, by: str,
          at: datetime) -> None:
    """Reverse what the versions before this one booked and still stands, then book this version's points."""
    versions = {one.id for one in result_reads.publications(w.c, sitting.id)}
    units = {one.key: one.id for one in reads.units(w.c)}
    entries = result_reads.ledger(w.c)
    reversed_ids = {one.reverses_id for one in entries}
    for entry in entries:
        if entry.publication_id in versions and entry.reverses_id is None and entry.id not in reversed_ids:
            w.results.book(
                unit_id=units[entry.unit], period=entry.period, kind=entry.kind,
                cause=f"冲销：{entry.cause}（第{number}版更正）", points=str(-Fraction(entry.points)),
                publication_id=publication_id, reverses_id=entry.id, at=at, by=by)
    for target in reads.targets(w.c, sitting.id):
        one = result["targets"].get(target.key)
        points = Fraction(one["points"]) if one and one["points"] is not None else Fraction(0)
        if one is not None and points:
            w.results.book(
                unit_id=units[target.unit], period=sitting.period, kind="bonus" if points > 0 else "deduction",
                cause=f"{sitting.title}：{target.name} 第{one['rank']}名", points=str(points),
                publication_id=publication_id, at=at, by=by)


def _published_files(database: Database, sitting: str, number: int | None) -> dict[str, bytes] | None:
    with database.reading() as c:
        found = sitting_of(c, sitting)
        versions = [one for one in result_reads.publications(c, found.id) if number in (None, one.number)]
        if not versions:
            return None
        frozen = result_reads.package_bytes(c, versions[-1].id)
    with zipfile.ZipFile(io.BytesIO(frozen)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
