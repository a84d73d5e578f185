"""Comparing what phones were told with what the database holds.

The database is read by itself, past the product: only the ballot table's columns are known. The marks are read from
the recount package that `leitai export` writes, because that is what will be counted.
"""

from __future__ import annotations

import asyncio
import csv
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.torture.hall import SITTING, Hall, leitai
from tests.torture.phones import CRITERIA, Crowd

COLUMNS = "round_id, voter, target_id, version, state, nonce, receipt, counted"


class Row(NamedTuple):
    round_id: int
    voter: str
    target_id: int
    version: int
    state: str
    nonce: str
    receipt: str
    counted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Each but `stored`, `late` and `unheard` must be nothing. `unheard`: counted, but nobody heard of it."""

    stored: int
    late: int
    lost: tuple[str, ...]
    twice: tuple[str, ...]
    wrong: tuple[str, ...]
    unheard: int


def read_ballots(url: str) -> list[Row]:
    if url.startswith("sqlite"):
        c = sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)
        try:
            return [Row._make(row)._replace(counted=bool(row[-1])) for row in c.execute(f"select {COLUMNS} from ballot")]
        finally:
            c.close()
    import psycopg

    with psycopg.connect(url) as pg:
        return [Row._make(row) for row in pg.execute(f"select {COLUMNS} from ballot")]


def compare(rows: Iterable[Row], crowd: Crowd) -> Balance:
    """Receipts against rows. A seat is known by the nonces of its phones, as secret papers do not name it, nor would
    their voter if the badge was replaced."""
    rows = list(rows)
    kept = {row.nonce: row for row in rows}
    papers = defaultdict(list)  # (round, voter, target) -> rows
    for row in rows:
        papers[row.round_id, row.voter, row.target_id].append(row)
    counted_of_seat: Counter[tuple[str, int, int]] = Counter()
    lost: list[str] = []
    wrong = list(crowd.contradicted)
    for nonce, told in crowd.told.items():
        if nonce not in kept:
            if told.accepted:
                lost.append(f"{told.receipt}, round {told.paper.round}, version {told.version}")
            continue
        row = kept[nonce]
        if row.counted:
            counted_of_seat[told.seat, row.round_id, row.target_id] += 1
        if told.accepted and (row.receipt, row.version) != (told.receipt, told.version):
            wrong.append(f"told {told.receipt} v{told.version}, kept {row.receipt} v{row.version}")
        if told.accepted and str(row.round_id) != told.paper.round:
            wrong.append(f"a paper of round {told.paper.round} counts in round {row.round_id}")
        if not told.accepted and row.state != "late":
            wrong.append(f"told {told.status} {told.reason}, kept as {row.state}, {'counted' if row.counted else 'not counted'}")
    twice = [f"seat {seat} with {n} counted papers in round {round_id}" for (seat, round_id, _), n in counted_of_seat.items() if n > 1]
    twice += [f"a paper of round {round_id} kept {n} times under one nonce"
              for (round_id, _, _), n in Counter((row.round_id, row.nonce, row.target_id) for row in rows).items() if n > 1]
    for (round_id, voter, _), versions in papers.items():
        counted = [row for row in versions if row.counted]
        standing = [row for row in versions if row.state != "late"]
        if len(counted) > 1:
            twice.append(f"{len(counted)} counted rows in round {round_id}")
        if standing and counted != [max(standing, key=lambda row: row.version)]:
            wrong.append(f"round {round_id}: of versions {[row.version for row in standing]} "
                         f"{[row.version for row in counted]} count")
        if len(versions) - len(standing) > 1:
            wrong.append(f"round {round_id}: {len(versions) - len(standing)} late papers of one voter, must be at most one")
        if len({row.version for row in versions}) != len(versions):
            wrong.append(f"round {round_id}: a version twice ({voter[:6]}…)")
    return Balance(stored=sum(row.state != "late" for row in rows), late=sum(row.state == "late" for row in rows),
                   lost=tuple(lost), twice=tuple(twice), wrong=tuple(wrong),
                   unheard=sum(row.counted and row.nonce not in crowd.told for row in rows))


async def recount(hall: Hall, rows: Iterable[Row]) -> list[str]:
    """What is wrong with the exported papers and the books as a whole; nothing is right. Every round must be closed."""
    package = hall.folder / "package"
    done = await asyncio.gather(*(leitai(*one, url=hall.url) for one in (("export", SITTING, str(package)), ("verify",))))
    found = [f"leitai {what}: exit {code}: {(err or out)[-300:]}"
             for what, (code, out, err) in zip(("export", "verify"), done, strict=True) if code != 0]
    if not found:
        sent = {told.paper.nonce: told.paper for told in hall.crowd.told.values()}
        of_phones = Counter((sent[row.nonce].target, *sent[row.nonce].marks)
                            for row in rows if row.counted and row.nonce in sent)
        exported = _deciding(package / "ballots.csv")
        found += [f"{n} exported papers of {key[0]} with marks that no counted paper has"
                  for key, n in (exported - of_phones).items()][:3]
        found += [f"{n} counted papers of {key[0]} with marks that were not exported"
                  for key, n in (of_phones - exported).items()][:3]
    return found


def _deciding(file: Path) -> Counter[tuple[str, ...]]:
    """(target, marks) of every paper that decides: the highest version that is not late."""
    papers: dict[tuple[str, str], dict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    with file.open(encoding="utf-8-sig", newline="") as kept:
        for row in csv.DictReader(kept):
            if row["state"] != "late":
                papers[row["seat"] or row["ballot"], row["target"]][int(row["version"])][row["criterion"]] = row["value"]
    return Counter((target, *(versions[max(versions)].get(name, "") for name in CRITERIA))
                   for (_, target), versions in papers.items())
