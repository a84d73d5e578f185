"""How one target's number was made, as a screen shows it: first in words, then group by group down to the ballots.

It is `scoring.explain`'s tree with names in place of keys. Who may not see named ballots gets group figures only,
and no counts from which a recusal could be guessed; a secret group's ballots are dots without a seat, and below
three ballots nothing of the group is shown, nor what would tell it (`hall.moment.discretion`).
"""

from __future__ import annotations

from functools import lru_cache

from db.engine import Database
from db.values import Staff
from hall.moment.discretion import HIDDEN_WORDS, is_of_the_hall
from hall.moment.holders import holders_for
from hall.outcome.explained_view import View, columns_of, groups_of
from hall.outcome.how import Explained
from hall.outcome.results import Standing, package_in_force
from hall.outcome.standings import standing_kept
from office.refusal import NotFound
from scoring.explain import tree
from scoring.gaps import gap, neighbours, one_judge_less
from scoring.package import Package
from scoring.tally import Working, work_out
from scoring.what_if import alternatives


def explained(database: Database, sitting: str, target: str, who: Staff, number: int | None = None) -> Explained:
    """The working of one target in the latest version (or `number`), or in the closed rounds so far.

    Raises Refused where there is no such target, version or result.
    """
    found = _standing(database, sitting, target, number)
    package, working = _counted(database, sitting, number, *_edition(found))
    with database.reading() as c:
        seats = holders_for(c, found.sitting, target)
    view = View(rule=found.rule, names=found.names, seats=seats, results=found.result["targets"], target=target,
                full=is_of_the_hall(who))
    above, below = (None if other is None else gap(package, working, target, other)
                    for other in neighbours(package, working, target))
    root = tree(package.rule, working, target)
    groups = tuple(view.group(node) for node in groups_of(root))
    return Explained(
        target=target, name=found.names[target],
        total=HIDDEN_WORDS if view.tells_a_mean() else root["published"] or "—", words=tuple(view.words(above, below)),
        sum_words=view.sum_words(root, groups), groups=groups, parts=tuple(view.parts(root)),
        gaps=tuple(view.gap(one) for one in (above, below)
                   if one is not None and not view.tells_a_mean(one["target"])), columns=columns_of(found.rule))


def how_firm(database: Database, sitting: str, target: str, number: int | None = None) -> tuple[str, ...]:
    """Would the place be another without trimming, under the median, or without any one judge? In sentences.

    Leaving every judge out in turn takes seconds in a large hall: a page asks for it last, and only once the
    result is published. While the hall still votes, the processor belongs to the phones.
    """
    found = _standing(database, sitting, target, number)
    if found.publication is None or found.result["targets"][target]["rank"] is None:
        return ()
    return _firmness(database, sitting, target, number, found.publication.number)


def _standing(database: Database, sitting: str, target: str, number: int | None) -> Standing:
    found = standing_kept(database, sitting, number)
    if target not in found.result["targets"]:
        raise NotFound("成绩里没有这个单位。")
    return found


def _edition(found: Standing) -> tuple[int | None, int]:
    """What a count may be kept by: the version, or the sitting's serial while nothing is published."""
    return (found.publication.number, 0) if found.publication else (None, found.sitting.serial)


@lru_cache(maxsize=4)
def _counted(database: Database, sitting: str, number: int | None, _version: int | None,
             _serial: int) -> tuple[Package, Working]:
    package = package_in_force(database, sitting, number)
    return package, work_out(package, package.sheets)


@lru_cache(maxsize=256)
def _firmness(database: Database, sitting: str, target: str, number: int | None, version: int) -> tuple[str, ...]:
    package, working = _counted(database, sitting, number, version, 0)
    other = alternatives(package, working, target)
    said = []
    if package.rule.trim.wanted and other["untrimmed"] is not None and other["median"] is not None:
        said.append(f"如果不去最高最低，是第{other['untrimmed']}名；如果取中位数，是第{other['median']}名。")
    said += one_judge_less(other)
    return tuple(said)
