"""Why a ballot was not taken: a reason, the HTTP status that says so, and words for the judge."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a ballot was not taken, and the HTTP status that says so."""

    ROUND_MOVED_ON = "round_moved_on"
    ROUND_CLOSED = "round_closed"
    ROUND_NOT_OPEN = "round_not_open"
    OVERTAKEN = "overtaken"
    RECUSED = "recused"
    NOT_CHECKED_IN = "not_checked_in"
    WRONG_ORIGIN = "wrong_origin"
    BAD_MARK = "bad_mark"
    INCOMPLETE = "incomplete"
    TOO_LARGE = "too_large"
    TOO_FAST = "too_fast"
    OVERLOADED = "overloaded"
    UNKNOWN_BADGE = "unknown_badge"

    @property
    def status(self) -> int:
        return _STATUS[self]


_STATUS = {
    Reason.ROUND_MOVED_ON: 409, Reason.ROUND_CLOSED: 409, Reason.ROUND_NOT_OPEN: 409,
    Reason.OVERTAKEN: 409, Reason.RECUSED: 403,
    Reason.NOT_CHECKED_IN: 403, Reason.WRONG_ORIGIN: 403, Reason.BAD_MARK: 422, Reason.INCOMPLETE: 422,
    Reason.TOO_LARGE: 413, Reason.TOO_FAST: 429, Reason.OVERLOADED: 503, Reason.UNKNOWN_BADGE: 404,
}


class BallotRefused(Exception):
    """A ballot that was not taken: nothing of it is stored. `message` is for the judge, in Chinese."""

    def __init__(self, reason: Reason, message: str, *, field: str | None = None,
                 retry_after: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.field = field
        self.retry_after = retry_after


def overloaded() -> BallotRefused:
    return BallotRefused(Reason.OVERLOADED, "现在提交的人很多，评分已存在本机，几秒后会自动再送。", retry_after=2)
