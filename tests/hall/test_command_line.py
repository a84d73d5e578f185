"""`leitai` as an operator types it: exit codes, what is printed, and one sentence for every mistake."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import Database
from hall.cli import main

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "sample_sessions" / "wenzhou_county_2019q1"
KEY = "wenzhou_county_2019q1"


@pytest.fixture
def leitai(url: str, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Run a command on the test's database; (exit code, stdout, stderr)."""

    def run(*arguments: object) -> tuple[int, str, str]:
        command, *rest = map(str, arguments)
        code = main([command, "--database-url", url, *rest])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_sitting_run_from_the_command_line_alone(leitai, url: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from tests import make

    assert leitai("load", SAMPLE) == (0, KEY + "\n", "")
    assert leitai("load", SAMPLE) == (0, KEY + "\n", "这个场次已经装入过，没有改动。\n")
    assert leitai("seats", KEY, "--csv", tmp_path / "seats.csv")[0] == 0
    assert leitai("open", KEY, "U04")[0] == 0
    status = json.loads(leitai("status", KEY)[1])
    assert (status["phase"], status["target"], status["targets"]) == ("OPEN", "U04", ["U04"])
    assert status["turnout"]["leaders"] == {"seats": 7, "voted": 0}

    rows = list(csv.DictReader((tmp_path / "seats.csv").open(encoding="utf-8")))
    assert len(rows) == 59 and set(rows[0]) == {"seat", "group", "link"}
    house = make.house(url, make.Clock())
    hall = make.Hall(house=house, key=KEY, secrets={row["seat"]: row["link"].rsplit("/b/", 1)[1] for row in rows})
    hall.house.live.refresh()
    form = {f"m.U04.{one.key}": "90" for one in house.live.at(KEY).rule.criteria}  # type: ignore[union-attr]
    hall.cast("L01", form=form)
    hall.cast("P01", form=form)
    hall.cast("D01", form=form)
    house.close()

    voting = json.loads(leitai("status", KEY)[1])["turnout"]
    assert leitai("close", KEY)[0] == 0
    closed = json.loads(leitai("status", KEY)[1])
    assert (voting["leaders"]["voted"], voting["public"]["voted"]) == (1, 0), "a secret group is told in steps"
    assert (closed["phase"], closed["turnout"]["public"]["voted"]) == ("CLOSED", 1)
    assert leitai("export", KEY, tmp_path / "package")[0] == 0
    assert (tmp_path / "package" / "result.json").exists()
    code, said, _ = leitai("backup", tmp_path / "copy.db")
    head = re.search(r"第(\d+)条 ([0-9a-f]{64})", said)
    assert code == 0 and head is not None
    assert leitai("verify", "--head", *head.groups())[0] == 0
    assert leitai("verify", "--head", head[1], "0" * 64)[0] == 1
    assert leitai("verify", "--head", "x", "y")[0] == 2
    assert leitai("restore", tmp_path / "copy.db")[0] == 0
    assert leitai("verify")[0] == 0


@pytest.mark.parametrize("command", ["verify", "backup", "status", "export", "link", "remind"])
def test_nothing_is_copied_or_checked_where_no_database_is(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    file, rest = tmp_path / "leitai.db", {"backup": [str(tmp_path / "copy.db")], "status": [KEY],
                                          "export": [KEY, str(tmp_path / "package")]}.get(command, [])

    assert main([command, "--database-url", f"sqlite:///{file}", *rest]) == 2
    assert f"没有数据库文件 {file}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_new_badges_stop_the_earlier_ones(leitai, url: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from tests import make

    leitai("load", SAMPLE)
    leitai("seats", KEY, "--csv", tmp_path / "first.csv")
    leitai("seats", KEY, "--csv", tmp_path / "second.csv")
    house = make.house(url)
    first, second = (next(csv.DictReader((tmp_path / f"{name}.csv").open(encoding="utf-8")))["link"].rsplit("/", 1)[1]
                     for name in ("first", "second"))

    assert house.live.seat(first) is None and house.live.seat(second) is not None
    house.close()


@pytest.mark.parametrize(("arguments", "words"), [
    (("load", "nowhere"), "没有文件夹"),
    (("status", "nosuch"), "没有场次“nosuch”。现有场次：wenzhou_county_2019q1"),
    (("open", KEY, "U99"), "议程里没有“U99”"),
    (("close", KEY), "没有正在打分"),
    (("export", "nosuch", "x"), "没有场次"),
    (("restore", "nowhere.db"), "没有备份文件"),
    (("seats", KEY, "--csv", "/nosuch/folder/x.csv"), "写不进"),
    (("seats", KEY), "命令写得不对"),
    (("link", "--name", "nobody"), "没有“nobody”"),
    (("open", KEY, "U01", "--seconds", "99999999999999"), "0到86400秒"),
    (("open", KEY, "U01", "--seconds=-5"), "0到86400秒"),
    (("status", "\udcff"), "不是 UTF-8 文字"),
    (("export", KEY, "a\0b"), "不是 UTF-8 文字"),
    (("load", "n" * 300), "文件读写不成"),
    (("seats", KEY, "--csv", "/tmp/" + "n" * 300), "文件读写不成"),
    (("seats", KEY, "--csv", "/tmp/x.csv", "--base-url", "javascript:alert(1)"), "胸牌没有更换"),
    (("verify", "--head", "²", "x"), "--head 请写"),
    (("verify", "--head", "9" * 5000, "x"), "--head 请写"),
])
def test_a_mistake_gets_one_sentence_and_exit_2(leitai, arguments: tuple[str, ...], words: str) -> None:  # type: ignore[no-untyped-def]
    leitai("load", SAMPLE)
    code, out, err = leitai(*arguments)

    assert (code, out) == (2, "")
    assert words in err and "Traceback" not in err and len(err.strip().splitlines()) == 1


def test_of_many_units_a_wrong_one_is_answered_with_the_nearest(leitai) -> None:  # type: ignore[no-untyped-def]
    leitai("load", ROOT / "sample_sessions" / "wenzhou_town_2018q3")

    for asked in (["T185x"], ["示例镇"], ["x" * 3000], [f"x{n}" for n in range(300)], [""]):
        code, out, err = leitai("open", "wenzhou_town_2018q3", *asked)
        assert (code, out) == (2, "") and len(err) <= 500 and "（共185家）" in err, err
    assert "T185 " in leitai("open", "wenzhou_town_2018q3", "T185x")[2]

    everybody = json.loads(leitai("status", "wenzhou_town_2018q3")[1])["targets"]
    assert leitai("open", "wenzhou_town_2018q3", *everybody)[0] == 0
    assert leitai("open", "wenzhou_town_2018q3", *everybody)[2].count("、") == 2, "three names, and how many there are"


def test_whatever_breaks_is_one_sentence_with_its_place(leitai, url: str) -> None:  # type: ignore[no-untyped-def]
    leitai("load", SAMPLE)
    leitai("open", KEY, "U01")
    database = Database(url)
    with database.write.begin() as c:
        c.execute(text("update round set opened_at = 'yesterday'"))
    database.dispose()
    code, out, err = leitai("status", KEY)

    assert (code, out) == (2, "")
    assert "ValueError" in err and ".py第" in err and len(err.strip().splitlines()) == 1


def test_a_terminal_that_knows_no_chinese_is_no_reason_to_stop(leitai, url: str) -> None:  # type: ignore[no-untyped-def]
    leitai("load", SAMPLE)
    told = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    with contextlib.redirect_stdout(told):
        assert main(["verify", "--database-url", url]) == 0
    told.flush()
    assert told.buffer.getvalue()  # type: ignore[attr-defined]


def test_a_database_that_cannot_be_reached(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--database-url", "sqlite:////proc/nowhere/x.db", "any"]) == 2
    assert main(["status", "--database-url", "postgresql://127.0.0.1:1/none", "any"]) == 2
    assert main(["status", "--database-url", "nonsense", "any"]) == 2
    assert main(["status", "--database-url", "postgresql+psycopg2://127.0.0.1:1/none", "any"]) == 2
    assert main(["status", "--database-url", "mysql+pymysql://a/b", "any"]) == 2
    assert "Traceback" not in capsys.readouterr().err


BAD_FOLDERS = [
    ("sitting.toml", 'id = "wenzhou_county_2019q1"', 'id = "温州"', "sitting.toml：id “温州”只能用英文字母"),
    ("sitting.toml", "seconds = 120", "seconds = 1.5", "hall.seconds 请写成不带引号的整数"),
    ("sitting.toml", "seconds = 120", "second = 120", "不认识的项“hall.second”"),
    ("sitting.toml", "held_on = 2019-04-23", 'held_on = "2019-04-23"', "held_on 请写成日期"),
    ("rule.toml", "places = 2", "places = 2.0", "rule.toml"),
    ("units.csv", "county", "county!", "units.csv第2行kind列"),
    ("targets.csv", "U02,", "U01,", "targets.csv第3行target列"),
    ("seats.csv", "L02,leaders", "L02,leader", "seats.csv第3行group列"),
    ("commitments.csv", "2019-06-30", "2019-06-31", "commitments.csv第2行deadline列"),
    ("recusals.csv", "L04", "L99", "recusals.csv第2行seat列"),
    ("shortcomings.csv", "target,", "targets,", "shortcomings.csv第1行"),
    ("sitting.toml", 'title = "县区比拼现场"', 'title = " "', "缺少 title"),
    ("units.csv", "lucheng,鹿城区,county,", "lucheng,鹿城区,county,lucheng", "units.csv第2行parent列"),
    ("measures.csv", "U01,1,1,", "U01,1,1,\x00", "NUL"),
    ("commitments.csv", "2019-06-30", "2019-W26-7", "commitments.csv第2行deadline列"),
]

OVERTIME = """
[[deductions]]
key = "overtime"
name = "超时"
points = "-1"
"""


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("count", ["1.5", "-1", "１", "once"])
def test_a_deduction_is_counted_in_whole_times(leitai, tmp_path: Path, count: str) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "sitting"
    shutil.copytree(SAMPLE, folder)
    with (folder / "rule.toml").open("a", encoding="utf-8") as rule:
        rule.write(OVERTIME)
    (folder / "components.csv").write_text(f"target,component,value\nU01,overtime,{count}\n", encoding="utf-8")

    assert leitai("load", folder) == (2, "", f"components.csv第2行value列：“{count}”不是次数，请写0、1、2……。\n")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_badges_change_only_once_their_links_are_kept(leitai, url: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from tests import make

    leitai("load", SAMPLE)
    kept = tmp_path / "seats.csv"
    leitai("seats", KEY, "--csv", kept)
    before = kept.read_bytes()

    assert leitai("seats", "typo", "--csv", kept)[0] == 2
    assert kept.read_bytes() == before
    if Path("/dev/full").exists():
        assert "胸牌没有更换" in leitai("seats", KEY, "--csv", "/dev/full")[2]
    house = make.house(url)
    link = next(csv.DictReader(kept.open(encoding="utf-8")))["link"]
    assert house.live.seat(link.rsplit("/", 1)[1]) is not None
    house.close()
    assert sorted(one.name for one in tmp_path.iterdir() if "seats" in one.name) == ["seats.csv"]


RANKING = """
id = "places"
title = "排序"
version = 1
[ballot]
kind = "ranking"
[places]
points = ["100", "97", "94"]
[[groups]]
key = "leaders"
name = "市领导"
weight = "1"
"""


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_ranking_is_one_paper_for_all(leitai, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "sitting"
    shutil.copytree(SAMPLE, folder)
    (folder / "rule.toml").write_text(RANKING, encoding="utf-8")
    seats = [line for line in (folder / "seats.csv").read_text(encoding="utf-8").splitlines()
             if line.startswith(("seat", "L"))]
    (folder / "seats.csv").write_text("\n".join(seats), encoding="utf-8")
    assert "排序票" in leitai("load", folder)[2]

    about = folder / "sitting.toml"
    of_the_hall = about.read_text(encoding="utf-8").partition("[[segments]]")[0]
    about.write_text(of_the_hall.replace('ballot = "each"', 'ballot = "all"'), encoding="utf-8")
    assert leitai("load", folder)[0] == 0
    assert "全部单位" in leitai("open", KEY, "U01", "U02")[2]
    assert leitai("open", KEY, *(f"U{n:02d}" for n in range(1, 14)))[0] == 0


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("file", "old", "new", "words"), BAD_FOLDERS, ids=lambda one: str(one)[:24])
def test_a_faulty_folder_is_refused_with_its_place_and_nothing_is_stored(
        leitai, url: str, tmp_path: Path, file: str, old: str, new: str, words: str) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "sitting"
    shutil.copytree(SAMPLE, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    code, out, err = leitai("load", folder)

    assert (code, out) == (2, "") and words in err, err
    assert leitai("status", KEY)[0] == 2
