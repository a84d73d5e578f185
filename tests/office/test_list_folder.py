"""A list as a folder: read whole or refused with file, row and column; lived through as it happened; twice is once."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from db.engine import Database
from db.item_lines import Filter
from db.reads import evidence as evidence_reads
from db.reads import item_nodes
from db.reads import items as reads
from db.reads.people import record_length
from office.folders.list_folder import read_list
from office.folders.loading import load_folder
from office.listing.follow_up import follow_up
from office.listing.list_archive import archived, take_up_again
from office.refusal import Refused
from scoring.life import replay
from tests import make
from tests.office.test_items import OFFICE

DAY = date(2017, 11, 1)
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636060606000000005000157"
                    "a5f645400000000049454e44ae426082")
FILES = {
    "list.toml": 'title = "难题清单"\nnote = "示例数据"\n',
    "units.csv": "unit,name,kind,parent\njiedao,一街道,town,\njianju,建设局,department,\n",
    "items.csv": "item,kind,text,unit,listed_on,source,source_words,contact_leader,deadline,value,value_unit,part_of,"
                 "supporting,measures\n"
                 "P1,project,安置房,jiedao,2017-03-01,campaign,百日攻坚,分管副区长,2017-12-31,,,,,\n"
                 "P1-1,difficulty,征迁扫尾,jiedao,2017-03-01,inspection,第一督查组,分管副区长,2017-09-30,30,户,P1,jianju,包干|会商\n"
                 "P1-2,difficulty,管线迁改,jianju,2017-03-01,inspection,第一督查组,,2017-06-30,,,P1,,\n",
    "item_milestones.csv": "item,text,due\nP1-1,签约八成,2017-06-30\n",
    "item_events.csv": "item,on,kind,text,value,evidence,passed,verdict,deadline\n"
                       "P1-1,2017-03-02,accepted,,,,,,\n"
                       "P1-1,2017-06-28,reported,签约24户,24,photo.png,,,\n"
                       "P1-2,2017-03-02,accepted,,,,,,\n"
                       "P1-2,2017-06-20,closure_asked,已迁改,,photo.png,,,\n"
                       "P1-2,2017-06-22,checked,,,,yes,,\n"
                       "P1-2,2017-06-23,signed_off,,,,,,\n"
                       "P1-2,2017-06-25,published,,,,,,\n"
                       "P1-2,2017-10-10,looked_back,又有一段没迁,,,,not_kept,\n"
                       "P1-2,2017-10-12,relapsed,又有一段没迁,,,,,2017-11-30\n",
}


@pytest.fixture
def database(sqlite_with_tables, tmp_path):
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    made = Database(f"sqlite:///{tmp_path / 'leitai.db'}")
    yield made
    made.dispose()


@pytest.fixture
def folder(tmp_path) -> Path:
    place = tmp_path / "list"
    (place / "evidence").mkdir(parents=True)
    for name, content in FILES.items():
        (place / name).write_text(content, encoding="utf-8")
    (place / "evidence" / "photo.png").write_bytes(PNG)
    return place


def test_a_list_is_loaded_as_it_happened_and_twice_is_once(database, folder):
    first = load_folder(database, folder, by="cli", at=make.START)
    with database.reading() as c:
        known = record_length(c)
    again = load_folder(database, folder, by="cli", at=make.START)
    listed = follow_up(database, Filter(), as_of=DAY)
    lines = {one.number: one for one in listed.items}

    assert (first.items, first.new, again.items, again.new) == (3, True, 0, False)
    with database.reading() as c:
        assert record_length(c) == known, "loading it again changes nothing"
    assert [(one.number, one.light, one.status) for one in listed.items] == [
        ("P1-1", "overdue", "in_progress"), ("P1-2", "unknown", "in_progress"), ("P1", "unknown", "listed")]
    assert (lines["P1-1"].progress, lines["P1-1"].measures, lines["P1-1"].note) == ("80%", ("包干", "会商"), "示例数据")
    assert (lines["P1-2"].relapses, lines["P1-2"].deadline, lines["P1-2"].original_deadline) == (
        1, date(2017, 11, 30), date(2017, 6, 30))
    with database.reading() as c:
        told = reads.events(c, lines["P1-2"].id)
        kept = evidence_reads.of_item(c, lines["P1-2"].id)
        assert [one.number for one in reads.belonging(c, "P1", DAY)] == ["P1-1", "P1-2"]
    item = replay(one.event for one in told)
    assert item.closings[0].evidence == tuple(one.sha256 for one in kept) != ()
    assert item.closings[0].signed_by == "领导"


@pytest.mark.parametrize(("file", "before", "after", "said"), [
    ("items.csv", "P1-2,difficulty", "P1-1,difficulty", "items.csv第4行item列"),
    ("items.csv", "jianju,2017-03-01", "nowhere,2017-03-01", "items.csv第4行unit列"),
    ("items.csv", "2017-06-30,,,P1", "月底,,,P1", "items.csv第4行deadline列"),
    ("items.csv", ",,,P1,,\n", ",,,P9,,\n", "part_of列"),
    ("item_events.csv", "photo.png,,,\nP1-2,2017-03-02", "other.png,,,\nP1-2,2017-03-02", "没有other.png"),
    ("item_events.csv", "P1-2,2017-06-23,signed_off", "P1-2,2017-06-21,signed_off", "item_events.csv第7行"),
    ("item_events.csv", "P1-1,2017-03-02,accepted", "P1-1,2017-03-02,agreed", "kind列"),
    ("list.toml", "note", "noot", "list.toml"),
    ("list.toml", 'note = "示例数据"', 'archived_on = "去年"', "archived_on不是日期"),
])
def test_what_is_wrong_is_refused_with_file_and_row_and_nothing_is_stored(database, folder, file, before, after, said):
    text = FILES[file]
    assert before in text
    (folder / file).write_text(text.replace(before, after, 1), encoding="utf-8")

    with pytest.raises(Refused, match=said.replace("(", r"\(")):
        load_folder(database, folder, by="cli", at=make.START)
    assert follow_up(database, Filter(), as_of=DAY).found == 0


def test_milestones_are_reported_and_looked_at_in_files_too(database, folder):
    told = ("item,on,kind,text,passed,node\nP1-1,2017-03-02,accepted,,,\nP1-1,2017-06-28,reported,签约24户,,{node}\n"
            "P1-1,2017-06-29,node_checked,核对了名单,yes,{node}\n")
    (folder / "item_events.csv").write_text(told.format(node="2017-06-30 签约九成"), encoding="utf-8")
    with pytest.raises(Refused, match=r"item_events\.csv第3行node列：.*不是这一项在item_milestones\.csv里的节点"):
        load_folder(database, folder, by="cli", at=make.START)
    (folder / "item_events.csv").write_text(told.format(node="2017-06-30 签约八成"), encoding="utf-8")
    load_folder(database, folder, by="cli", at=make.START)
    with database.reading() as c:
        item_id = reads.id_of(c, "P1-1")
        (node,) = item_nodes.lines_of(c, [item_id], DAY)[item_id]
    assert (node.state.value, node.reported_on) == ("done", date(2017, 6, 28))


def test_a_list_that_is_over_is_archived_on_the_day_that_its_folder_names_and_only_when_it_is_new(database, folder):
    text = FILES["items.csv"].replace("supporting,measures", "supporting,measures,batch").replace(",P1,,\n", ",P1,,,百日\n")
    (folder / "items.csv").write_text(text.replace(",,,,,\n", ",,,,,,百日\n").replace("|会商\n", "|会商,百日\n"), encoding="utf-8")
    (folder / "list.toml").write_text('archived_on = "2017-10-20"\n', encoding="utf-8")
    load_folder(database, folder, by="cli", at=make.START)

    assert archived(database) == {"百日": date(2017, 10, 20)}
    assert follow_up(database, Filter(archived="yes", batch="百日"), as_of=DAY).sentence == (
        "共3项（截至2017-10-20归档）：难题2项，已办结0项（0.0%）；项目1项，已办结0项（0.0%）。归档时3项没有办结。")
    take_up_again(database, "百日", who=OFFICE, at=make.START)
    load_folder(database, folder, by="cli", at=make.START)
    with (folder / "items.csv").open("a", encoding="utf-8") as file:
        file.write("P1-3,difficulty,补一项,jianju,2017-03-01,inspection,第一督查组,,2017-06-30,,,P1,,,百日\n")
    assert load_folder(database, folder, by="cli", at=make.START).items == 1
    assert archived(database) == {}


def test_a_list_stands_beside_a_sitting(database, folder, tmp_path):
    sample = tmp_path / "sitting"
    shutil.copytree(Path(__file__).parents[2] / "sample_sessions" / "wenzhou_county_2019q1", sample)
    (sample / "items.csv").write_text("item,kind,text,unit,listed_on,source,target\n"
                                      "S1,problem,市长点到的问题,yueqing,2019-04-23,comment,U04\n", encoding="utf-8")
    loaded = load_folder(database, sample, by="cli", at=make.START)
    line = follow_up(database, Filter(sitting="wenzhou_county_2019q1"), as_of=date(2019, 5, 1)).items[0]

    assert (loaded.sitting, loaded.items) == ("wenzhou_county_2019q1", 1)
    assert (line.number, line.target, line.light, line.period) == ("S1", "U04", "unknown", "2019Q1")
    with pytest.raises(Refused, match=r"items\.csv第2行target列"):
        read_list(sample, {"yueqing"}, {"U99"})
