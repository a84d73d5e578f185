"""From rows of ballots.csv to sheets: one sheet a target and group, holding the ballot of each judge that decides.

Which paper counts: a named ballot is (seat, target), a secret one (ballot, target); the highest version that is not
late decides and the older ones are superseded. A recused seat's ballot is set aside whatever it says. Marks become
whole numbers here (points in the ballot's smallest step, grades and places as indexes), so that counting is exact and
fast. Nothing here adds or averages.
"""

from collections.abc import Sequence

from scoring.ballot import State, is_mark, marks_allowed
from scoring.lanes import Columns
from scoring.number import NotANumber, parse_decimal
from scoring.rows import BallotRow, Places, Recusal, Seat, Target
from scoring.rule import BallotKind, Rule
from scoring.sheets import Census, Sheet, Sheets, mark_scale, recused_pairs
from scoring.words import listed, quoted

FILE = "ballots.csv"
STATES = frozenset(map(str, State))


def sort_papers(
    rule: Rule,
    targets: Sequence[Target],
    seats: Sequence[Seat] | None,
    ballots: Sequence[BallotRow],
    recusals: Sequence[Recusal],
    places: Places,
) -> Sheets:
    """The sheets of every target, one a group in the rule's order; raises PackageRefused."""
    sorter = _Sorter(rule, targets, seats, ballots, places)
    sorter.open_papers()
    if rule.ballot.kind is BallotKind.RANKING:
        sorter.check_whole_papers()
    return sorter.fill_sheets(recused_pairs(targets, seats, recusals), seats)


class _Paper:
    """The rows of one (judge, target, version)."""

    __slots__ = ("first", "group", "marks", "state")

    def __init__(self, state: str, group: str, first: int) -> None:
        self.state = state
        self.group = group
        self.first = first
        self.marks: dict[str, int | None] = {}


Key = tuple[str, str, int]


class _Sorter:
    def __init__(
        self,
        rule: Rule,
        targets: Sequence[Target],
        seats: Sequence[Seat] | None,
        ballots: Sequence[BallotRow],
        places: Places,
    ) -> None:
        self.rule = rule
        self.targets = [target.target for target in targets]
        self.ballots = ballots
        self.places = places
        self.known_targets = frozenset(self.targets)
        self.secret = {group.key: group.secret for group in rule.groups}
        self.listed = None if seats is None else {seat.seat: seat.group for seat in seats}
        # Seats and secret ballot ids are two name spaces: equal texts are different judges.
        self.group_of: dict[bool, dict[str, str]] = {False: dict(self.listed or {}), True: {}}
        self.papers: dict[bool, dict[Key, _Paper]] = {False: {}, True: {}}
        self.versions: dict[str, int] = {}
        self.read: dict[str, dict[str, int | None]] = {}
        if rule.ballot.kind is BallotKind.POINTS:
            self.read = {criterion.key: {"": None} for criterion in rule.criteria}
        elif rule.ballot.kind is BallotKind.GRADES:
            self.read = {"": {grade.key: i for i, grade in enumerate(rule.grades)}}
        else:
            self.read = {"": {str(i): i for i in range(1, len(targets) + 1)}}
        self.scale = mark_scale(rule)

    def open_papers(self) -> None:
        read, head, marks = self.read, None, {}
        for i, row in enumerate(self.ballots):
            # A paper's rows mostly stand together: what they share is looked at once.
            if row[:6] != head:
                head = row[:6]
                paper = self._paper_of(i, row)
                marks, submitted = paper.marks, paper.state == "submitted"
            criterion, value = row[6], row[7]
            if criterion in marks:
                raise self._repeated(i)
            if submitted:
                allowed = read.get(criterion)
                if allowed is None:
                    raise self._unknown_criterion(i)
                marks[criterion] = allowed[value] if value in allowed else self._mark(i, allowed)
            else:
                if (criterion or value) and row.state in ("abstain", "dont_know"):
                    raise self._not_blank(i)
                marks[criterion] = None

    def _paper_of(self, i: int, row: BallotRow) -> _Paper:
        """The paper a row belongs to, opened at its first row."""
        secret = self.secret.get(row.group, False)
        number = self.versions.get(row.version) or self._version(i, row.version)
        key = (row.ballot if secret else row.seat, row.target, number)
        book = self.papers[secret]
        paper = book.get(key)
        if paper is None:
            paper = book[key] = self._open(i, key, row.group, row.state)
        elif paper.state != row.state or paper.group != row.group:
            raise self._disagrees(i, paper)
        return paper

    def _open(self, i: int, key: Key, group: str, state: str) -> _Paper:
        """What is checked once a paper: group, judge, target and state."""
        row, who = self.ballots[i], key[0]
        if group not in self.secret:
            raise self._refused(i, "group", f"没有{quoted(group)}这个评委组，请写 {listed(self.secret, 12)} 之一")
        if row.target not in self.known_targets:
            raise self._refused(i, "target", f"targets.csv 里没有{quoted(row.target)}，请写其中的对象代号")
        if state not in STATES:
            raise self._refused(i, "state", f"没有{quoted(state)}这种状态，请写 {listed(State)} 之一")
        secret = self.secret[group]
        column = "ballot" if secret else "seat"
        if secret and row.seat:
            raise self._refused(i, "seat", f"{quoted(group)}是无记名组，不能写席位{quoted(row.seat)}，请留空")
        if not who:
            raise self._refused(i, column, f"{'无记名票要有票号' if secret else '实名票要有席位'}，请补上")
        if not secret and self.listed is not None and who not in self.listed:
            raise self._refused(i, column, f"seats.csv 里没有席位{quoted(who)}，请写其中的席位代号")
        known = self.group_of[secret].setdefault(who, group)
        if known != group:
            raise self._refused(i, "group", f"{quoted(who)}属于{quoted(known)}组而这里写{quoted(group)}，请写成一致")
        return _Paper(state, group, i)

    def _version(self, i: int, text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0
        if number < 1:
            raise self._refused(i, "version", f"{quoted(text)}不是版次，请写从1起的整数")
        self.versions[text] = number
        return number

    def _mark(self, i: int, marks: dict[str, int | None]) -> int | None:
        row, kind = self.ballots[i], self.rule.ballot.kind
        if kind is BallotKind.GRADES:
            names = listed((grade.key for grade in self.rule.grades), 12)
            raise self._refused(i, "value", f"没有{quoted(row.value)}这个等次，请写 {names} 之一")
        if kind is BallotKind.RANKING:
            message = f"名次{quoted(row.value)}不可用，请写1到{len(self.targets)}的整数"
            raise self._refused(i, "value", message)
        criterion = self.rule.criterion(row.criterion)
        cure = marks_allowed(self.rule, criterion)
        try:
            value = parse_decimal(row.value)
        except NotANumber:
            raise self._refused(i, "value", f"{quoted(row.value)}不是数，{cure}") from None
        if not is_mark(self.rule, criterion, value):
            raise self._refused(i, "value", f"{quoted(row.value)}不在可打的分数之中，{cure}")
        marks[row.value] = int(value * self.scale)
        return marks[row.value]

    def _refused(self, i: int, column: str, message: str) -> Exception:
        return self.places.refused(FILE, i, column, message)

    def _disagrees(self, i: int, paper: _Paper) -> Exception:
        row = self.ballots[i]
        if paper.group != row.group:
            message = f"同一席位或票号前面写{quoted(paper.group)}组，这里写{quoted(row.group)}组，请写成一致"
            return self._refused(i, "group", message)
        message = f"同一张票的同一版前面是{quoted(paper.state)}，这里是{quoted(row.state)}，请写成一致"
        return self._refused(i, "state", message)

    def _repeated(self, i: int) -> Exception:
        return self._refused(i, "criterion", "同一张票同一版的这一项写了两次，请删去一行，或改版次")

    def _unknown_criterion(self, i: int) -> Exception:
        criterion = self.ballots[i].criterion
        if "" in self.read:
            return self._refused(i, "criterion", f"这种票没有分项，{quoted(criterion)}请留空")
        return self._refused(i, "criterion", f"没有{quoted(criterion)}这个评分项，请写 {listed(self.read, 12)} 之一")

    def _not_blank(self, i: int) -> Exception:
        row = self.ballots[i]
        column = "criterion" if row.criterion else "value"
        return self._refused(i, column, f"弃权、不了解的票不带评分，{quoted(row.criterion or row.value)}请留空")

    def check_whole_papers(self) -> None:
        """A version of a ranking ballot is a whole paper: one row a target, places 1..n each once."""
        for book in self.papers.values():
            versions: dict[tuple[str, int], list[_Paper]] = {}
            for (who, _, number), paper in book.items():
                versions.setdefault((who, number), []).append(paper)
            for papers in versions.values():
                first = min(papers, key=lambda paper: paper.first)
                for paper in papers:
                    if paper.state != first.state:
                        raise self._disagrees(paper.first, first)
                if first.state == State.LATE:
                    continue
                if len(papers) != len(self.targets):
                    message = f"排序票一版是整张票，要有{len(self.targets)}行，现有{len(papers)}行，请补全"
                    raise self._refused(first.first, "target", message)
                if first.state == State.SUBMITTED:
                    seen: set[int | None] = set()
                    for paper in papers:
                        place = paper.marks[""]
                        if place in seen:
                            message = f"同一张票上第{place}名用了两次，请每个名次只用一次"
                            raise self._refused(paper.first, "value", message)
                        seen.add(place)

    def fill_sheets(self, recused: frozenset[tuple[str, str]], seats: Sequence[Seat] | None) -> Sheets:
        trays = {(target, group): _Tray() for target in self.targets for group in self.secret}
        for secret, book in self.papers.items():
            deciding: dict[tuple[str, str], int] = {}
            for (who, target, number), paper in book.items():
                if paper.state != "late" and deciding.get((who, target), 0) < number:
                    deciding[who, target] = number
            for (who, target, number), paper in book.items():
                tray = trays[target, paper.group]
                best = deciding.get((who, target), 0)
                if not secret and (who, target) in recused:
                    if number == best or best == 0:
                        tray.set_aside.append(who)
                elif number == best:
                    getattr(tray, paper.state).append((who, paper.marks) if paper.state == "submitted" else who)
                elif paper.state == "late":
                    tray.late.append(who)
                else:
                    tray.superseded.append((who, number))
        criteria = tuple(self.read)
        census = Census(self.rule, self.group_of[False], recused, seats)
        return {
            target: tuple(
                trays[target, group.key].sheet(criteria, *census.of(target, group.key, group.secret))
                for group in self.rule.groups
            )
            for target in self.targets
        }


class _Tray:
    """The papers of one target and group while they are being sorted."""

    __slots__ = ("abstain", "dont_know", "late", "set_aside", "spoiled", "submitted", "superseded")

    def __init__(self) -> None:
        self.submitted: list[tuple[str, dict[str, int | None]]] = []
        self.abstain: list[str] = []
        self.dont_know: list[str] = []
        self.spoiled: list[str] = []
        self.late: list[str] = []
        self.set_aside: list[str] = []
        self.superseded: list[tuple[str, int]] = []

    def sheet(
        self, criteria: tuple[str, ...], recused: int | None, seats: int | None, eligible: int | None
    ) -> Sheet:
        self.submitted.sort(key=lambda item: item[0])
        rows = [tuple(map(marks.get, criteria)) for _, marks in self.submitted]
        columns = Columns(zip(*rows, strict=True) if rows else (() for _ in criteria))
        return Sheet(
            ids=tuple(who for who, _ in self.submitted),
            columns=columns,
            whole=not any(None in column for column in columns),
            abstained=tuple(sorted(self.abstain)),
            dont_know=tuple(sorted(self.dont_know)),
            spoiled=tuple(sorted(self.spoiled)),
            late=tuple(sorted(set(self.late))),
            set_aside=tuple(sorted(set(self.set_aside))),
            superseded=tuple(sorted(self.superseded)),
            recused=recused,
            seats=seats,
            eligible=eligible,
        )


__all__ = ["Sheet", "Sheets", "sort_papers"]
