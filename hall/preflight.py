"""Before the doors open (预检): green, amber and red lines about one sitting, and who will not score whom. Pure.

A red line says what is missing and where to mend it, an amber one what is better looked at. Nothing here stops the
host.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from db.values import Declaration
from hall.moment.discretion import FEWEST_SECRET_BALLOTS
from hall.moment.readiness import GroupReady
from hall.moment.snapshot import Snapshot, TargetCard
from office.sitting.routes import routes_of
from scoring.rule import BallotKind

SHORTCOMINGS = 3
LOCAL = ("127.0.0.1", "localhost", "0.0.0.0", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the preflight; `todo` is what a red one asks for, in a few words that stand alone.

    `warns`: amber. It is not wrong, and asks for a look. `unsure`: grey, nothing here can know it.
    """

    topic: str
    words: str
    ok: bool
    todo: str = ""
    warns: bool = False
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecusalLine:
    """One seat that does not score one target. `entered`: written down by hand, so that it can be taken back."""

    seat: str
    judge: str
    target: str
    target_name: str
    reason: str
    entered: bool


def preflight(snapshot: Snapshot, ready: Sequence[GroupReady] = (), *, room: int | None = None) -> tuple[Line, ...]:
    """Every line; `ready` is what the phones found out about themselves, once it is known, `room` how many phones
    this process can hold (None: as many as come)."""
    return (_rule(snapshot), _agenda(snapshot), _seats(snapshot), *_unscored(snapshot), *_routes(snapshot),
            *_recognisable(snapshot), _address(snapshot),
            _badges(snapshot), _declarations(snapshot), *_room(snapshot, room), *_phones(ready))


def recusals(snapshot: Snapshot) -> tuple[RecusalLine, ...]:
    """Everybody who is recused, by own unit or as entered, in the order of the agenda."""
    return tuple(
        RecusalLine(seat=seat.code, judge=seat.name, target=target.key, target_name=target.name, reason=reason,
                    entered=(seat.id, target.key) in snapshot.recusals)
        for target in snapshot.targets for seat in snapshot.seats
        if (reason := snapshot.recused(seat, target.key)) is not None)


def is_complete(declaration: Declaration) -> bool:
    """Three shortcomings, each with measures and at least one commitment."""
    return len(declaration.shortcomings) == SHORTCOMINGS and is_answered(declaration)


def is_answered(declaration: Declaration) -> bool:
    """Whatever is admitted has measures and at least one commitment."""
    return all(one.measures and one.commitments for one in declaration.shortcomings)


def owes(target: TargetCard) -> bool:
    """Whether something is still to be filled in: a unit that speaks admits three; a project, which bears another name
    than its unit, only what troubles it."""
    if not target.speaks or target.postponed:
        return False
    is_project = bool(target.unit_name) and target.name != target.unit_name
    return not (is_answered if is_project else is_complete)(target.declaration)


def _rule(snapshot: Snapshot) -> Line:
    state = "已锁定" if snapshot.rule_locked else "首次开始打分时锁定"
    return Line(topic="评分办法", words=f"第{snapshot.rule.version}版，{state}", ok=True)


def _agenda(snapshot: Snapshot) -> Line:
    count, silent = len(snapshot.targets), sum(not one.speaks for one in snapshot.targets)
    put_off = sum(bool(one.postponed) for one in snapshot.targets)
    apart = [one.name for one in snapshot.targets if not one.ranked and not one.postponed]  # a copied sitting brings them along
    words = "，".join([f"{count}家", *([f"其中{silent}家不上台只参加测评"] if silent else []),
                      *([f"{put_off}家延到补场"] if put_off else []),
                      *([f"{len(apart)}家只打分不排名（{'、'.join(apart[:3])}{'等' if len(apart) > 3 else ''}）"] if apart else [])])
    return Line(topic="议程", words=words if count else "还没有单位", ok=count > 0,
                todo="" if count else "列入参评单位")


def _seats(snapshot: Snapshot) -> Line:
    seated = Counter(seat.group for seat in snapshot.seats)
    empty = [group.name for group in snapshot.rule.groups if not seated[group.key]]
    short = [f"{group.name}{seated[group.key]}席，规定至少{group.quorum_ballots}张有效票"
             for group in snapshot.rule.groups if 0 < seated[group.key] < group.quorum_ballots]
    short += [f"{group.name}无记名却只有1席，谁投的一看便知" for group in snapshot.rule.groups
              if group.secret and seated[group.key] == 1]
    if empty or short:
        words = "；".join([f"{name}还没有席位" for name in empty] + short)
        return Line(topic="评委席位", words=words, ok=False, todo=f"添加评委席位，{words}")
    return Line(topic="评委席位", ok=True,
                words="，".join(f"{group.name}{seated[group.key]}席" for group in snapshot.rule.groups))


def _unscored(snapshot: Snapshot) -> tuple[Line, ...]:
    """A unit that a whole group may not score has no score of that group: all are recused, or saw another route."""
    seated = {group.key: [seat for seat in snapshot.seats if seat.group == group.key] for group in snapshot.rule.groups}
    nobody = [f"{one.name}（{group.name}）" for one in snapshot.targets if not one.postponed for group in snapshot.rule.groups
              if seated[group.key] and all(snapshot.recused(seat, one.key) for seat in seated[group.key])]
    if not nobody:
        return ()
    some = "、".join(nobody[:3]) + (f"等{len(nobody)}处" if len(nobody) > 3 else "")
    return (Line(topic="没有人可以打分", words=f"全组都要回避或没有看过：{some}", ok=False, todo=f"调整席位、线路或回避：{some}"),)


def _routes(snapshot: Snapshot) -> tuple[Line, ...]:
    """How many saw each route; of a secret group too few on one route are known by what they leave out."""
    routes = routes_of(snapshot.targets)
    if not routes:
        return ()
    secret = {group.key: group.name for group in snapshot.rule.groups if group.secret}
    sizes = Counter((seat.group, seat.route) for seat in snapshot.seats if seat.route and seat.group in secret)
    few = [f"{secret[group]}{route}只有{count}席" for (group, route), count in sizes.items() if count < FEWEST_SECRET_BALLOTS]
    said = "，".join(f"{route}{sum(one.route == route for one in snapshot.targets)}个项目"
                    f"{sum(not seat.route or seat.route == route for seat in snapshot.seats)}席能评" for route in routes)
    if few:
        return (Line(topic="观摩线路", ok=True, warns=True,
                     words=f"{said}；{'、'.join(few)}，能看数据库的人从无记名票打了哪些项目认得出是谁"),)
    return (Line(topic="观摩线路", words=said, ok=True),)


def _badges(snapshot: Snapshot) -> Line:
    without = [seat.code for seat in snapshot.seats if not seat.has_badge]
    if not snapshot.seats:
        return Line(topic="胸牌", words="先设席位，再制发", ok=False, todo="制发胸牌")
    if without:
        some = "、".join(without[:4]) + ("等" if len(without) > 4 else "")
        return Line(topic="胸牌", words=f"{len(without)}席没有胸牌：{some}", ok=False,
                    todo=f"制发胸牌，还缺{len(without)}席")
    return Line(topic="胸牌", words=f"{len(snapshot.seats)}席都有胸牌", ok=True)


def _address(snapshot: Snapshot) -> Line:
    if not snapshot.public_url:
        return Line(topic="手机访问地址", words="还没有设置", ok=False, todo="设置手机访问地址")
    if urlsplit(snapshot.public_url).hostname in LOCAL:
        return Line(topic="手机访问地址", words=f"{snapshot.public_url} 只有本机能打开，手机打不开", ok=False,
                    todo="换一个手机能打开的访问地址")
    return Line(topic="手机访问地址", words=snapshot.public_url, ok=True)


def _declarations(snapshot: Snapshot) -> Line:
    missing = [one.name for one in snapshot.targets if owes(one)]
    if not missing:
        if not snapshot.targets:
            return Line(topic="单位填报", words="先列议程", ok=False, todo="催各单位填报")
        return Line(topic="单位填报", words="都已填齐", ok=True)
    some = "、".join(missing[:4]) + (f"等{len(missing)}家" if len(missing) > 4 else "")
    return Line(topic="单位填报", words=f"未填齐：{some}", ok=False, todo=f"催填不足与承诺：{some}")


def _recognisable(snapshot: Snapshot) -> tuple[Line, ...]:
    """Amber: on one paper for all units, what a secret seat may not score is missing, and tells whose paper it is to
    whoever reads the database. Nothing that leaves it does; and a ranking leaves nothing out."""
    if snapshot.sitting.ballot_mode != "all" or snapshot.rule.ballot.kind is BallotKind.RANKING:
        return ()
    secret = {group.key for group in snapshot.rule.groups if group.secret}
    alike: dict[tuple[str, frozenset[str]], list[str]] = defaultdict(list)
    for seat in snapshot.seats:
        if seat.group in secret:
            lacking = frozenset(one.key for one in snapshot.targets if snapshot.recused(seat, one.key) is not None)
            alike[seat.group, lacking].append(seat.code)
    divided = {group for group, n in Counter(group for group, _ in alike).items() if n > 1}
    few = sorted(code for (group, _), codes in alike.items() if group in divided and len(codes) < FEWEST_SECRET_BALLOTS
                 for code in codes)
    if not few:
        return ()
    some = "、".join(few[:6]) + (f"等{len(few)}席" if len(few) > 6 else "")
    words = (f"{some}要回避的与同组别人不同，一张票打全部时，能看数据库的人从漏了哪几家认得出是谁的票（复算包、封存件和"
             "回执名单里看不出）；请不登记这些席位的所属单位或线路，或让至少三席回避相同，或改为实名")
    return (Line(topic="无记名", words=words, ok=True, warns=True),)


def _room(snapshot: Snapshot, room: int | None) -> tuple[Line, ...]:
    if room is None or len(snapshot.seats) <= room:
        return ()
    return (Line(topic="同时在线", words=f"本机只容得下{room}部手机，席位有{len(snapshot.seats)}个；"
                 "请管理员放宽“打开文件数”（ulimit -n）后重新启动", ok=False, todo="放宽本机的打开文件数"),)


def _phones(ready: Sequence[GroupReady]) -> tuple[Line, ...]:
    """Amber below nine tenths: a hall may well begin without the last phones, and phones check themselves as they come."""
    seats, good = sum(one.seats for one in ready), sum(one.ready for one in ready)
    if not seats:
        return ()
    words, troubled = f"{good}／{seats}部已自检并就绪", sum(len(one.troubles) for one in ready)
    if troubled:
        words += f"，{troubled}部有问题，名单在主持台"
    if good * 10 >= seats * 9:
        return (Line(topic="手机就绪", words=words, ok=True),)
    return (Line(topic="手机就绪", words=f"{words}；请评委扫胸牌，等候页约十秒自检一次", ok=True, warns=True),)
