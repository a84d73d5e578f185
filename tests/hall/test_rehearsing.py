"""Rehearsals: a file, a process and badges of their own; nothing leads from there to the real record, or back."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db import tables as t
from db.engine import Database
from db.rehearsal import mark_as_demo
from hall import care
from hall.cli import main
from hall.house import House
from hall.outcome import results
from hall.phones.phones_first import PhonesFirst
from hall.rehearsals import crowds, rehearsing
from hall.sole import Sole
from office import people
from office.people import Role
from office.proof.evidence_shelf import shelf_of
from office.refusal import Refused
from office.reminding import notify
from office.reminding.notify_settings import Channel
from scoring.package import read_package
from tests import make

COPIED = {"setting", "unit", "sitting", "rule", "target", "seat", "recusal", "component_value", "segment", "question",
          "publishing_terms", "shortcoming", "measure", "commitment", "staff", "staff_role"}


on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def place(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the rehearsal lies: of PostgreSQL in the data folder, which here is a temporary one."""
    monkeypatch.setattr("hall.serving.ROOT", tmp_path)
    return rehearsing.place_of(house.database)


def rehearse(hall: make.Hall) -> make.Hall:
    """The same sitting in a house of its own, as `leitai rehearse` would serve it, with badges of its own."""
    place = rehearsing.prepare(hall.house.database, hall.key, by="host", at=hall.now)
    twin = make.Hall(house=make.house(f"sqlite:///{place}"), key=hall.key)
    twin.badge()
    return twin


def rows(database: Database) -> dict[str, int]:
    with database.reading() as c:
        return {table.name: c.execute(select(func.count()).select_from(table)).scalar_one() for table in t.metadata.sorted_tables}


def everything(database: Database) -> str:
    with database.reading() as c:
        found = [tuple(row) for table in t.metadata.sorted_tables
                 for row in c.execute(select(table).order_by(*table.primary_key.columns))]
    return hashlib.sha256(repr(found).encode()).hexdigest()


def files(database: Database) -> dict[str, str]:
    """Every byte of a SQLite database."""
    if database.file is None:
        return {}
    beside = [database.file, database.file.with_name(f"{database.file.name}-wal")]
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in beside if one.exists()}


def status(house: House, secret: str) -> int:
    return TestClient(PhonesFirst(Starlette(), house), base_url=make.BASE).get(f"/b/{secret}").status_code


def test_a_whole_rehearsal_leaves_the_real_database_as_it_was(hall, place):
    people.add_staff(hall.house.database, name="zhuchi", title="主持人", roles=(Role.HOST,), by="admin", at=hall.now)
    hall.open("U1")
    hall.everybody()
    hall.close()
    before = everything(hall.house.database), files(hall.house.database)

    twin = rehearse(hall)
    assert twin.house.is_rehearsal and not hall.house.is_rehearsal
    assert twin.house.live.at(hall.key).rounds == () and not twin.house.live.at(hall.key).rule_locked
    assert rehearsing.rehearsed(hall.house.database).key == hall.key
    for target, mark in (("U1", 90), ("U2", 80), ("U3", 70)):
        twin.open(target)
        twin.everybody(mark)
        twin.close()
    twin.publish()
    assert results.receipts(twin.house.database, hall.key) and place.exists()
    shelf = shelf_of(twin.house.database).folder
    shelf.mkdir()
    assert shelf != shelf_of(hall.house.database).folder
    with pytest.raises(Refused, match="彩排不往外发消息"):
        notify.try_out(twin.house.database, Channel.WEBHOOK, "", by="host", at=hall.now)
    twin.house.close()
    rehearsing.finish(hall.house.database)

    assert (everything(hall.house.database), files(hall.house.database)) == before
    assert not list(place.parent.glob("*rehearsal*")) and not shelf.exists() and not rehearsing.is_there(hall.house.database)
    rehearsing.finish(hall.house.database)


def test_only_what_was_prepared_is_copied(hall, place):
    database = hall.house.database
    people.add_staff(database, name="zhuchi", title="主持人", roles=(Role.HOST,), by="admin", at=hall.now)
    people.set_password(database, people.reset_password(database, "zhuchi", by="admin", at=hall.now), "four-different", at=hall.now)
    hall.open("U1")
    hall.everybody()
    hall.close()

    rehearsing.prepare(database, hall.key, by="host", at=hall.now)

    copy = Database(f"sqlite:///{place}")
    held = {name for name, count in rows(copy).items() if count}
    assert held <= COPIED | {"record_entry"}
    real, twin = rows(database), rows(copy)
    assert all(twin[name] == real[name] for name in ("unit", "target", "seat", "recusal", "shortcoming", "commitment", "staff"))
    assert twin["badge"] == twin["ballot"] == twin["round"] == twin["sign_in"] == twin["ledger_entry"] == 0
    with copy.reading() as c:
        assert not any(c.execute(select(t.staff.c.password_hash)).scalars())
        assert not any(c.execute(select(t.seat.c.checked_in_at)).scalars())
        assert not any(c.execute(select(t.rule.c.locked_at)).scalars())
        assert c.execute(select(t.record_entry.c.action)).scalars().all() == ["开始彩排"]
    copy.dispose()


@on_sqlite
def test_a_badge_opens_its_own_hall_and_no_other(hall, place):
    twin = rehearse(hall)

    assert (status(hall.house, hall.secrets["L1"]), status(twin.house, twin.secrets["L1"])) == (200, 200)
    assert (status(twin.house, hall.secrets["L1"]), status(hall.house, twin.secrets["L1"])) == (404, 404)
    twin.house.close()


@on_sqlite
def test_everybody_has_an_entrance_and_only_into_a_rehearsal(hall, place):
    with pytest.raises(Refused, match="只有彩排"):
        people.entrances(hall.house.database, at=hall.now)
    twin = rehearse(hall)
    found = people.entrances(twin.house.database, at=hall.now)

    assert [who.title for who, _secret in found] == ["彩排主持人"], "nobody prepared it: a host is made up"
    token = people.enter_demo(twin.house.database, found[0][1], at=hall.now)
    assert people.who(twin.house.database, token, at=hall.now) and not people.who(hall.house.database, token, at=hall.now)
    twin.house.close()


@on_sqlite
def test_one_rehearsal_at_a_time_and_none_inside_another(hall, place):
    twin = rehearse(hall)

    with pytest.raises(Refused, match="还在"):
        rehearsing.prepare(hall.house.database, hall.key, by="host", at=hall.now)
    with pytest.raises(Refused, match="已经是彩排"):
        rehearsing.prepare(twin.house.database, hall.key, by="host", at=hall.now)
    twin.house.close()


@on_sqlite
def test_no_rehearsal_is_started_beside_a_hall_that_votes(hall, place):
    database = hall.house.database
    rehearsing.prepare(database, hall.key, by="host", at=hall.now)
    hall.open("U1")

    with pytest.raises(Refused, match="正在打分，彩排会占用同一台服务器"):
        rehearsing.start(database, host="127.0.0.1", at=hall.now)
    rehearsing.finish(database)
    with pytest.raises(Refused, match="正在打分，彩排会占用同一台服务器"):
        rehearsing.prepare(database, hall.key, by="host", at=hall.now)
    assert not rehearsing.is_there(database)


@on_sqlite
def test_what_is_served_or_bears_no_mark_is_not_thrown_away(hall, place):
    rehearsing.prepare(hall.house.database, hall.key, by="host", at=hall.now)
    held = Sole(Database(f"sqlite:///{place}"))
    held.hold()
    with pytest.raises(Refused, match="已经有一个擂台服务在运行"):
        rehearsing.finish(hall.house.database)
    held.let_go()
    copy = Database(f"sqlite:///{place}")
    with copy.write.begin() as c:
        c.execute(t.setting.delete())
    copy.dispose()

    with pytest.raises(Refused, match="没有彩排标记"):
        rehearsing.finish(hall.house.database)
    assert place.exists()


@on_sqlite
def test_no_backup_goes_from_one_world_into_the_other(hall, place, tmp_path):
    twin = rehearse(hall)
    care.backup(hall.house.database, tmp_path / "real.db", by="host", at=hall.now)
    care.backup(twin.house.database, tmp_path / "twin.db", by="host", at=hall.now)
    before = everything(hall.house.database), everything(twin.house.database)

    shutil.copyfile(tmp_path / "real.db", tmp_path / "demo.db")
    demo = Database(f"sqlite:///{tmp_path / 'demo.db'}")
    with demo.write.begin() as c:
        mark_as_demo(c)
    demo.dispose()

    for house, file in ((hall.house, "twin.db"), (twin.house, "real.db"), (hall.house, "demo.db"), (twin.house, "demo.db")):
        with pytest.raises(Refused, match="正式、彩排、演示的备份不能互相恢复"):
            care.restore(house.database, tmp_path / file, by="host", at=hall.now)

    assert (everything(hall.house.database), everything(twin.house.database)) == before
    assert care.restore(twin.house.database, tmp_path / "twin.db", by="host", at=hall.now)[0]
    twin.house.close()


def test_the_process_is_never_told_where_the_real_database_is():
    told = rehearsing.environment(
        {"PATH": "/bin", "LEITAI_DATABASE_URL": "postgresql://u:secret@h/real", "PGPASSWORD": "secret",
         "DATABASE_URL": "postgresql://u:secret@h/real", "OTHER": "postgresql://u:secret@h/real", "LANG": "C"},
        Path("/data/x.rehearsal.db"), "http://10.0.0.2:8601")

    assert "secret" not in repr(told)
    assert told["LEITAI_DATABASE_URL"] == "sqlite:////data/x.rehearsal.db" and told["PATH"] == "/bin"


@on_sqlite
def test_simulated_phones_take_no_badge_from_a_real_hand(hall, place):
    with pytest.raises(Refused, match="只能在彩排里用"):
        crowds.take_seats(hall.house.database, hall.key, 3, by="host", at=hall.now)
    twin = rehearse(hall)
    database = twin.house.database
    with pytest.raises(Refused, match="没有空席"):
        crowds.take_seats(database, hall.key, 3, by="host", at=hall.now)
    with database.write.begin() as c:
        c.execute(t.badge.delete())
    twin.badge("L1")

    first = crowds.take_seats(database, hall.key, 300, by="host", at=hall.now)
    assert len(first) == 7 and status(twin.house, twin.secrets["L1"]) == 200
    again = crowds.take_seats(database, hall.key, 4, by="host", at=hall.now)
    assert len(again) == 4 and status(twin.house, twin.secrets["L1"]) == 200
    twin.house.close()


def test_a_child_process_leaves_with_its_parent():
    child = "import time; from hall.parent import leave_with_parent; leave_with_parent(); time.sleep(60)"
    parent = ("import os, subprocess, sys; "
              f"subprocess.Popen([sys.executable, '-c', {child!r}], env={{**os.environ, 'LEITAI_PARENT': str(os.getpid())}})")

    # the child holds the same pipe: the call ends when it has left, and fails by its time limit when it does not
    subprocess.run([sys.executable, "-c", parent], stdout=subprocess.PIPE, timeout=30, check=True)


@on_sqlite
def test_the_command_line_says_that_it_is_a_rehearsal(hall, place, tmp_path, capsys):
    """`leitai ... --database-url` of a rehearsal; its package says so, and is recounted all the same."""
    twin = rehearse(hall)
    twin.open("U1")
    twin.everybody()
    twin.close()
    at = ["--database-url", f"sqlite:///{place}"]

    assert main(["export", hall.key, str(tmp_path / "package"), *at]) == 0
    assert "不计入正式成绩" in capsys.readouterr().err
    assert "彩排" in (tmp_path / "package" / "彩排.txt").read_text(encoding="utf-8")
    assert len(read_package(tmp_path / "package").ballots) == 7
    twin.house.close()
    assert main(["rehearse", hall.key, "--phones", "301", "--database-url", hall.house.database.url]) == 2
    assert "0到300部" in capsys.readouterr().err
    assert main(["rehearse", "other", "--database-url", hall.house.database.url]) == 2
    assert "还留着“small”的彩排" in capsys.readouterr().err
    assert main(["rehearse", "another", "--end", "--database-url", hall.house.database.url]) == 2
    assert main(["rehearse", hall.key, "--end", "--database-url", hall.house.database.url]) == 0
    assert not place.exists()
