"""留痕: newest first, in words, filtered; a line changed behind the system's back breaks the chain."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from db.work import work
from office import people
from office.audit import DETAIL_WORDS, read_audit, record_csv
from office.people import Role
from office.sitting import sittings
from tests import make

ROOT = Path(__file__).resolve().parents[2]
BY = {"by": "host", "at": make.START}


def test_the_newest_line_comes_first_with_its_detail_in_words(house):
    make.sitting(house)
    sittings.recuse(house.database, "small", "L2", "U2", "联系该县", **BY)
    people.add_staff(house.database, name="clerk1", title="计票员", roles=[Role.CLERK, Role.SUPERVISOR], by="admin",
                     at=make.START)

    audit = read_audit(house.database)

    assert [line.action for line in audit.lines] == ["添加人员", "登记回避", "制发胸牌", "装入场次"]
    assert audit.lines[0].detail == "名称：clerk1；角色：计票员、监督员"
    assert audit.lines[1].detail == "原因：联系该县；席位：L2；单位：B县"
    assert (audit.lines[1].at, audit.lines[1].sitting) == ("2026-04-23 09:00:00", "县区比拼现场 2026Q1")
    assert (audit.total, audit.chain_words) == (4, "记录链完整，共4条")


def test_a_filter_by_sitting_and_by_words_counts_what_matches(house):
    make.sitting(house)
    make.sitting(house, make.plan("other"))
    people.add_staff(house.database, name="clerk1", title="计票员", roles=[Role.CLERK], by="admin", at=make.START)

    assert {line.action for line in read_audit(house.database, sitting="small").lines} == {"制发胸牌", "装入场次"}
    found = read_audit(house.database, text="制发 host", most=1)
    assert (len(found.lines), found.matching, found.total) == (1, 2, 5)


def test_a_line_changed_behind_the_systems_back_is_found(house):
    make.sitting(house)
    with house.database.write.begin() as c:
        c.execute(text("update record_entry set actor = 'somebody' where id = 1"))

    audit = read_audit(house.database)

    assert audit.broken_at == 1
    assert "从第1条起对不上" in audit.chain_words


def test_an_outsider_checks_the_downloaded_chain_with_nothing_but_the_file_and_the_documents_lines(house, tmp_path):
    make.sitting(house)
    people.add_staff(house.database, name="clerk1", title="=计票员", roles=[Role.CLERK], by="-admin", at=make.START)
    block = re.search("```python\n(.*?)```", (ROOT / "docs" / "record.md").read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "留痕.csv"

    def check():
        return subprocess.run([sys.executable, "-I", "-c", block[1]], cwd=tmp_path, capture_output=True, text=True,
                              check=False, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"})

    written = record_csv(house.database)
    file.write_bytes(written)
    assert (check().returncode, check().stdout.split()[0]) == (0, "3")
    assert "添加人员" in written.decode("utf-8-sig").splitlines()[-1]
    file.write_bytes(written.replace("制发胸牌".encode(), "制发奖牌".encode()))
    assert check().returncode == 1


def test_every_detail_that_the_code_records_has_a_chinese_word():
    own = {"at", "actor", "action", "sitting_id", "by"}
    found = {
        keyword.arg
        for folder in ("office", "hall") for file in (ROOT / folder).rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("_tell", "w.record.append")
        for keyword in call.keywords if keyword.arg}

    assert found - own - set(DETAIL_WORDS) == set()


def test_values_of_parts_are_said_one_by_one(house):
    make.sitting(house)
    with work(house.database) as w:
        w.record.append(at=make.START, actor="host", action="填写分项", sitting_id=1,
                        values={"U1 indicators": "96.5", "U2 indicators": ""})

    assert read_audit(house.database).lines[0].detail == "分项：A县 indicators 96.5、B县 indicators （空）"
