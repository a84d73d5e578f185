"""One paper: what may be written on it, and whether what was sent is acceptable under the rule.

A *paper* is what one judge sends for one or several targets; a *line* is one target on it. Field names are those of the
phone's form: `m.{target}.{criterion}`, or `m.{target}` for a grade, a place, `abstain` or `dont_know`. A paper is
accepted whole or refused with the field and a Chinese sentence that names the criterion. Nothing here counts a vote.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scoring.number import NotANumber, parse_decimal, plain
from scoring.rule import BallotKind, Criterion, MissingCriterion, Rule, TrimUnit
from scoring.words import listed, quoted


class State(StrEnum):
    """What became of a line; only the first is scored, and none of the others is zero."""

    SUBMITTED = "submitted"
    ABSTAIN = "abstain"
    DONT_KNOW = "dont_know"
    SPOILED = "spoiled"
    LATE = "late"


class Reason(StrEnum):
    BAD_MARK = "bad_mark"
    INCOMPLETE = "incomplete"


class PaperRefused(ValueError):
    """The paper cannot be taken: `field` is the form field at fault, `message` tells the judge what to write."""

    def __init__(self, reason: Reason, field: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One target on a paper. `marks` are (criterion, canonical text); grades and places use criterion ""."""

    target: str
    state: State
    marks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to fill in. Points have min, max and step; grades have choices; rankings have the number of places."""

    name: str
    target: str
    criterion: str
    min: str | None = None
    max: str | None = None
    step: str | None = None
    choices: tuple[str, ...] = ()
    places: int | None = None

    def as_json(self) -> dict[str, object]:
        if self.places is not None:
            return {"name": self.name, "places": self.places}
        if self.choices:
            return {"name": self.name, "choices": list(self.choices)}
        return {"name": self.name, "min": self.min, "max": self.max, "step": self.step}


WITHOUT_MARKS = (State.ABSTAIN, State.DONT_KNOW)


def fields(rule: Rule, targets: Sequence[str]) -> tuple[Field, ...]:
    """What there is to fill in for these targets, in the order of the paper."""
    return tuple(_fields(rule, targets))


def _fields(rule: Rule, targets: Sequence[str]) -> Iterator[Field]:
    for target in targets:
        match rule.ballot.kind:
            case BallotKind.GRADES:
                choices = tuple(grade.key for grade in rule.grades)
                yield Field(name=f"m.{target}", target=target, criterion="", choices=choices)
            case BallotKind.RANKING:
                yield Field(name=f"m.{target}", target=target, criterion="", places=len(targets))
            case BallotKind.POINTS:
                for criterion in rule.criteria:
                    yield Field(
                        name=f"m.{target}.{criterion.key}",
                        target=target,
                        criterion=criterion.key,
                        min=plain(rule.ballot.min),
                        max=plain(criterion.max),
                        step=plain(rule.ballot.step),
                    )


def is_mark(rule: Rule, criterion: Criterion, value: Fraction) -> bool:
    """Whether a number lies in the criterion's range and on the ballot's step."""
    ballot = rule.ballot
    return ballot.min <= value <= criterion.max and ((value - ballot.min) / ballot.step).denominator == 1


def marks_allowed(rule: Rule, criterion: Criterion) -> str:
    """The cure for a bad mark: “请写0到100之间、以1为一级的数”."""
    return f"请写{plain(rule.ballot.min)}到{plain(criterion.max)}之间、以{plain(rule.ballot.step)}为一级的数"


def read_paper(rule: Rule, targets: Sequence[str], form: Mapping[str, str]) -> tuple[Line, ...]:
    """The lines of a paper as sent; raises PaperRefused.

    A paper of several targets may leave whole targets out, but not all; a ranking paper is complete.
    """
    return PaperForm(rule, targets).read(form)


class PaperForm:
    """The blank paper of a round: its fields are worked out once, its marks judged once, for however many judges."""

    def __init__(self, rule: Rule, targets: Sequence[str]) -> None:
        self._rule = rule
        self._targets = tuple(targets)
        self._points = {
            target: tuple((criterion, f"m.{target}.{criterion.key}") for criterion in rule.criteria)
            for target in targets if rule.ballot.kind is BallotKind.POINTS}
        self._known = {f"m.{target}" for target in targets} | {
            name for some in self._points.values() for _, name in some}
        self._accepted: dict[tuple[str, str], str] = {}  # (criterion, as written) -> canonical text

    def read(self, form: Mapping[str, str]) -> tuple[Line, ...]:
        """The lines of one paper as sent; raises PaperRefused."""
        sent = self._sent(form)
        if self._rule.ballot.kind is BallotKind.RANKING:
            return _ranking_paper(self._targets, sent)
        read = self._points_line if self._rule.ballot.kind is BallotKind.POINTS else self._grade_line
        lines = [line for target in self._targets if (line := read(target, sent)) is not None]
        if not lines:
            wanted = fields(self._rule, self._targets)
            name = wanted[0].name if wanted else ""
            raise PaperRefused(Reason.INCOMPLETE, name, "还没有填写任何评分，请填写后再提交；不打分请选弃权或不了解")
        return tuple(lines)

    def _sent(self, form: Mapping[str, str]) -> dict[str, str]:
        """The non-blank answers by field name, stripped; anything not on this paper is refused."""
        sent = {}
        for name, value in form.items():
            if not name.startswith("m."):
                continue
            if name not in self._known:
                raise PaperRefused(Reason.BAD_MARK, name, f"这张票上没有{quoted(name)}这一栏，请刷新页面后重填")
            if not isinstance(value, str):
                raise PaperRefused(Reason.BAD_MARK, name, f"{quoted(value)}不是文字，请刷新页面后重填")
            if text := value.strip(" \t\r\n"):
                sent[name] = text
        return sent

    def _points_line(self, target: str, sent: dict[str, str]) -> Line | None:
        whole, asked = f"m.{target}", self._points[target]
        given = [(criterion, name) for criterion, name in asked if name in sent]
        if whole in sent:
            state = sent[whole]
            if state not in WITHOUT_MARKS:
                raise PaperRefused(Reason.BAD_MARK, whole, f"{quoted(state)}不可用，请逐项打分，或选弃权、不了解")
            if given:
                message = f"“{given[0][0].name}”已打分，不能同时选弃权或不了解，请二选一"
                raise PaperRefused(Reason.BAD_MARK, given[0][1], message)
            return Line(target=target, state=State(state), marks=())
        if not given:
            return None
        if len(given) < len(asked):
            self._refuse_blanks(asked, given)
        marks = tuple((criterion.key, self._mark(criterion, name, sent[name])) for criterion, name in given)
        return Line(target=target, state=State.SUBMITTED, marks=marks)

    def _refuse_blanks(self, asked: Sequence[tuple[Criterion, str]], given: Sequence[tuple[Criterion, str]]) -> None:
        first, name = next(one for one in asked if one not in given)
        if self._rule.ballot.missing_criterion is MissingCriterion.VOID_BALLOT:
            raise PaperRefused(Reason.INCOMPLETE, name, f"“{first.name}”还没有打分，请补上后再提交")
        if _weighs_nothing(self._rule, [criterion for criterion, _ in given]):
            raise PaperRefused(Reason.INCOMPLETE, name, f"只打了不计权重的项，请给“{first.name}”打分")

    def _mark(self, criterion: Criterion, name: str, text: str) -> str:
        """The mark in canonical text. A hall writes the same few hundred marks again and again: those are remembered."""
        known = self._accepted.get((criterion.key, text))
        if known is None:
            known = _checked_mark(self._rule, criterion, name, text)
            if len(self._accepted) < _REMEMBERED and len(text) <= _SHORT:
                self._accepted[(criterion.key, text)] = known
        return known

    def _grade_line(self, target: str, sent: dict[str, str]) -> Line | None:
        return _grade_line(self._rule, target, sent)


def _weighs_nothing(rule: Rule, given: Sequence[Criterion]) -> bool:
    """Renormalised weights over these criteria would be a division by zero."""
    renormalised = rule.ballot.missing_criterion is MissingCriterion.RENORMALISE
    return renormalised and rule.trim.unit is TrimUnit.JUDGE_TOTAL and not any(c.weight for c in given)


_REMEMBERED, _SHORT = 20_000, 12


def _checked_mark(rule: Rule, criterion: Criterion, name: str, text: str) -> str:
    try:
        value = parse_decimal(text)
    except NotANumber:
        if any(c.isdigit() and not c.isascii() for c in text):
            message = f"“{criterion.name}”的{quoted(text)}不是半角数字，请切换到半角后重写"
        else:
            message = f"“{criterion.name}”的{quoted(text)}不是数，{marks_allowed(rule, criterion)}"
        raise PaperRefused(Reason.BAD_MARK, name, message) from None
    if not is_mark(rule, criterion, value):
        message = f"“{criterion.name}”的{quoted(text)}不可用，{marks_allowed(rule, criterion)}"
        raise PaperRefused(Reason.BAD_MARK, name, message)
    return plain(value)


def _grade_line(rule: Rule, target: str, sent: dict[str, str]) -> Line | None:
    name = f"m.{target}"
    choice = sent.get(name)
    if choice is None:
        return None
    if choice in WITHOUT_MARKS:
        return Line(target=target, state=State(choice), marks=())
    if choice not in {grade.key for grade in rule.grades}:
        names = listed((grade.name for grade in rule.grades), 12)
        raise PaperRefused(Reason.BAD_MARK, name, f"没有{quoted(choice)}这个等次，请在{names}中选一个")
    return Line(target=target, state=State.SUBMITTED, marks=(("", choice),))


def _ranking_paper(targets: Sequence[str], sent: dict[str, str]) -> tuple[Line, ...]:
    """A whole paper: places 1..n each once; or one of abstain and dont_know for all of it."""
    given = set(sent.values())
    if len(given) == 1 and (state := next(iter(given))) in WITHOUT_MARKS:
        return tuple(Line(target=target, state=State(state), marks=()) for target in targets)
    lines, seen = [], set()
    for target in targets:
        name = f"m.{target}"
        place = sent.get(name)
        if place is None:
            raise PaperRefused(Reason.INCOMPLETE, name, "还有单位没有排名次，请排完全部单位后再提交")
        if place in WITHOUT_MARKS:
            raise PaperRefused(Reason.BAD_MARK, name, "排序票要么排完全部单位，要么整张弃权，请改成其中一种")
        if not (place.isascii() and place.isdigit() and len(place) <= 6 and 1 <= int(place) <= len(targets)):
            raise PaperRefused(Reason.BAD_MARK, name, f"名次{quoted(place)}不可用，请写1到{len(targets)}的整数")
        if int(place) in seen:
            raise PaperRefused(Reason.BAD_MARK, name, f"第{int(place)}名用了两次，请每个名次只用一次")
        seen.add(int(place))
        lines.append(Line(target=target, state=State.SUBMITTED, marks=(("", str(int(place))),)))
    return tuple(lines)
