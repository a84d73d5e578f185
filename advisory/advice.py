"""The advisory view (仅供参考) of a package: agreement, judges, adjusted scores, how firm each place is.

    advice = advise(read_package(path))
    print(json_text(as_json(advice)), end="")

Floats throughout; it never replaces an official number and says "unusual" of a judge, no more. What is undefined is
None. Seeded by the ballots' hash and independent of the order of rows: two people get the same picture.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from advisory.agreement import (
    Concordance,
    Correlations,
    alpha_interval,
    alpha_ordinal,
    intraclass,
    kendall_w,
)
from advisory.quantiles import finite
from advisory.robustness import Interval, Pair, pairs_of_neighbours, rank_intervals
from advisory.severity import JudgeView, fit_additive, look_at_judges
from advisory.table import table_of
from scoring.package import Package
from scoring.rule import Rule
from scoring.tally import Working, result_of, work_out

RESAMPLES = 2000
DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Judges and targets in code point order, pairs in the official order. `adjusted` is in points of a ballot."""

    kendall_w: Concordance
    icc: Correlations
    alpha_interval: float | None
    alpha_ordinal: float | None
    judges: tuple[JudgeView, ...]
    adjusted: tuple[tuple[str, float | None], ...]
    rank_interval: tuple[tuple[str, Interval | None], ...]
    pairs: tuple[Pair, ...]


def advise(
    package: Package, *, progress: Callable[[float], None] | None = None, resamples: int = RESAMPLES
) -> Advice:
    """The view of a package that was read; `progress` is told the share done, 0 to 1.

    Raises what a recount raises (CannotTally, PackageRefused): without an official result there is nothing to advise on.
    """
    tell = progress or (lambda share: None)
    tell(0.0)
    working = work_out(package, package.sheets)
    order = result_of(package, working).order
    table = table_of(package.rule, working)
    complete = table.complete
    fit = fit_additive(table.totals)
    adjusted = [None] * len(table.targets) if fit is None else [finite(value) for value in fit.adjusted.tolist()]
    intervals = rank_intervals(package, working, resamples=resamples, progress=tell)
    advice = Advice(
        kendall_w=kendall_w(complete),
        icc=intraclass(complete),
        alpha_interval=alpha_interval(table.totals),
        alpha_ordinal=alpha_ordinal(table.totals),
        judges=look_at_judges(table, fit, drops_of(package.rule, working)),
        adjusted=tuple(zip(table.targets, adjusted, strict=True)),
        rank_interval=tuple(intervals.items()),
        pairs=pairs_of_neighbours(table, order, {row.target: row.ranking_group for row in package.targets}),
    )
    tell(1.0)
    return advice


def drops_of(rule: Rule, working: Working) -> dict[str, tuple[int, int]]:
    """By named seat: how many of its valid ballots (marks, where each criterion is trimmed) were dropped, and of how many."""
    dropped: dict[str, int] = {}
    valid: dict[str, int] = {}
    for counts in working.counts.values():
        for group, count in zip(rule.groups, counts, strict=True):
            if group.secret:
                continue
            for mean in count.means:
                ids = mean.amounts.ids
                for who in ids:
                    valid[who] = valid.get(who, 0) + 1
                for i in (*mean.high, *mean.low):
                    dropped[ids[i]] = dropped.get(ids[i], 0) + 1
    return {who: (dropped.get(who, 0), of) for who, of in valid.items()}


def as_json(advice: Advice) -> dict[str, Any]:
    """What `python -m advisory` prints. Twelve digits: beyond them two machines may differ."""
    return {
        "advisory": True,
        "kendall_w": _printed(asdict(advice.kendall_w)),
        "icc": _printed(asdict(advice.icc)),
        "alpha_interval": _printed(advice.alpha_interval),
        "alpha_ordinal": _printed(advice.alpha_ordinal),
        "judges": {judge.judge: _printed(_without_name(judge)) for judge in advice.judges},
        "adjusted": {target: _printed(value) for target, value in advice.adjusted},
        "rank_interval": {t: None if interval is None else list(interval) for t, interval in advice.rank_interval},
        "pairs": [_printed(asdict(pair)) for pair in advice.pairs],
    }


def _without_name(judge: JudgeView) -> dict[str, Any]:
    values = asdict(judge)
    del values["judge"]
    return values


def _printed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _printed(item) for key, item in value.items()}
    return float(f"{value:.{DIGITS}g}") + 0.0 if isinstance(value, float) else value
