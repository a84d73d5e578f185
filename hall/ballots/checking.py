"""What a phone sent, checked against everything that memory knows, and made a paper that is ready for the box.

The transaction that stores it checks again whether its round is open and its badge in force; here a judge is told at
once, and in words, what is wrong with it. A paper gets its receipt code here, whoever made it.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Mapping
from datetime import datetime

from db.clock import text_of
from db.stores.ballots import Paper
from db.values import Round
from hall.ballots.ballot_refused import BallotRefused, Reason
from hall.ballots.not_taken import MOVED_ON
from hall.moment.live import Live
from hall.moment.snapshot import SeatCard, Snapshot, late_voter_of, voter_of
from scoring.ballot import Line, PaperForm, PaperRefused
from scoring.round import Phase
from scoring.rule import BallotKind

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def checked(live: Live, *, seat: SeatCard, secret: str, round_text: str, nonce: str, form: Mapping[str, str],
            at: datetime, made_at: datetime | None = None) -> Paper:
    """One paper, checked against everything that memory knows, ready for the box. Raises BallotRefused.

    A phone's clock may be wrong: what is in the hall at `at` was made by then. The transaction that stores it checks
    again that the round is open and the badge in force. A closed round is left
    to that transaction, because the same nonce may be asking for the receipt that it already has.
    """
    if seat.shadow:  # its papers go to hall.phones.shadow, and never through here
        raise BallotRefused(Reason.ROUND_NOT_OPEN, "这是影子席，不计票。")
    snapshot = snapshot_that_knows(live, seat, round_text)
    of_paper = round_of_paper(snapshot, round_text)
    if snapshot.sitting.desk_check_in and not seat.checked_in:
        raise BallotRefused(Reason.NOT_CHECKED_IN, "您还没有签到，请先到签到台扫描胸牌。")
    is_secret = snapshot.rule.group(seat.group).secret
    lines = lines_of(snapshot, of_paper, seat, form)
    opened_at = text_of(of_paper.opened_at)
    of_round = _targets_of(snapshot, of_paper)
    marked = {line.target for line in lines}
    return Paper(
        round_id=of_paper.id, voter=voter_of(seat, secret, of_paper.id, is_secret=is_secret), seat_id=seat.id,
        late_voter=late_voter_of(secret, of_paper.id) if is_secret else "",
        secret=is_secret, group=seat.group, badge_sha256=seat.badge_sha256, nonce=nonce, lines=lines,
        target_ids=tuple(snapshot.by_key[line.target].id for line in lines), receipt=draw_receipt(), at=text_of(at),
        opened_at=opened_at, made_at="" if made_at is None else text_of(min(made_at, at)), sitting=seat.sitting,
        replaced=is_secret and seat.replaced_at >= opened_at, of_round=of_round,
        blank=() if len(lines) == len(of_round) else tuple(
            target_id for target_id, key in of_round if key not in marked and snapshot.recused(seat, key) is None))


def _targets_of(snapshot: Snapshot, of_paper: Round) -> tuple[tuple[int, str], ...]:
    kept = snapshot.kept.get(("of_round", of_paper.id))
    if not isinstance(kept, tuple):
        kept = snapshot.kept[("of_round", of_paper.id)] = tuple(
            (snapshot.by_key[key].id, key) for key in of_paper.targets if key in snapshot.by_key)
    return kept


def round_of_paper(snapshot: Snapshot, round_text: str) -> Round:
    found = snapshot.round_called(round_text)
    if found is not None:
        return found
    if snapshot.round is None or snapshot.round.phase is not Phase.OPEN:
        raise BallotRefused(Reason.ROUND_NOT_OPEN, "现在没有开放的打分，请等主持人宣布开始。", field="round")
    if round_text == "":
        raise BallotRefused(Reason.INCOMPLETE, "这张评分没有写明是哪一轮，请刷新页面后重新提交。", field="round")
    raise BallotRefused(Reason.ROUND_MOVED_ON, MOVED_ON, field="round")


def lines_of(snapshot: Snapshot, of_paper: Round, seat: SeatCard, form: Mapping[str, str]) -> tuple[Line, ...]:
    """The marks, checked by the rule; a recused target takes none (on a ranking it keeps its place, uncounted)."""
    whole_paper = snapshot.rule.ballot.kind is BallotKind.RANKING
    may_score = tuple(key for key in of_paper.targets if snapshot.recused(seat, key) is None)
    for key in of_paper.targets if len(may_score) < len(of_paper.targets) else ():
        marked = any(name == f"m.{key}" or name.startswith(f"m.{key}.") for name in form)
        if key not in may_score and (not may_score or (marked and not whole_paper)):
            card = snapshot.target(key)
            raise BallotRefused(
                Reason.RECUSED,
                f"您需回避{card.name if card else key}的打分（{snapshot.recused(seat, key)}），不必提交。")
    try:
        return _form(snapshot, of_paper.targets if whole_paper else may_score).read(form)
    except PaperRefused as refused:
        raise BallotRefused(Reason(refused.reason.value), refused.message, field=refused.field) from None


def _form(snapshot: Snapshot, targets: tuple[str, ...]) -> PaperForm:
    form = snapshot.kept.get(("form", targets))
    if not isinstance(form, PaperForm):
        form = snapshot.kept[("form", targets)] = PaperForm(snapshot.rule, targets)
    return form


def draw_receipt() -> str:
    """Six letters and digits without look-alikes, like `7Q2K-M4`: any of 31 ** 6 as likely as any other."""
    while True:
        try:
            drawn = "".join([_drawn.popleft() for _ in range(6)])
        except IndexError:  # the system's randomness is fetched in blocks; bytes that would favour a letter are left out
            _drawn.extend(_LETTERS[byte % len(_LETTERS)] for byte in secrets.token_bytes(4096)
                          if byte < 256 - 256 % len(_LETTERS))
        else:
            return f"{drawn[:4]}-{drawn[4:]}"


_drawn: deque[str] = deque()


def snapshot_that_knows(live: Live, seat: SeatCard, round_text: str) -> Snapshot:
    """The snapshot; one that has never heard of this round asks the database for news first.

    A known round is not asked about again: the transaction that stores the paper sees whether it is still open.
    """
    snapshot = live.at(seat.sitting)
    if snapshot is None or snapshot.round_called(round_text) is None:
        live.refresh()
        snapshot = live.at(seat.sitting)
    if snapshot is None:
        raise BallotRefused(Reason.ROUND_NOT_OPEN, "这场活动已经撤下，请向工作人员询问。")
    return snapshot
