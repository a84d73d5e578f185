"""Evidence in the books: deleted files leave their hash, backups bring the content along, verify finds what is gone."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from db.engine import Database
from hall import care
from office.listing.items import happen
from office.people import Role
from office.proof import evidence
from office.proof.evidence_shelf import shelf_of
from office.refusal import NotAllowed, NotFound, Refused
from scoring.commitment import Kind
from tests import files, make_list
from tests.make import House


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'live' / 'leitai.db'}"


def put(house: House, number: str, who: object, content: bytes = b"") -> evidence.EvidenceLine:
    return evidence.attach_file(house.database, shelf_of(house.database), number, io.BytesIO(content or files.photo()),
                                "现场.jpg", who=who, at=house.clock())  # type: ignore[arg-type]


def test_a_deleted_file_leaves_its_hash_and_stays_where_another_item_needs_it(house: House) -> None:
    made = make_list.of(house)
    one, two, _three = made.numbers
    liaison, other = made.person("a", Role.LIAISON, unit="small-A"), made.person("b", Role.LIAISON, unit="small-B")
    leader, shelf, database, at = made.person("l", Role.LEADER), shelf_of(house.database), house.database, house.clock()
    first, second = put(house, one, liaison), put(house, two, liaison)
    assert put(house, one, liaison).id == first.id

    for who, why, refusal in ((other, "不对", NotFound), (leader, "不对", NotAllowed), (liaison, " ", Refused)):
        with pytest.raises(refusal):
            evidence.delete(database, shelf, first.id, why=why, who=who, at=at)
    evidence.delete(database, shelf, first.id, why="有身份证号", who=liaison, at=at)

    line = evidence.evidence_of(database, one, liaison)[0]
    assert (line.sha256, line.deleted_why, line.deleted_by) == (first.sha256, "有身份证号", "a")
    with pytest.raises(NotFound, match="已删除（有身份证号）"):
        evidence.served(database, first.id, liaison)
    assert shelf.is_whole(first.sha256) and all(holds for _words, holds in care.verify(database))
    evidence.delete(database, shelf, second.id, why="同上", who=liaison, at=at)
    assert not shelf.is_whole(first.sha256) and all(holds for _words, holds in care.verify(database))
    assert put(house, one, liaison).id not in (first.id, second.id) and shelf.is_whole(first.sha256)
    assert [each["sha256"] for each in made.record("删除佐证")] == [first.sha256] * 2


def test_what_a_closure_rests_on_is_not_deleted_by_its_unit_and_support_moves_with_the_item(house: House) -> None:
    made = make_list.of(house)
    one = made.numbers[0]
    liaison, other = made.person("a", Role.LIAISON, unit="small-A"), made.person("b", Role.LIAISON, unit="small-B")
    office, shelf, database, at = made.person("o", Role.CLERK), shelf_of(house.database), house.database, house.clock()
    photo = put(house, one, liaison)
    made.happen(one, Kind.CLOSURE_ASKED, by="联络员", evidence=(photo.sha256,))
    with pytest.raises(NotAllowed, match="申请销号的依据"):
        evidence.delete(database, shelf, photo.id, why="换一张", who=liaison, at=at)
    assert shelf.is_whole(photo.sha256)
    made.happen(one, Kind.CLOSURE_REFUSED, text="还差一段")
    assert evidence.item_if_seen(database, one, other) is None
    happen(database, one, Kind.REASSIGNED, who=office, at=at, unit="small-C", units=("small-B",), text="改由C县负责")
    assert evidence.item_if_seen(database, one, liaison) is None
    assert put(house, one, other, files.photo(colour="blue")).item == one
    evidence.delete(database, shelf, photo.id, why="有身份证号", who=office, at=at)


def test_a_backup_brings_the_content_along_and_what_was_changed_is_found(house: House, tmp_path: Path) -> None:
    made = make_list.of(house)
    who = made.person("a", Role.LIAISON, unit="small-A")
    kept, other = put(house, made.numbers[0], who), put(house, made.numbers[1], who, files.pdf())
    care.backup(house.database, tmp_path / "usb" / "one.db", by="t", at=house.clock())
    care.backup(house.database, tmp_path / "usb" / "two.db", by="t", at=house.clock())
    assert len([p for p in (tmp_path / "usb" / "evidence").rglob("*") if p.is_file()]) == 2

    shutil.rmtree(shelf_of(house.database).folder)
    assert next(words for words, holds in care.verify(house.database) if not holds).startswith("佐证文件2份")
    fresh = Database(f"sqlite:///{tmp_path / 'new' / 'leitai.db'}")
    care.restore(fresh, tmp_path / "usb" / "two.db", by="t", at=house.clock())

    shelf = shelf_of(fresh)
    assert shelf.is_whole(kept.sha256) and shelf.is_whole(other.sha256)
    assert all(holds for _words, holds in care.verify(fresh))
    place = shelf.path(other.sha256)
    place.unlink()
    place.write_bytes(b"%PDF-1.7 other %%EOF")
    assert [words for words, holds in care.verify(fresh) if not holds] == [
        f"佐证文件2份，在 {shelf.folder}：1份丢失或被改动过，先看 {other.sha256[:12]}…"]
    fresh.dispose()


def test_each_database_has_a_shelf_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def shelf(name: str) -> Path:
        database = Database(name if "://" in name else f"sqlite:///{tmp_path / name}")
        try:
            return shelf_of(database).folder
        finally:
            database.dispose()

    assert (shelf("leitai.db"), shelf("rehearsal-1.db")) == (tmp_path / "evidence", tmp_path / "rehearsal-1.evidence")
    assert [shelf(f"postgresql://u:p@h:5432/{name}?x=1") for name in ("leitai", "other")] == [
        Path("data/evidence"), Path("data/other.evidence")]
    monkeypatch.setenv("LEITAI_EVIDENCE", str(tmp_path / "far"))
    assert (shelf("leitai.db"), shelf("rehearsal-1.db")) == (tmp_path / "far", tmp_path / "far" / "rehearsal-1")
