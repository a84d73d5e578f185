"""Reading what a phone posted: a form or flat JSON, as text, before anybody asks what it means.

Numbers stay the text that was sent, so that 8.5 never passes through a float. Nothing here knows a rule or a round.
Refused with words: a body that cannot be read, a field that comes twice with different values, a paper without a
round or a nonce.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from hall.ballots.ballot_refused import BallotRefused, Reason

BODY_BOUND = 64 * 1024
FIELD_BOUND = 3000
NONCE_BOUND = 64
MADE_DIGITS = 13
_UNREADABLE = "没有读懂这次提交，请刷新页面后重新填写。"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPaper:
    """A paper as sent: the round it was made for, its nonce, and the `m.` fields that were filled in.

    `made`: when it was handed in by the hall's time, in milliseconds since 1970; None when the phone does not say.
    """

    round: str = ""
    nonce: str = ""
    made: int | None = None
    marks: Mapping[str, str] = field(default_factory=dict)

    def spread(self, targets: Iterable[str]) -> SentPaper:
        """A ranking's `m=abstain` says so for every target; a place beside it is refused, so that none vanishes."""
        if "m" not in self.marks:
            return self
        whole = self.marks["m"]
        single = {name: value for name, value in self.marks.items() if name != "m"}
        for name, value in single.items():
            if value.strip() != whole.strip():
                raise BallotRefused(Reason.BAD_MARK, "排了名次，又选了整张弃权或不了解，请只留一种。", field=name)
        return replace(self, marks=single | dict.fromkeys((f"m.{target}" for target in targets), whole))


def read_sent(content_type: str, body: bytes) -> SentPaper:
    """The paper in a request's body; raises BallotRefused."""
    kind = content_type.split(";")[0].strip().lower()
    if kind == "application/json":
        pairs = _json_pairs(body)
    elif kind in ("application/x-www-form-urlencoded", ""):
        pairs = _form_pairs(body)
    else:
        raise BallotRefused(Reason.BAD_MARK, "只接受表单或JSON格式的评分，请用胸牌二维码打开页面填写。")
    sent: dict[str, str] = {}
    for name, value in pairs:
        if sent.setdefault(name, value) != value:
            raise BallotRefused(Reason.BAD_MARK, "同一栏填了两个不同的值，请只留一个。", field=name)
    for name in ("round", "nonce"):
        value = sent.get(name, "").strip()
        if not value or len(value) > NONCE_BOUND or not value.isprintable():
            raise BallotRefused(Reason.INCOMPLETE, "这次提交没有写明是哪一张票，请刷新页面后重新提交。", field=name)
    marks = {name: value for name, value in sent.items() if _is_mark(name, value)}
    made = sent.get("made", "")
    return SentPaper(round=sent["round"].strip(), nonce=sent["nonce"].strip(), marks=marks,
                     made=int(made) if made.isascii() and made.isdigit() and len(made) <= MADE_DIGITS else None)


def _is_mark(name: str, value: str) -> bool:
    """The page's own radio buttons send an empty `m.U1` for a target that is marked criterion by criterion."""
    return (name.startswith("m.") or name == "m") and value.strip() != ""


def _form_pairs(body: bytes) -> list[tuple[str, str]]:
    """Percent-encoded or raw UTF-8 alike."""
    text = body.decode("utf-8", "replace")
    try:
        if "%" not in text and "+" not in text and text.count("&") < FIELD_BOUND:  # nearly every paper is plain
            return [(name, value) for name, _, value in (one.partition("=") for one in text.split("&") if one)]
        return parse_qsl(text, keep_blank_values=True, max_num_fields=FIELD_BOUND)
    except ValueError:
        raise BallotRefused(Reason.TOO_LARGE, "这张评分的栏目太多，没有收下。请刷新页面后重新填写。") from None


def _json_pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        told = json.loads(body, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        raise BallotRefused(Reason.BAD_MARK, _UNREADABLE) from None
    if not isinstance(told, _Pairs):
        raise BallotRefused(Reason.BAD_MARK, _UNREADABLE)
    pairs = []
    for name, value in told:
        if value is None:
            continue
        if not isinstance(value, str):
            raise BallotRefused(Reason.BAD_MARK, "每一栏只能填一个数字或一个词，请刷新后重新填写。", field=_clean(name))
        pairs.append((_clean(name), _clean(value)))
    return pairs


class _Pairs(list[tuple[str, object]]):
    """A JSON object with every key it was sent with, so that a key sent twice is seen."""


def _clean(text: str) -> str:
    """JSON can spell half a surrogate pair, which no page and no database can hold."""
    return text.encode("utf-8", "replace").decode()
