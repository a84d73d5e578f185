"""The recount package: what is accepted, what is refused with file, row and column, and what is written."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from scoring.package import (
    Package,
    PackageRefused,
    files_of,
    package_from_files,
    read_package,
    write_files,
    zip_of,
)
from scoring.tally import dumps, tally
from tests.scoring import make, strategies

RULE = make.rule_text(
    criteria={"x": "1/2", "y": "1/2"},
    groups={"a": "1/2", "b": {"weight": "1/2", "secret": True}},
    components={"evaluation": {"weight": "60%"}, "kpi": {"weight": "40%"}},
    deductions={"overtime": {"points": "-1"}},
    ledger={"bonus_cap": "3"},
)
FILES = {
    "rule.toml": RULE,
    "targets.csv": b"target,name,unit,parent_unit,ranking_group,ranked\nU1,A,u1,,,yes\nU2,B,u2,p,,no\n",
    "seats.csv": b"seat,group,unit,present\nJ1,a,,yes\nJ2,a,u1,no\n",
    "ballots.csv": (
        b"ballot,group,seat,target,version,state,criterion,value,received_at\n"
        b"k1,a,J1,U1,1,submitted,x,90,\n"
        b"k1,a,J1,U1,1,submitted,y,80,\n"
        b"k1,a,J1,U2,1,submitted,x,70,\n"
        b"k1,a,J1,U2,1,submitted,y,60,\n"
        b"b1,b,,U1,1,submitted,x,50,\n"
        b"b1,b,,U1,1,submitted,y,50,\n"
        b"b1,b,,U2,1,submitted,x,40,\n"
        b"b1,b,,U2,1,submitted,y,,\n"
        b"b2,b,,U2,1,submitted,x,40,\n"
        b"b2,b,,U2,1,submitted,y,40,\n"
        b"k2,a,J2,U2,1,abstain,,,\n"
        b"k2,a,J2,U2,2,late,x,weird,\n"
    ),
    "recusals.csv": b"seat,target,reason\nJ2,U2,family\n",
    "components.csv": b"target,component,value\nU1,kpi,96\nU2,kpi,88.5\nU1,overtime,2\n",
    "history.csv": b"ranking_group,period,target,rank,rank_from_bottom\n,2018Q4,U1,5/2,3\n",
    "ledger.csv": b"unit,period,cause,kind,points\nu1,Q1,top,bonus,2\nu1,Q2,late,deduction,-1/3\n",
}


def refused(files: dict[str, bytes]) -> PackageRefused:
    with pytest.raises(PackageRefused) as caught:
        package_from_files(files)
    sentence = str(caught.value)
    assert len(sentence) <= 500 and sentence.isprintable() and sentence.endswith("。")
    return caught.value


def test_a_good_package_reads_and_counts() -> None:
    result = tally(package_from_files(FILES))

    assert [(t.target, str(t.state)) for t in result.targets] == [("U1", "ranked"), ("U2", "apart")]
    assert result.target("U2").group("b").spoiled == 1


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "column", "words"),
    [
        ("targets.csv", b"U2,B", b"U1,B", 3, "target", "“U1”写了两次"),
        ("targets.csv", b"U2,B", b",B", 3, "target", "是空的"),
        ("targets.csv", b",no", b",maybe", 3, "ranked", "“maybe”不可用，请写 yes 或 no"),
        ("targets.csv", b",ranked", b",rank", 1, None, "不认识的列“rank”"),
        ("targets.csv", b",ranked\n", b"\n", 1, "ranked", "缺少这一列"),
        ("targets.csv", b"unit,parent_unit", b"unit,unit", 1, "unit", "写了两次"),
        ("targets.csv", b"U1,A,u1,,,yes", b"U1,A,u1,,", 2, "ranked", "只有5个值，应有6个"),
        ("targets.csv", b"U1,A,u1,,,yes", b"U1,A,u1,,,yes,x", 2, "ranked", "多出“x”"),
        ("targets.csv", b"U1,A", b'U1,"A', 2, None, "CSV 格式"),
        ("targets.csv", b"U1,A", b"U1,\xff", 2, None, "UTF-8"),
        ("seats.csv", b"J2,a", b"J1,a", 3, "seat", "写了两次"),
        ("seats.csv", b"J2,a", b"J2,z", 3, "group", "没有“z”这个评委组，请写 a、b 之一"),
        ("seats.csv", b"J2,a", b"J2,b", 3, "group", "无记名组"),
        ("seats.csv", b"u1,no", b"u1,No", 3, "present", "请写 yes 或 no"),
        ("ballots.csv", b"k1,a,J1,U2,1,submitted,x,70", b"k1,z,J1,U2,1,submitted,x,70", 4, "group", "没有“z”这个评委组"),
        ("ballots.csv", b"k1,a,J1,U2,1,submitted,x,70", b"k1,a,J9,U2,1,submitted,x,70", 4, "seat", "没有席位“J9”"),
        ("ballots.csv", b"k1,a,J1,U2,1,submitted,x,70", b"k1,a,,U2,1,submitted,x,70", 4, "seat", "实名票要有席位"),
        ("ballots.csv", b"b1,b,,U1,1,submitted,x", b"b1,b,J1,U1,1,submitted,x", 6, "seat", "无记名组，不能写席位"),
        ("ballots.csv", b"b1,b,,U1,1,submitted,x", b",b,,U1,1,submitted,x", 6, "ballot", "无记名票要有票号"),
        ("ballots.csv", b"k1,a,J1,U2,1,submitted,x,70", b"k1,a,J1,U9,1,submitted,x,70", 4, "target", "没有“U9”"),
        ("ballots.csv", b"k1,a,J1,U2,1,submitted,x,70", b"k1,a,J1,U2,0,submitted,x,70", 4, "version", "从1起的整数"),
        ("ballots.csv", b"k1,a,J1,U2,1,submitted,x,70", b"k1,a,J1,U2,1,sent,x,70", 4, "state", "没有“sent”这种状态"),
        ("ballots.csv", b"U2,1,submitted,y,60", b"U2,1,spoiled,y,60", 5, "state", "请写成一致"),
        ("ballots.csv", b"U2,1,submitted,y,60", b"U2,1,submitted,x,60", 5, "criterion", "写了两次"),
        ("ballots.csv", b"U2,1,submitted,y,60", b"U2,1,submitted,z,60", 5, "criterion", "请写 x、y 之一"),
        ("ballots.csv", b"U2,1,submitted,y,60", b"U2,1,submitted,,60", 5, "criterion", "请写 x、y 之一"),
        ("ballots.csv", b"submitted,y,60", b"submitted,y,60.5", 5, "value", "请写0到100之间、以1为一级的数"),
        ("ballots.csv", b"submitted,y,60", b"submitted,y,101", 5, "value", "请写0到100之间"),
        ("ballots.csv", b"submitted,y,60", "submitted,y,６０".encode(), 5, "value", "“６０”不是数"),
        ("ballots.csv", b"submitted,y,60", b"submitted,y,NaN", 5, "value", "不是数"),
        ("ballots.csv", b"1,abstain,,,", b"1,abstain,,90,", 12, "value", "“90”请留空"),
        ("ballots.csv", b"1,abstain,,,", b"1,abstain,x,,", 12, "criterion", "“x”请留空"),
        ("recusals.csv", b"J2,U2", b"J9,U2", 2, "seat", "没有席位“J9”"),
        ("recusals.csv", b"J2,U2", b"J2,U9", 2, "target", "没有“U9”"),
        ("recusals.csv", b"J2,U2", b"J2," + b"9" * 200_000, 2, "target", "没有“9999"),
        ("components.csv", b"U2,kpi", b"U9,kpi", 3, "target", "没有“U9”"),
        ("components.csv", b"U2,kpi", b"U1,kpi", 3, "component", "写了两次"),
        ("components.csv", b"U2,kpi", b"U2,evaluation", 3, "component", "不认识的组成“evaluation”，可写 kpi、overtime"),
        ("components.csv", b"88.5", b"88,5", 3, "value", "有4个值，应有3个"),
        ("components.csv", b"88.5", b"n/a", 3, "value", "“n/a”不是数"),
        ("components.csv", b"overtime,2", b"overtime,1.5", 4, "value", "“1.5”不是次数"),
        ("history.csv", b"5/2", b"first", 2, "rank", "“first”不是名次"),
        ("ledger.csv", b"u1,Q2", b",Q2", 3, "unit", "单位是空的"),
        ("ledger.csv", b"deduction", b"malus", 3, "kind", "请写 bonus（加分）或 deduction（扣分）"),
        ("ledger.csv", b"-1/3", b"-1/0", 3, "points", "“-1/0”不是分值"),
        ("rule.toml", b'weight = "1/2"', b"weight = 0.5", None, None, "要加英文双引号"),
    ],
)
def test_every_file_is_refused_with_file_row_and_column(
    file: str, old: bytes, new: bytes, row: int | None, column: str | None, words: str
) -> None:
    assert old in FILES[file]
    caught = refused({**FILES, file: FILES[file].replace(old, new, 1)})

    assert (caught.file, caught.row, caught.column) == (file, row, column)
    assert file in str(caught) and words in str(caught)


@pytest.mark.parametrize("file", ["rule.toml", "targets.csv", "ballots.csv"])
def test_the_three_required_files_are_asked_for(file: str) -> None:
    assert "缺少这个文件" in str(refused({name: data for name, data in FILES.items() if name != file}))


def test_without_seats_nobody_is_missing_and_a_share_quorum_cannot_be_judged() -> None:
    files = {name: data for name, data in FILES.items() if name != "seats.csv"}
    assert tally(package_from_files(files)).target("U1").group("a").missing is None

    rule = make.rule_text(groups={"a": {"weight": "1", "quorum_share": "50%"}})
    bare = {"rule.toml": rule, "targets.csv": FILES["targets.csv"], "ballots.csv": FILES["ballots.csv"].split(b"\n")[0]}
    with pytest.raises(PackageRefused, match=r"seats.csv：办法按到会席位的比例定法定人数"):
        tally(package_from_files(bare))


def test_spreadsheet_rows_are_counted_with_blank_lines_crlf_a_bom_and_any_order_of_columns() -> None:
    turned = b"\xef\xbb\xbfranked,ranking_group,parent_unit,unit,name,target\r\n\r\nyes,,,u1,A,U1\r\n,,,,,\r\nno,,p,u2,B,U2\r\n"
    files = {**FILES, "targets.csv": turned, "rule.toml": b"\xef\xbb\xbf" + RULE, "notes.txt": b"\xff"}

    assert package_from_files(files).targets == package_from_files(FILES).targets
    assert refused({**files, "targets.csv": turned.replace(b"no,", b"No,")}).row == 5


def test_which_paper_counts_the_highest_version_that_is_not_late() -> None:
    def score(*versions: tuple[int, Any]) -> tuple[Any, int]:
        own = make.rule()
        rows = [row for number, marks in versions for row in make.rows(own, "g", "J1", "U", marks, version=number)]
        result = tally(make.package(own, {("g", "J2"): {"U": 50}}, more_rows=rows)).target("U").group("g")
        return result.exact, result.spoiled

    assert score((1, 90), (2, 70)) == (60, 0)
    assert score((2, 70), (1, 90)) == (60, 0)
    assert score((1, 90), (2, "late")) == (70, 0)
    assert score((1, 90), (2, "spoiled")) == (50, 1)
    assert score((10, 70), (9, 90)) == (60, 0)
    assert score((1, "late")) == (50, 0)


RANKING = make.rule(places=["3", "2", "1"])


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ({"A": 1, "B": 1, "C": 2}, "第1名用了两次"),
        ({"A": 1, "B": 2}, "要有3行，现有2行"),
        ({"A": 1, "B": 2, "C": 4}, "请写1到3的整数"),
        ({"A": 1, "B": 2, "C": ""}, "请写1到3的整数"),
        ({"A": 1, "B": 2, "C": "abstain"}, "请写成一致"),
    ],
)
def test_a_ranking_version_is_a_whole_paper(lines: dict[str, Any], words: str) -> None:
    with pytest.raises(PackageRefused, match=words):
        tally(make.package(RANKING, {("g", "1"): lines}, targets="ABC"))


def test_a_recused_target_keeps_its_place_on_a_ranking_paper_uncounted() -> None:
    papers = {("g", "1"): {"A": 1, "B": 2, "C": 3}, ("g", "2"): {"A": 3, "B": 1, "C": 2}}
    package = make.package(RANKING, papers, recusals=[("1", "A")])

    assert [str(t.total.exact) for t in tally(package).targets] == ["1", "5/2", "3/2"]


@given(strategies.packages())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_written_reads_back_the_same(package: Package) -> None:
    again = package_from_files(files_of(package, None))

    assert (again.rule, again.targets, again.seats, again.recusals) == (package.rule, package.targets, package.seats, package.recusals)
    assert sorted(again.ballots) == sorted(package.ballots)
    assert again.ballots_sha256 == package.ballots_sha256
    assert (again.components, again.history, again.ledger) == (package.components, package.history, package.ledger)


def exported() -> dict[str, bytes]:
    package = package_from_files(FILES)
    return files_of(package, dumps(tally(package)))


def test_an_exported_package_holds_every_file_and_its_sums() -> None:
    files = exported()

    assert set(files) == {*FILES, "result.json", "SHA256SUMS"}
    assert package_from_files(files).published == tally(package_from_files(FILES)).as_json()


def test_the_same_files_give_the_same_zip_bytes_and_read_like_the_folder(tmp_path: Path) -> None:
    files = exported()
    write_files(files, tmp_path / "folder")
    (tmp_path / "package.zip").write_bytes(zip_of(files))

    assert zip_of(files) == zip_of(dict(reversed(files.items())))
    assert read_package(tmp_path / "folder") == read_package(tmp_path / "package.zip")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"history.csv": FILES["history.csv"] + b"\n"}, "history.csv：内容与 SHA256SUMS 所记不符"),
        ({"SHA256SUMS": b"0" * 64 + b"  gone.txt\n"}, "SHA256SUMS第1行：列出的文件“gone.txt”不在复算包里"),
        ({"SHA256SUMS": b"xyz  rule.toml\n"}, "SHA256SUMS第1行：“xyz  rule.toml”不合 sha256sum 的格式"),
        ({"SHA256SUMS": b"0" * 64 + b"  ../x\n"}, "指到复算包之外"),
        ({"result.json": b"{", "SHA256SUMS": b""}, "result.json：不是完整的 JSON"),
        ({"result.json": b"[" * 100_000, "SHA256SUMS": b""}, "result.json：不是完整的 JSON"),
        ({"result.json": b"[]", "SHA256SUMS": b""}, "里面没有 targets 和 order"),
    ],
)
def test_a_changed_or_broken_export_is_refused(change: dict[str, bytes], words: str) -> None:
    assert words in str(refused({**exported(), **change}))


def test_a_file_that_is_not_listed_in_the_sums_is_ignored() -> None:
    assert package_from_files({**exported(), "photo.jpg": b"\xff\xd8"})


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil", "a/../../evil", "..\\evil", "C:\\evil", "C:evil"])
def test_a_zip_that_points_outside_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for own, data in FILES.items():
            archive.writestr(own, data)
        archive.writestr(name, b"x")
    (tmp_path / "p.zip").write_bytes(out.getvalue())

    with pytest.raises(PackageRefused, match="指到包外"):
        read_package(tmp_path / "p.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["p.zip"]


def test_a_path_that_is_nothing_a_broken_zip_and_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 not a zip")
    (tmp_path / "folder" / "rule.toml").mkdir(parents=True)

    for path, words in (("nothing", "没有“nothing”这个文件夹"), ("broken.zip", "不是完整的 .zip"), ("folder", "读不出来")):
        with pytest.raises(PackageRefused, match=words):
            read_package(tmp_path / path)
    with pytest.raises(PackageRefused):
        write_files({"../x": b""}, tmp_path)
