"""The phone's page as text: what it is made of, what it weighs, and that kernels of ten years ago can read it."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from hall.ballots.phone_parts import LONG_PAPER
from hall.phones.phone_page import PAGE_BOUND, TEMPLATES, Page, PhoneView, render_notice, render_phone
from hall.phones.phone_squeeze import abridge, squeeze
from office.folders.folder import read_folder
from tests.hall.make_phones import GRADES, GROUPS, PLAN, RANKING, Phones

SCRIPTS = sorted(TEMPLATES.glob("phone*.js"))
NEWER = {  # what WeChat's kernels of 2015 and 2016 do not know, and what stands in its place
    r"`": "strings in single quotes", r"\?\.|\?\?": "&& and ||", r"\.\.\.": "concat and Object.assign", r"\*\*": "M.pow",
    r"\b(async|await|yield|class|import|export|Promise|fetch|Symbol|Proxy)\b": "callbacks and XMLHttpRequest",
    r"\bof\b": "forEach", r"\b(const|let|var) ?[{\[]": "names one by one", r"\(\w+ = [^)]*\) =>": "no default of a parameter",
    r"\.(includes|padStart|padEnd|flat|flatMap|matchAll|replaceAll|at|append|prepend|remove|entries|values|from)\(":
        "indexOf, slice, appendChild",
}


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Any]:
    made: list[Phones] = []

    def build(**changes: Any) -> Phones:
        made.append(Phones(tmp_path, **changes))
        return made[-1]

    yield build
    for one in made:
        one.shut()


def code_of(path: Path) -> str:
    """A script without its notes, and with its strings empty."""
    bare = re.sub(r"(?m)^\s*//.*$", "", path.read_text(encoding="utf-8"))
    return re.sub(r"'(?:\\.|[^'\\\n])*'", "''", bare)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_asks_for_more_than_kernels_of_2015_have(path: Path) -> None:
    for newer, instead in NEWER.items():
        found = re.search(newer, code_of(path))
        assert found is None, f"{path.name}: {found[0] if found else ''}: write {instead}"


def test_nothing_on_the_phone_counts_by_the_time_of_day_of_the_phone_alone() -> None:
    """The phone's clock is read in one place, and set against the hall's in the next line."""
    read = [path.name for path in SCRIPTS for _ in re.findall(r"Date\.now|new Date\(\)", code_of(path))]

    assert read == ["phone_hall.js"]


@pytest.mark.parametrize("rule", ["points", "grades", "ranking"])
def test_names_are_shortened_and_every_word_that_users_read_stays(hall: Any, rule: str) -> None:
    changes = {"points": {}, "grades": {"rule_toml": GRADES + GROUPS},
               "ranking": {"rule_toml": RANKING + GROUPS, "ballot_mode": "all"}}[rule]
    phones = hall(**changes)
    phones.open("U1", "U2", "U3") if rule == "ranking" else phones.open("U1")

    script = re.findall(r"(?s)<script>(.*?)</script>", phones.http.get("/b/secret-L1").text)[0]

    assert "\n" not in script and "leftovers" not in script and "journey" not in script
    assert ("点选 " in script) == (rule == "ranking")
    for words in ("网络断开，评分已存在本机，恢复后自动送出", "已截止，正在送达您截止前提交的评分", "没有提交，不计入："):
        assert words in script


def test_the_device_check_is_on_the_waiting_page_and_no_other(hall: Any) -> None:
    phones = hall()
    waiting = phones.http.get("/b/secret-L1")
    phones.open("U1")
    opened = phones.http.get("/b/secret-L1").text
    phones.close_round()
    closed = phones.http.get("/b/secret-L1").text

    assert 'id="check"' in waiting.text and "/check" in waiting.text and "约需十秒" in waiting.text
    for other in (opened, closed, render_notice("x").html):
        assert "check\"" not in other and "约需十秒" not in other
    assert len(waiting.content) <= PAGE_BOUND
    for kind in ("style", "script"):
        part = re.findall(rf"(?s)<{kind}>(.*?)</{kind}>", waiting.text)[0]
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in waiting.headers["content-security-policy"]


@pytest.mark.parametrize("folder", sorted(path.name for path in (TEMPLATES.parents[1] / "sample_sessions").iterdir()
                                          if (path / "sitting.toml").exists()))
def test_the_pages_of_every_sample_are_one_small_response(hall: Any, folder: str) -> None:
    plan = read_folder(TEMPLATES.parents[1] / "sample_sessions" / folder)
    phones = hall(**{one.name: getattr(plan, one.name) for one in fields(plan) if one.name != "key"})
    seat = plan.seats[-1].code
    waiting = phones.http.get(f"/b/secret-{seat}").text
    keys = [one.key for one in plan.targets]
    phones.open(*(keys if plan.ballot_mode == "all" else keys[:1]))
    opened = phones.http.get(f"/b/secret-{seat}").text

    assert len(gzip.compress(waiting.encode(), 5)) <= 6_500
    is_long = plan.ballot_mode == "all" and len(keys) > LONG_PAPER  # 185 towns are still one response as contracts.md bounds it
    assert len(gzip.compress(opened.encode(), 5)) <= (20_000 if is_long else 12_000)


def test_abridging_knows_parameters_and_leaves_keys_and_properties() -> None:
    source = squeeze("""
    const tell = (words, more) => { if (words === 'words') { return more.words; } return { words: words, more: tell }; };
    // a note about words
    tell('one', { more: 1 });
    """, script=True)

    assert abridge(source) == "let C=(B,A)=>{if(B=='words'){return A.words}return{words:B,more:C}};C('one',{more:1});"


def test_a_name_of_functions_only_is_short_in_each_of_them_and_never_in_the_way_of_another() -> None:
    source = ("let rest=1;function walk(path,a){const half=path+a+rest;return half}"
              "function run(half){return walk(half,b=>b+half)}run('half{');")

    assert abridge(source) == ("let A=1;function C(c,a){let b=c+a+A;return b}"
                               "function B(a){return C(a,b=>b+a)}B('half{');")


def test_a_long_paper_that_was_sent_is_made_beside_the_event_loop(hall: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """185 units are 40 ms, in which no other phone would be answered."""
    phones = hall(targets=tuple(replace(PLAN.targets[0], key=f"T{n}") for n in range(30)), declarations={}, ballot_mode="all")
    opened = phones.open(*(f"T{n}" for n in range(30)))
    made = []

    def noted(view: PhoneView) -> Page:
        try:
            made.append(bool(asyncio.get_running_loop()))
        except RuntimeError:
            made.append(False)
        return render_phone(view)

    marks = {f"m.T{n}.{key}": "80" for n in range(30) for key in ("quality", "place")}
    assert phones.http.post("/b/secret-L1", json={"round": str(opened), "nonce": "n", **marks}).status_code == 200
    monkeypatch.setattr("hall.phones.phone.render_phone", noted)
    shown = phones.http.get("/b/secret-L1")
    refused = phones.http.post("/b/secret-L1", data={"round": str(opened), "nonce": "m", "m.T1.quality": "80"})

    assert (shown.status_code, refused.status_code) == (200, 422)
    assert made == [False, False]
