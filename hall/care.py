"""Backup, restore, and verification of everything that must never change behind anybody's back."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from db.copy import NotACopy, copy_to, put_back
from db.engine import Database
from db.migrate import migrate
from db.reads import people as people_reads
from db.reads import results as result_reads
from db.reads import sittings as reads
from db.record import first_break
from db.work import work
from office.refusal import NotFound, Refused
from scoring.package import package_from_files
from scoring.tally import dumps, tally


def backup(database: Database, file: Path, *, by: str, at: datetime) -> int:
    """Write a consistent copy while everything runs; the number of rows in it."""
    with work(database) as w:
        w.record.append(at=at, actor=by, action="备份", file=file.name)
    try:
        file.absolute().parent.mkdir(parents=True, exist_ok=True)
        return copy_to(database, file.absolute())
    except OSError as cause:
        raise Refused(f"备份写不进 {file}：{cause.strerror or cause}。请换一个可写的位置。") from None


def restore(database: Database, file: Path, *, by: str, at: datetime) -> tuple[int, Path | None]:
    """Put a copy back. What was there before is itself backed up beside the file first, if there was anything."""
    if not file.is_file():
        raise NotFound(f"没有备份文件 {file}。")
    migrate(database)
    kept: Path | None = None
    with database.reading() as c:
        something = bool(people_reads.record_length(c))
    if something:
        kept = file.absolute().with_name(f"{file.stem}.before-{at.strftime('%Y%m%d-%H%M%S')}.db")
        copy_to(database, kept)
    try:
        rows = put_back(database, file.absolute())
    except NotACopy:
        raise Refused(f"{file} 不是本系统的备份文件，没有改动任何数据。请选择 leitai backup 写出的文件。") from None
    with work(database) as w:
        w.record.append(at=at, actor=by, action="恢复备份", file=file.name, rows=rows)
    return rows, kept


def verify(database: Database) -> tuple[tuple[str, bool], ...]:
    """(what was checked, whether it holds) for the record, the ledger, and every publication against a recount."""
    found: list[tuple[str, bool]] = []
    with database.reading() as c:
        lines = people_reads.record(c)[::-1]
        broken = first_break(lines)
        found.append((f"留痕记录链，共{len(lines)}条" + ("" if broken is None else f"：从第{broken}条起断开"),
                      broken is None))
        entries = result_reads.ledger(c)
        wrong = [entry.id for entry in entries if (Fraction(entry.points) > 0) != (entry.kind == "bonus")
                 and entry.reverses_id is None]
        by_id = {entry.id: entry for entry in entries}
        wrong += [entry.id for entry in entries if entry.reverses_id is not None
                  and Fraction(by_id[entry.reverses_id].points) != -Fraction(entry.points)]
        found.append((f"考绩台账，共{len(entries)}笔" + (f"：第{wrong[0]}笔有误" if wrong else ""), not wrong))
        for sitting in reads.sittings(c):
            for one in result_reads.publications(c, sitting.id):
                same = _recount(result_reads.package_bytes(c, one.id)) == one.result
                found.append((f"{sitting.key} 第{one.number}版成绩与重新计票" + ("一致" if same else "不一致"), same))
            found += _points_follow(sitting.key, entries, result_reads.publications(c, sitting.id))
    return tuple(found)


def _recount(package: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return dumps(tally(package_from_files({name: archive.read(name) for name in archive.namelist()})))


def _points_follow(key: str, entries: tuple[result_reads.Entry, ...],
                   publications: tuple[object, ...]) -> list[tuple[str, bool]]:
    """The points that a sitting's entries add up to are those of its latest version."""
    import json

    from db.values import Publication

    versions = [one for one in publications if isinstance(one, Publication)]
    if not versions:
        return []
    ids = {one.id for one in versions}
    booked: dict[str, Fraction] = defaultdict(Fraction)
    for entry in entries:
        if entry.publication_id in ids:
            booked[entry.unit] += Fraction(entry.points)
    published = sum((Fraction(one["points"]) for one in json.loads(versions[-1].result)["targets"].values()
                     if one["points"] is not None), Fraction(0))
    same = sum(booked.values(), Fraction(0)) == published
    return [(f"{key} 记入台账的分数与第{versions[-1].number}版成绩" + ("一致" if same else "不一致"), same)]
