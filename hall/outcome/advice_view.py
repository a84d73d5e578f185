"""From the figures of the advisory view to sentences, places and marks: pure, of one result and one finding.

A judge who marks unlike the others is called unusual (异常，值得看一看) and nothing else. What is undefined says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from advisory.advice import Advice
from advisory.quantiles import t_quantile
from advisory.robustness import LEAST_JUDGES
from advisory.severity import FAMILY_ERROR, LARGE, JudgeView
from advisory.table import scale_of
from db.values import Seat
from hall.moment.discretion import HIDDEN_WORDS, total_tells_a_mean, valid_ballots
from hall.outcome.advice_values import CANNOT, Adjusted, Advised, Judge, Neighbours, Place
from hall.outcome.advising import Finding
from hall.outcome.agreement_words import concordance_words, figure, measures, signed
from hall.outcome.results import Standing
from office.local_time import minute
from scoring.count import recipe_for
from scoring.rule import TrimUnit

TOO_FEW = "评委太少，看不出来"
FEWEST_TO_COMPARE = 4  # with two units every correlation is 1 or -1
SAME = 1e-9  # adjusted scores nearer than this are level


def view_of(found: Standing, finding: Finding, seats: Iterable[Seat]) -> Advised:
    """Everything a screen shows; `seats` give the judges' roles."""
    view = _View(found=found, finding=finding, seats={seat.code: seat for seat in seats})
    return view.shown()


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What is needed to put names to the view's keys, and words to its figures."""

    found: Standing
    finding: Finding
    seats: Mapping[str, Seat]

    @property
    def advice(self) -> Advice:
        return self.finding.advice

    @property
    def targets(self) -> Mapping[str, Any]:
        return self.found.result["targets"]  # type: ignore[no-any-return]

    def shown(self) -> Advised:
        publication, sitting = self.found.publication, self.found.sitting
        places = tuple(self.places())
        judges = tuple(self.judges())
        adjusted = tuple(self.adjusted(places))
        return Advised(
            title=f"{sitting.title} {sitting.period}", note=sitting.note, ballots_sha256=self.finding.ballots_sha256,
            published=publication is not None, edition="未公布：已截止各轮" if publication is None else
            f"第{publication.number}版成绩，{minute(publication.published_at)} 公布",
            sentence="；".join(self.sentence(places, judges)) + "。", large=self.large(),
            measures=measures(self.advice), measures_why=self.no_agreement_because(), places=places,
            places_why=tuple(dict.fromkeys(one.why for one in places if one.why)),
            neighbours=tuple(self.neighbours(places)), judges=judges, judges_why=tuple(self.gaps_of_judges()),
            adjusted=adjusted, adjusted_words=self.adjusted_words(adjusted), caveats=tuple(self.caveats()))

    # -- what was scored by whom -------------------------------------------------------------------------

    def ballots(self, target: str) -> int:
        """Valid ballots of named seats."""
        by_criterion = self.found.rule.trim.unit is TrimUnit.CRITERION
        own = self.targets[target]["groups"]
        return sum(valid_ballots(own[one.key], by_criterion) for one in self.found.rule.groups if not one.secret)

    def scored(self) -> int:
        return sum(1 for target in self.targets if self.ballots(target))

    def scored_by_all(self) -> int:
        return sum(1 for target in self.targets if self.ballots(target) == len(self.advice.judges) > 0)

    def large(self) -> float:
        return LARGE * scale_of(recipe_for(self.found.rule, len(self.targets)))

    # -- in one sentence ---------------------------------------------------------------------------------

    def sentence(self, places: Sequence[Place], judges: Sequence[Judge]) -> Iterator[str]:
        w, count = self.advice.kendall_w, len(self.advice.judges)
        if w.w is None:
            yield f"评委之间是否一致{CANNOT}（{self.no_agreement_because()}）"
        else:
            whole = self.scored_by_all()
            over = "" if whole == self.scored() else f"，按人人都打了的{whole}家算"
            yield f"评委之间{concordance_words(w)}（W={figure(w.w)}，n={count}名实名评委{over}）"
        yield from self.firmness(places)
        unusual = [one.seat for one in judges if one.unusual]
        if unusual:
            yield f"{len(unusual)}名评委打分异常（值得看一看）：{'、'.join(unusual[:4])}{'等' if len(unusual) > 4 else ''}"

    def firmness(self, places: Sequence[Place]) -> Iterator[str]:
        """Which neighbours each might have had the other's place; ties are ties already."""
        known = [one for one in places if one.low is not None]
        if not known:
            few = any(one.why.startswith(TOO_FEW) for one in places)
            yield f"名次稳不稳：{TOO_FEW}" if few else f"名次区间{CANNOT}"
            return
        groups = tuple(dict.fromkeys(one.ranking_group for one in places))
        said = []
        for group in groups:
            runs = list(_runs([one for one in places if one.ranking_group == group]))
            if runs:
                prefix = f"{group}" if len(groups) > 1 else ""
                more = f"等{len(runs)}处" if len(runs) > 3 else ""
                said.append(f"{prefix}{'，'.join(runs[:3])}{more}分不出先后")
        yield "；".join(said) or "相邻名次都分得出先后"

    def no_agreement_because(self) -> str:
        if self.advice.kendall_w.w is not None and self.advice.icc.icc_2_k.value is not None:
            return ""
        judges, whole = len(self.advice.judges), self.scored_by_all()
        if judges < 2:
            return "没有实名评委的有效票" if not judges else "只有1名实名评委"
        if whole < 2:
            return f"人人都打了的单位{'一家也没有' if not whole else '只有1家'}，至少要2家"
        return "评委给各家的分不分高低"

    # -- places ------------------------------------------------------------------------------------------

    def places(self) -> Iterator[Place]:
        intervals = dict(self.advice.rank_interval)
        alone = self.alone()
        for target, group, rank in self.ranks(self.found.result["order"]):
            interval = intervals.get(target)
            low, high = interval or (None, None)
            why = "" if interval else ("同组只有一家，没有别家可比" if target in alone else self.no_interval_because())
            yield Place(
                target=target, name=self.found.names[target], ranking_group=group,
                place=str(self.targets[target]["rank"]), rank=rank, low=low, high=high, why=why,
                words=CANNOT if not interval else f"第{low}名" if low == high else f"第{low}至{high}名")

    def ranks(self, order: Sequence[str]) -> Iterator[tuple[str, str, int]]:
        """Target, ranking group, and the place as 1, 2, 2, 4 among these targets."""
        ranking_groups = self.finding.ranking_groups
        seen: dict[str, list[tuple[str, int]]] = {}
        for target in order:
            before = seen.setdefault(ranking_groups[target], [])
            level = next((rank for other, rank in before if other in self.targets[target]["tied_with"]), None)
            rank = level or len(before) + 1
            before.append((target, rank))
            yield target, ranking_groups[target], rank

    def alone(self) -> set[str]:
        groups = self.finding.ranking_groups
        members = [groups[target] for target in self.found.result["order"]]
        return {target for target in self.found.result["order"] if members.count(groups[target]) == 1}

    def no_interval_because(self) -> str:
        of = [self.seats[one.judge].group for one in self.advice.judges if one.judge in self.seats]
        small = [f"{_group(one.name)}{of.count(one.key)}名" for one in self.found.rule.groups
                 if one.weight and 0 < of.count(one.key) < LEAST_JUDGES]
        if small:
            return f"{TOO_FEW}：{'、'.join(small)}，每组至少要{LEAST_JUDGES}名实名评委"
        if not self.advice.judges:
            return "没有实名评委的有效票，无从重抽"
        return "重抽评委后常常得不出这一名次"

    def neighbours(self, places: Sequence[Place]) -> Iterator[Neighbours]:
        by_target = {one.target: one for one in places}
        for pair in self.advice.pairs:
            above, below = by_target[pair.above], by_target[pair.below]
            judges = pair.judges_above + pair.judges_equal + pair.judges_below
            words = "没有实名评委两家都打过" if not judges else (
                f"{judges}位评委两家都打了：{pair.judges_above}位更高、{pair.judges_equal}位相同、{pair.judges_below}位更低")
            yield Neighbours(
                ranking_group=above.ranking_group, above=above.name, above_place=above.place, below=below.name,
                below_place=below.place, words=words, contrary=pair.judges_below > pair.judges_above)

    # -- judges ------------------------------------------------------------------------------------------

    def judges(self) -> Iterator[Judge]:
        times = self.limit()
        numbers = {one.key: n for n, one in enumerate(self.found.rule.groups)}
        names = {one.key: _group(one.name) for one in self.found.rule.groups}
        ordered = sorted(self.advice.judges, key=lambda one: (-(one.leniency or 0.0), one.judge))
        for one in ordered:
            seat = self.seats.get(one.judge)
            reach = None if times is None or one.se is None else times * one.se
            yield Judge(
                seat=one.judge, role=seat.name if seat else "", group=numbers[seat.group] if seat else 0,
                group_name=names[seat.group] if seat else "", leniency=one.leniency, reach=reach,
                leniency_words=signed(one.leniency), limits=_limits(one, reach), misfit=figure(one.misfit),
                consistency=figure(one.consistency), unusual=one.flag is not None,
                dropped=CANNOT if one.dropped_share is None else f"{one.dropped_share:.0%}")

    def limit(self) -> float | None:
        """Bonferroni's limit, the one that the flags go by; None where the fit leaves nothing over."""
        judges = len(self.advice.judges)
        freedom = sum(self.ballots(target) for target in self.targets) - judges - self.scored() + 1
        return t_quantile(1 - FAMILY_ERROR / (2 * judges), freedom) if judges and freedom > 0 else None

    def gaps_of_judges(self) -> Iterator[str]:
        """Why a column of the judges' table has cells without a figure."""
        judges = self.advice.judges
        if not judges:
            yield "没有实名评委的有效票。"
        elif any(one.leniency is None for one in judges):
            yield f"偏高偏低{CANNOT}：{self.no_fit_because()}。"
        elif any(one.se is None for one in judges):
            yield f"误差范围{CANNOT}：票太少，除去松严和各家高低后没有剩余。"
        if any(one.misfit is None for one in judges) and all(one.leniency is not None for one in judges):
            yield f"不合群程度{CANNOT}：除去松严和各家高低后没有剩余。"
        if any(one.consistency is None for one in judges):
            few = len(judges) < 2 or self.scored_by_all() < 2
            because = self.no_agreement_because() if few else "他（或其余评委）给各家的分不分高低"
            yield f"与他人一致{CANNOT}：{because or '可比的单位太少'}。"
        elif judges and self.scored_by_all() < FEWEST_TO_COMPARE:
            yield f"与他人一致：人人都打了的只有{self.scored_by_all()}家，太少，这一栏不必当真。"

    def no_fit_because(self) -> str:
        if len(self.advice.judges) < 2:
            return "只有1名实名评委，没有别人可比"
        if self.scored() < 2:
            return "只有1家有票，分不出松严"
        return "有的评委之间没有共同打过的单位，票连不成一片"

    # -- adjusted scores ---------------------------------------------------------------------------------

    def adjusted(self, places: Sequence[Place]) -> Iterator[Adjusted]:
        """Places by adjusted score beside the official ones, both counted among the units that have one."""
        scores = {target: score for target, score in self.advice.adjusted if score is not None}
        order = [one.target for one in places if one.target in scores]
        official = {target: rank for target, _, rank in self.ranks(order)}
        groups = self.finding.ranking_groups
        for one in places:
            own = scores.get(one.target)
            rank = None if own is None else 1 + sum(
                1 for other in order if groups[other] == one.ranking_group and scores[other] > own + SAME)
            changes = rank is not None and rank != official[one.target]
            yield Adjusted(
                name=one.name, ranking_group=one.ranking_group, place=one.place,
                total=HIDDEN_WORDS if total_tells_a_mean(self.found.rule, self.targets[one.target])
                else self.targets[one.target]["total"]["published"] or "—", adjusted=figure(own), changes=changes,
                words=CANNOT if rank is None else f"会变：第{rank}名" if changes else "名次不变")

    def adjusted_words(self, adjusted: Sequence[Adjusted]) -> str:
        if not any(one.adjusted != CANNOT for one in adjusted):
            return f"调整后的分{CANNOT}：{self.no_fit_because() if self.advice.judges else '没有实名评委的有效票'}。"
        moved = sum(one.changes for one in adjusted)
        said = f"按调整后的分排，{f'{moved}家名次会变' if moved else '名次都不变'}。"
        if self.scored_by_all() == self.scored():
            said += "每位实名评委都打了每一家，谁松谁严不影响先后，调整后的分就是简单平均。"
        return said

    def caveats(self) -> Iterator[str]:
        secret = [_group(one.name) for one in self.found.rule.groups if one.secret]
        yield "只看实名评委去掉最高最低之前的有效票，各组放在一起同等看待，不加权。" + (
            f"{'、'.join(secret)}无记名，不逐人分析。" if secret else "")
        yield "“异常”只表示与其他评委不一样，值得看一看，不说明原因，也不是结论。一位评委对各家都松或都严，不改变先后。"
        yield ("名次区间：在各实名组内重抽评委，按办法完整重算，100次里大约95次名次落在其中"
               + (f"；{'、'.join(secret)}的票保持不变。" if secret else "。") + "分数很接近时，区间只作参考。")
        yield "同一份选票，谁来算、什么时候算，结果都一样。"


def _group(name: str) -> str:
    return f"{name}组".replace("组组", "组")


def _limits(one: JudgeView, reach: float | None) -> str:
    if one.leniency is None or reach is None:
        return CANNOT
    return f"{signed(one.leniency - reach)} 至 {signed(one.leniency + reach)}"


def _runs(places: Sequence[Place]) -> Iterator[str]:
    """`第2、3名`, or `第4至9名中相邻的` for a chain of neighbours each of whom might have had the other's place."""
    run: list[Place] = []
    for one in places:
        if run and _could_swap(run[-1], one):
            run.append(one)
            continue
        if len(run) > 1:
            yield _run_words(run)
        run = [one]
    if len(run) > 1:
        yield _run_words(run)


def _could_swap(above: Place, below: Place) -> bool:
    if None in (above.high, below.low) or above.rank == below.rank:
        return False
    assert above.high is not None and below.low is not None
    return above.high >= below.rank and below.low <= above.rank


def _run_words(run: Sequence[Place]) -> str:
    if len(run) < 4:
        return f"第{'、'.join(one.place for one in run)}名"
    return f"第{run[0].place}至{run[-1].place}名中相邻的"
