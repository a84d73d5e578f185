"""评议分析: how far a result can be trusted, for two roles only. Advisory, never official.

`advised` gives what there is to show, or how far the work has come: nothing is worked out on the request path, and
nothing is begun while a round is open.
"""

from __future__ import annotations

import json

from db.engine import Database
from db.reads import sittings as reads
from db.values import Staff
from hall.house import House
from hall.outcome.advice_values import Advised, UnderWay
from hall.outcome.advice_view import view_of
from hall.outcome.advice_worker import work_apart
from hall.outcome.advising import Desk, being_scored
from hall.outcome.results import Standing
from hall.outcome.standings import has_published, standing_kept
from office.people import Role
from office.refusal import Refused

READERS = (Role.LEADER, Role.ADMINISTRATOR)

_desk = Desk()


def may_read(who: Staff) -> bool:
    return bool(who.roles & set(READERS))


def advised(house: House, sitting: str, who: Staff) -> Advised | UnderWay:
    """The view of the latest publication, or of the closed rounds so far; until it is there, how far the work is.

    Raises Refused for anybody else's eyes, and where there is no result to look at.
    """
    if not may_read(who):
        raise Refused(f"评议分析只给{'、'.join(role.words for role in READERS)}看。")
    scored_now = being_scored(house.live)
    if scored_now and not has_published(house.database, sitting):
        return UnderWay(share=0.0, words=f"{scored_now}正在打分，截止后再算。")
    found = standing_kept(house.database, sitting)
    edition = _edition(house.database, found)
    task = _desk.task(edition)
    if task is None:
        if scored_now:
            return UnderWay(share=0.0, words=f"{scored_now}正在打分，截止后再算。")
        if not found.result["order"]:
            raise Refused("还没有名次，没有可分析的。有单位截止并排出名次后再来看。")
        task = _desk.begin(edition, lambda tell: work_apart(house.database.url, sitting, tell),
                           lambda: being_scored(house.live))
    if task.refusal:
        raise Refused(task.refusal)
    if task.finding is None:
        if task.held_up_by:
            return UnderWay(share=task.share, words=f"{task.held_up_by}正在打分，先停下，截止后接着算。")
        return UnderWay(share=task.share, words=f"正在算：一遍遍重抽评委、重排名次，已完成{task.share:.0%}。")
    with house.database.reading() as c:
        seats = reads.seats(c, found.sitting.id)
    return view_of(found, task.finding, seats)


def try_again(house: House, sitting: str) -> None:
    """After a failure: forget it, so that the next one who asks begins anew."""
    _desk.forget_refusal(_edition(house.database, standing_kept(house.database, sitting)))


def _edition(database: Database, found: Standing) -> tuple[object, ...]:
    """What a view may be kept by: the version, or the result of the closed rounds while nothing is published."""
    if found.publication is not None:
        return database, found.sitting.key, found.publication.number
    return database, found.sitting.key, json.dumps(found.result, sort_keys=True)
