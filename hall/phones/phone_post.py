"""Taking a paper from a phone: checked for size, badge, origin and pace, then into the ballot box.

The busiest path of the house: it reads the request's headers once, asks memory alone, and is answered after the
commit. Whatever is refused is refused with words and a status that a phone can act on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from db.stores.ballots import Paper
from db.values import Receipt
from hall.ballots.ballot_box import BallotBox
from hall.ballots.ballot_refused import BallotRefused, Reason, overloaded
from hall.ballots.checking import checked
from hall.moment.live import Live
from hall.moment.network import host_of, same_host
from hall.moment.presence import Presence
from hall.moment.snapshot import SeatCard, Snapshot
from hall.phones.phone_paper import BODY_BOUND, SentPaper, read_sent
from hall.phones.shadow import ShadowBox
from scoring.round import Phase
from scoring.rule import BallotKind

ANSWER_SECONDS = 6.0
BODY_SECONDS = 20.0  # for a paper of a few hundred bytes, on the worst of networks
PACE, PACE_SECONDS = 20, 10.0


class HouseOfPapers(Protocol):
    """What a paper needs of the house."""

    live: Live
    box: BallotBox
    shadows: ShadowBox
    presence: Presence
    clock: Callable[[], datetime]


class Pace:
    """A token bucket a seat: bursts of `size`, refilled over `seconds`."""

    def __init__(self, size: int = PACE, seconds: float = PACE_SECONDS) -> None:
        self._size = size
        self._seconds = seconds
        self._buckets: dict[int, tuple[float, datetime]] = {}

    def wait(self, seat: int, at: datetime) -> float:
        """Seconds until this seat may post again; 0 takes a token."""
        left, since = self._buckets.get(seat, (float(self._size), at))
        left = min(self._size, left + max(0.0, (at - since).total_seconds()) * self._size / self._seconds)
        taken = left >= 1
        self._buckets[seat] = (left - 1 if taken else left, at)
        return 0.0 if taken else (1 - left) * self._seconds / self._size


class Letterbox:
    """Where papers come in. One a process."""

    def __init__(self, house: HouseOfPapers) -> None:
        self._house = house
        self._pace = Pace()

    async def read(self, request: Request, seat: SeatCard, snapshot: Snapshot) -> SentPaper:
        """The paper in this request, if its sender may send it. Raises BallotRefused.

        A request that breaks off announces all the same that a paper is on its way.
        """
        told = dict(request.scope["headers"])
        at = self._house.clock()
        _refuse_large(told)
        if is_foreign(told, snapshot.public_url):
            raise BallotRefused(Reason.WRONG_ORIGIN, "这次提交不是从本页面发出的，没有计票。请用胸牌二维码打开页面再提交。")
        wait = self._pace.wait(seat.id, at)
        if wait > 0:
            raise BallotRefused(Reason.TOO_FAST, "提交太频繁，请稍等几秒再试。", retry_after=max(1, round(wait + 0.5)))
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
        except TimeoutError:
            raise overloaded() from None
        except ClientDisconnect:
            if snapshot.round is not None and snapshot.round.phase is Phase.OPEN:
                self._house.presence.sending(seat.id, snapshot.round.id, at)
            raise
        return read_sent(told.get(b"content-type", b"").decode("latin-1"), body)

    async def cast(self, seat: SeatCard, secret: str, snapshot: Snapshot, paper: SentPaper) -> Receipt:
        """Into the ballot box; the receipt after the commit. A paper of a round that memory does not show as open
        may make the box ask the database, so a thread checks that one."""
        house, now, at = self._house, snapshot.round, self._house.clock()
        of_paper = snapshot.round_called(paper.round)
        if snapshot.rule.ballot.kind is BallotKind.RANKING and of_paper is not None:
            paper = paper.spread(of_paper.targets)

        if seat.shadow:
            return await run_in_threadpool(house.shadows.take, seat, round_text=paper.round, nonce=paper.nonce,
                                           form=paper.marks, at=at)

        def check() -> Paper:
            return checked(house.live, seat=seat, secret=secret, round_text=paper.round, nonce=paper.nonce,
                           form=paper.marks, at=at, made_at=_moment(paper.made))

        usual = now is not None and now.phase is Phase.OPEN and str(now.id) == paper.round
        ready = check() if usual else await run_in_threadpool(check)
        house.presence.sending(seat.id, ready.round_id, at)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                receipt = await house.box.cast(ready)
        except TimeoutError:  # it may still be stored; the same nonce will get its receipt
            raise overloaded() from None
        except BallotRefused as refused:
            if refused.reason is not Reason.OVERLOADED:
                house.presence.delivered(seat.id, ready.round_id)
            raise
        house.presence.delivered(seat.id, ready.round_id)
        return receipt


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def _refuse_large(told: dict[bytes, bytes]) -> None:
    if announces_more(told, BODY_BOUND):
        raise _too_large()


async def _body(request: Request) -> bytes:
    body = await body_within(request, BODY_BOUND)
    if body is None:
        raise _too_large()
    return body


def announces_more(told: Mapping[bytes, bytes], bound: int) -> bool:
    """Whether a request says of itself that it is larger than so many bytes."""
    length = told.get(b"content-length", b"0")
    return not length.isdigit() or int(length[:12]) > bound


async def body_within(request: Request, bound: int) -> bytes | None:
    """The request's body; None as soon as it is larger than so many bytes."""
    body, more = b"", True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > bound:
            return None
    return body


def _too_large() -> BallotRefused:
    return BallotRefused(Reason.TOO_LARGE, "这张评分太大，没有收下。请刷新页面后重新填写。")


def is_foreign(told: Mapping[bytes, bytes], public_url: str) -> bool:
    """Whether this was filled in on somebody else's page.

    `Origin: null` is what browsers send with our own form, because of our own Referrer-Policy; whoever posts it
    has to know the badge's secret all the same.
    """
    origin = told.get(b"origin")
    if origin is None:
        return False
    if origin == b"null":
        return told.get(b"sec-fetch-site") == b"cross-site"
    sender, host = origin.decode("latin-1"), told.get(b"host", b"").decode("latin-1")
    return not same_host(sender, host) and (not host_of(sender) or host_of(sender) != host_of(public_url))
