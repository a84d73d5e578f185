"""What a backup may be written on and what may be put back: never the database in use, never somebody else's file."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from db.reads import people as people_reads
from hall import care
from hall.cli import main
from office.refusal import Refused
from tests import make


def last_entry(hall: make.Hall) -> int:
    with hall.house.database.reading() as c:
        return people_reads.record_length(c)


def foreign(place: Path) -> Path:
    """A SQLite file of another program."""
    with sqlite3.connect(place) as c:
        c.execute("create table accounts (owner text)")
    c.close()
    return place


@pytest.fixture
def copy(hall: make.Hall, tmp_path: Path) -> Path:
    care.backup(hall.house.database, tmp_path / "copy.db", by="host", at=hall.now)
    return tmp_path / "copy.db"


def changed(copy: Path, statement: str) -> Path:
    with sqlite3.connect(copy) as c:
        c.execute(statement)
    c.close()
    return copy


def test_a_file_of_another_program_is_refused_and_stays_as_it_was(hall: make.Hall, tmp_path: Path) -> None:
    file = foreign(tmp_path / "books.db")
    was, known = file.read_bytes(), last_entry(hall)

    with pytest.raises(Refused, match="不是本系统的备份文件"):
        care.restore(hall.house.database, file, by="host", at=hall.now)

    assert (last_entry(hall), file.read_bytes()) == (known, was)
    assert not list(tmp_path.glob("*before*")), "nothing was replaced, so nothing is kept"


def test_a_copy_is_only_read_also_where_no_database_stands_yet(hall: make.Hall, copy: Path) -> None:
    assert main(["restore", str(copy), "--database-url", f"sqlite:///{copy.parent / 'new' / 'leitai.db'}"]) == 0
    was, beside = copy.read_bytes(), {one.name for one in copy.parent.iterdir()}

    _rows, kept = care.restore(hall.house.database, copy, by="host", at=hall.now)

    assert kept is not None and copy.read_bytes() == was
    assert {one.name for one in copy.parent.iterdir()} == beside | {kept.name}


def test_a_damaged_copy_one_of_a_newer_program_and_one_with_a_table_gone_are_refused(
        hall: make.Hall, copy: Path) -> None:
    whole, known = copy.read_bytes(), last_entry(hall)
    for words, spoil in (
        ("已经损坏", lambda: copy.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])),
        ("更新的程序", lambda: changed(copy, "update alembic_version set version_num = '9999'")),
        ("不是本系统的备份文件", lambda: changed(copy, "drop table ballot")),
    ):
        copy.write_bytes(whole)
        spoil()
        with pytest.raises(Refused, match=words):
            care.restore(hall.house.database, copy, by="host", at=hall.now)
        assert last_entry(hall) == known


def test_a_backup_is_not_written_where_it_would_harm_or_fail_and_the_record_claims_none(
        hall: make.Hall, tmp_path: Path) -> None:
    known = last_entry(hall)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    places = [tmp_path / "folder", tmp_path / "pipe", Path("/proc/x.db"), tmp_path / ("n" * 300)]
    if hall.house.database.file is not None:
        (tmp_path / "link.db").symlink_to(hall.house.database.file.absolute())
        places += [hall.house.database.file, tmp_path / "link.db"]
    for place in places:
        with pytest.raises(Refused):
            care.backup(hall.house.database, place, by="host", at=hall.now)
    assert last_entry(hall) == known
    assert (tmp_path / "pipe").is_fifo()


def test_the_database_in_use_is_not_put_back_onto_itself(hall: make.Hall) -> None:
    if hall.house.database.file is not None:
        with pytest.raises(Refused, match="正在使用的数据库"):
            care.restore(hall.house.database, hall.house.database.file, by="host", at=hall.now)


def test_a_database_of_a_newer_program_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "newer.db"
    with sqlite3.connect(file) as c:
        c.execute("create table alembic_version (version_num text)")
        c.execute("insert into alembic_version values ('9999')")
    c.close()

    assert main(["verify", "--database-url", f"sqlite:///{file}"]) == 2
    assert "请换用新版程序" in capsys.readouterr().err


def test_another_programs_database_is_not_taken_for_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = foreign(tmp_path / "books.db")

    assert main(["status", "--database-url", f"sqlite:///{file}", "any"]) == 2
    assert "别的程序的数据库" in capsys.readouterr().err
    with sqlite3.connect(file) as c:
        assert c.execute("select name from sqlite_master").fetchall() == [("accounts",)]
    c.close()
