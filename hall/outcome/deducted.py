"""What deductions did to a unit's total, in a few words that stand beside the number: 超时1次，扣0.10分.

How often is what the result was counted from: of a publication the components.csv in its frozen package. How much is the
rule's points for it that often, the very term that `scoring.combine` adds to the total; no total is worked out here.
"""

from __future__ import annotations

import io
import zipfile

from db.engine import Connection
from db.reads import results as result_reads
from scoring.combine import PartsBook
from scoring.csv_table import read_table
from scoring.number import plain, printed, rounded
from scoring.rows import ComponentRow
from scoring.rule import Rule

_FILE = "components.csv"


def frozen_components(c: Connection, publication_id: int) -> tuple[ComponentRow, ...]:
    """What of the totals of one publication was not balloted, deductions among it; the ballots are not read."""
    with zipfile.ZipFile(io.BytesIO(result_reads.package_bytes(c, publication_id))) as archive:
        if _FILE not in archive.namelist():
            return ()
        rows, _ = read_table(_FILE, archive.read(_FILE), ComponentRow._fields)
    return tuple(ComponentRow(*row) for row in rows)


def deducted_words(rule: Rule, rows: tuple[ComponentRow, ...], target: str) -> str:
    """Every deduction of one target, with how often and how many points of the total; empty where there is none."""
    said = []
    for key, times in PartsBook(rule, rows).of(target, None).deductions:
        one = rule.deduction(key)
        points = one.points * times
        if points:
            shown = abs(points)
            places, mode = rule.rounding.places, rule.rounding.mode
            exact = printed(shown, places, mode) if rounded(shown, places, mode) == shown else plain(shown)
            said.append(f"{one.name}{times}次，{'扣' if points < 0 else '加'}{exact}分")
    return "；".join(said)
