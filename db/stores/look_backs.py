"""Look-backs (回头看): plans, their visits and visitors, what visitors answered and what was found of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Table, insert, select, update

from db import tables as t
from db.clock import text_of


class LookBacks:
    """Writes of look-backs. Answers are only ever added; secrets come as SHA-256."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def plan(self, *, title: str, period: str, ends_on: date, seed: str | None, pool: Sequence[str],
             points: Mapping[str, str], item_ids: Iterable[int], at: datetime, by: str) -> int:
        plan_id = self._insert(
            t.visit_plan, title=title, period=period, ends_on=ends_on.isoformat(), seed=seed,
            pool=json.dumps(list(pool), ensure_ascii=False), points=json.dumps(dict(points), sort_keys=True),
            made_at=text_of(at), made_by=by)
        for item_id in item_ids:
            self._c.execute(insert(t.visit).values(plan_id=plan_id, item_id=item_id))
        return plan_id

    def invite(self, plan_id: int, *, code: str, kind: str, secret_sha256: str, item_ids: Iterable[int],
               at: datetime) -> int:
        visitor_id = self._insert(t.visitor, plan_id=plan_id, code=code, kind=kind, secret_sha256=secret_sha256,
                                  issued_at=text_of(at))
        for item_id in item_ids:
            self._c.execute(insert(t.visitor_item).values(visitor_id=visitor_id, item_id=item_id))
        return visitor_id

    def give_new_secret(self, visitor_id: int, secret_sha256: str, at: datetime) -> None:
        """The earlier link stops at once."""
        self._c.execute(update(t.visitor).where(t.visitor.c.id == visitor_id).values(
            secret_sha256=secret_sha256, issued_at=text_of(at), stopped_at=None))

    def stop(self, visitor_id: int, at: datetime) -> None:
        self._c.execute(update(t.visitor).where(t.visitor.c.id == visitor_id).values(stopped_at=text_of(at)))

    def answer(self, visitor_id: int, item_id: int, *, nonce: str, verdict: str, words: str, at: datetime) -> int:
        return self._insert(t.visit_answer, visitor_id=visitor_id, item_id=item_id, nonce=nonce, verdict=verdict,
                            words=words, at=text_of(at))

    def decide(self, plan_id: int, item_id: int, *, outcome: str, reason: str, at: datetime, by: str) -> bool:
        """What was found of one visit; False if it was decided already."""
        done = self._c.execute(
            update(t.visit).where(t.visit.c.plan_id == plan_id, t.visit.c.item_id == item_id, t.visit.c.outcome.is_(None))
            .values(outcome=outcome, reason=reason, decided_at=text_of(at), decided_by=by))
        return done.rowcount == 1

    def correct(self, plan_id: int, item_id: int, *, outcome: str, reason: str, at: datetime, by: str) -> None:
        """Another outcome in place of the one that stands; both stay."""
        self._insert(t.visit_correction, plan_id=plan_id, item_id=item_id, outcome=outcome, reason=reason, at=text_of(at), by=by)

    def show_films(self, plan_id: int, films: Sequence[tuple[int, str]]) -> None:
        """(item, title) in the order in which they are shown; the others have none."""
        self._c.execute(update(t.visit).where(t.visit.c.plan_id == plan_id).values(film=None, film_place=None))
        for place, (item_id, title) in enumerate(films, 1):
            self._c.execute(update(t.visit).where(t.visit.c.plan_id == plan_id, t.visit.c.item_id == item_id)
                            .values(film=title, film_place=place))

    def close(self, plan_id: int, *, at: datetime, by: str) -> bool:
        """Nothing more is answered or decided; False if it was closed already."""
        done = self._c.execute(update(t.visit_plan).where(t.visit_plan.c.id == plan_id, t.visit_plan.c.closed_at.is_(None))
                               .values(closed_at=text_of(at), closed_by=by))
        return done.rowcount == 1

    def hold(self, plan_id: int) -> None:
        """Until this transaction ends nobody else changes this plan."""
        wanted = select(t.visit_plan.c.id).where(t.visit_plan.c.id == plan_id)
        self._c.execute(wanted.with_for_update() if self._c.dialect.name == "postgresql" else wanted)

    def _insert(self, table: Table, **values: object) -> int:
        done = self._c.execute(insert(table).values(**values))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])
