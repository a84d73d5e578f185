"""Builders of the list: items of units that are registered, and people who may act on them.

    made = make_list.of(house)                # units A and B, two items of A, one of B, taken on by them
    made.person("liaison", Role.LIAISON, unit="small-A")
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, datetime

from db.engine import Database
from db.item_values import ItemKind, NewItem, Source, SourceKind
from db.reads import evidence as evidence_reads
from db.reads import people as people_reads
from db.values import Staff
from db.work import Work, work
from hall.house import House
from office import local_time, people
from office.listing.items import happen_in
from office.people import Role
from office.proof.evidence import add_lines
from office.proof.evidence_shelf import shelf_of
from scoring.commitment import Event, Kind
from tests import files, make


@dataclass
class List:
    """Some items in one house."""

    house: House
    numbers: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    def enter(self, unit: str, text: str, **values: object) -> str:
        new = NewItem(**{  # type: ignore[arg-type]
            "kind": ItemKind.COMMITMENT, "text": text, "unit": unit, "listed_on": date(2026, 4, 23),
            "deadline": date(2026, 6, 30), "source": Source(kind=SourceKind.DECLARED), **values})
        with work(self.house.database) as w:
            number = w.items.enter(new, by="host", at=self.house.clock())
        self.numbers.append(number)
        return number

    def happen(self, number: str, kind: Kind, *, by: str = "办理人", unit: str = "", **told: object) -> None:
        """One move, as the office writes it down."""
        at = self.house.clock()
        with work(self.house.database) as w:
            w.record.hold()
            happen_in(w, number, Event(kind=kind, at=at, on=local_time.day(at), by=by, by_unit=unit,
                                       **told))  # type: ignore[arg-type]

    def proof(self, number: str) -> tuple[str, ...]:
        """A file that the item has, by its hash."""
        with work(self.house.database) as w:
            return proof(self.house.database, w, number, at=self.house.clock())

    def strike_off(self, number: str) -> None:
        """From being in progress to being published as struck off."""
        self.happen(number, Kind.CLOSURE_ASKED, by="联络员", evidence=self.proof(number))
        self.happen(number, Kind.CHECKED, by="监督员", passed=True)
        self.happen(number, Kind.SIGNED_OFF, by="分管领导")
        self.happen(number, Kind.PUBLISHED, by="督办员")

    def person(self, name: str, *roles: Role, unit: str = "") -> Staff:
        """Somebody with these roles, who has a password and is signed in (`tokens[name]`)."""
        database, at = self.house.database, self.house.clock()
        link = people.add_staff(database, name=name, title=f"{name}席", roles=roles, unit=unit, by="admin", at=at)
        self.tokens[name] = people.set_password(database, link, "four-different", at=at)
        with database.reading() as c:
            found = people_reads.staff_by_name(c, name)
        assert found is not None
        return found[0]

    def record(self, action: str) -> list[dict[str, object]]:
        """What the audit record tells of these actions, oldest first."""
        with self.house.database.reading() as c:
            return [one.detail for one in people_reads.record(c)[::-1] if one.action == action]


def proof(database: Database, w: Work, number: str, *, at: datetime) -> tuple[str, ...]:
    """The same inside somebody's transaction."""
    item = evidence_reads.item_units(w.c, number)
    assert item is not None
    with shelf_of(database).arriving("照片.pdf") as file:
        kept = add_lines(w, item, [file.fill(io.BytesIO(files.pdf()))], by="联络员", at=at)
    return tuple(one.sha256 for one in kept)


def of(house: House) -> List:
    make.sitting(house)
    made = List(house=house)
    made.enter("small-A", "年底前拆除违建3万平方米", contact_leader="分管副市长", value="3", value_unit="万平方米")
    made.enter("small-A", "6月底前打通断头路1条", contact_leader="分管副市长")
    made.enter("small-B", "6月底前建成污水处理站", contact_leader="市委副书记")
    for number in made.numbers:
        made.happen(number, Kind.ACCEPTED)
    return made
