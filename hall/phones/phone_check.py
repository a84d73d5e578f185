"""The device check (手机检查): what a phone found out about itself on the waiting page, sent once, kept for the host.

A check is no vote: it says nothing of any round. The answer does not wait for the database; what phones found is
written down behind their backs, all that has come meanwhile in one transaction. Refusals are those of the phones.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from db.values import DeviceCheck
from hall.ballots.ballot_refused import BallotRefused, Reason, overloaded
from hall.moment.live import Live
from hall.moment.readiness import ANSWERS, Readiness
from hall.phones.phone_answer import UNKNOWN_SENTENCE, json_answer, refusal_answer
from hall.phones.phone_post import Pace

log = logging.getLogger("leitai.phone")

BODY_BOUND = 16 * 1024
SKEW_BOUND_MS = 2_000_000_000  # 23 days: a clock that is further off is as wrong as one that is
ROUND_TRIP_BOUND_MS = 60_000
WRITING_SECONDS = 0.5
_UNREADABLE = "没有读懂手机检查的结果，请刷新页面，再检查一次。"


class HouseOfChecks(Protocol):
    """What the checks need of the house."""

    live: Live
    readiness: Readiness
    clock: Callable[[], datetime]


def routes(house: HouseOfChecks) -> list[Route]:
    """`POST /b/{secret}/check`: JSON `{"storage", "skew_ms", "round_trip_ms", "lost"}`, and whatever fills it up."""
    return [Route("/b/{secret}/check", _Checks(house).take, methods=["POST"])]


def read_check(seat_id: int, body: bytes, at: datetime) -> DeviceCheck:
    """What a phone told of itself; raises BallotRefused, naming the field."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise BallotRefused(Reason.BAD_MARK, _UNREADABLE)
    if not isinstance(told.get("storage"), bool):
        raise BallotRefused(Reason.BAD_MARK, _UNREADABLE, field="storage")
    return DeviceCheck(
        seat_id=seat_id, checked_at=at, storage=told["storage"],
        skew_ms=max(-SKEW_BOUND_MS, min(SKEW_BOUND_MS, _whole(told, "skew_ms", None, None))),
        round_trip_ms=_whole(told, "round_trip_ms", 0, ROUND_TRIP_BOUND_MS), lost=_whole(told, "lost", 0, ANSWERS))


def _whole(told: dict[str, object], name: str, least: int | None, most: int | None) -> int:
    value = told.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or (least is not None and value < least) \
            or (most is not None and value > most):
        raise BallotRefused(Reason.BAD_MARK, _UNREADABLE, field=name)
    return value


class _Checks:
    def __init__(self, house: HouseOfChecks) -> None:
        self._house = house
        self._pace = Pace(6, 60.0)
        self._found: dict[int, DeviceCheck] = {}
        self._writing: asyncio.Task[None] | None = None

    async def take(self, request: Request) -> Response:
        try:
            seat, at = self._house.live.seat(request.path_params["secret"]), self._house.clock()
            if seat is None:
                raise BallotRefused(Reason.UNKNOWN_BADGE, UNKNOWN_SENTENCE)
            if (wait := self._pace.wait(seat.id, at)) > 0:
                raise BallotRefused(Reason.TOO_FAST, "检查太频繁，请过一会儿再试。", retry_after=round(wait) + 1)
            self._found[seat.id] = read_check(seat.id, await _body(request), at)
        except BallotRefused as refused:
            return refusal_answer(refused)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            log.exception("a device check could not be taken")
            return refusal_answer(overloaded())
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())
        return json_answer({"status": "noted", "now_ms": (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)})

    async def _write(self) -> None:
        """The first is written down at once; whoever checks then, twice a second, all together."""
        try:
            while self._found:
                found = dict(self._found)
                await asyncio.to_thread(self._house.readiness.note, found.values())
                for seat_id, check in found.items():
                    if self._found.get(seat_id) is check:
                        del self._found[seat_id]
                await asyncio.sleep(WRITING_SECONDS)
        except Exception:  # the next check tries again, with these
            log.exception("device checks could not be written down")
        finally:
            self._writing = None


async def _body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BOUND:
            raise BallotRefused(Reason.TOO_LARGE, _UNREADABLE)
    return body
