"""The mark 彩排 (of a demonstration 演示): on every page of every route, in every file that leaves it, and nowhere else."""

from __future__ import annotations

import base64
import hashlib
import io
import random
import re
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from db import tables as t
from hall import door, evidence_route, surroundings, visitor
from hall.ballots import sealed
from hall.outcome import results
from hall.phones.phone import Phones
from hall.phones.phones_first import PhonesFirst
from hall.rehearsals import rehearsal as demonstration
from hall.screen import board
from hall.screen.board import BoardFirst
from hall.watermarked import Watermarked
from office.prints.badge_sheet import sheet
from office.prints.badges import Badge
from office.prints.signature_page import Hand, SignaturePage, docx_of
from office.prints.watermark import DEMO, REHEARSAL, Mark, marked_file, marked_name
from office.sheets.workbook_file import read_file
from office.sheets.workbook_writing import PlainSheet, write_sheets
from scoring.package import read_package
from tests import make

PAGES = Path(__file__).resolve().parents[2] / "pages"
HALL = Path(__file__).resolve().parents[2] / "hall"
PLAIN = (door, evidence_route, visitor)
"""Whose `routes(house)` the front door carries as they are; phones and boards come before them."""


@pytest.fixture
def url(tmp_path: Path, sqlite_with_tables: Path) -> str:
    """Marks know no database: one kind is enough."""
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture
def rehearsed(hall: make.Hall) -> make.Hall:
    with hall.house.database.write.begin() as c:
        c.execute(t.setting.insert().values(key="rehearsal", value="1"))
    assert hall.house.is_rehearsal
    return hall


def served(hall: make.Hall, *, marked: bool = True, mark: Mark = REHEARSAL) -> TestClient:
    """The front door without Streamlit: the same middleware around the same routes."""
    plain = Starlette(routes=[route for one in PLAIN for route in one.routes(hall.house)])
    app = PhonesFirst(BoardFirst(plain, hall.house), hall.house)
    return TestClient(Watermarked(app, mark) if marked else app, base_url=make.BASE, follow_redirects=False)


def addresses(hall: make.Hall) -> list[str]:
    """Every address that a GET may ask for, with a badge, a sitting and a number in their places."""
    routes: list[Route] = [*Phones(hall.house).routes(), *board.routes(hall.house),
                           *(route for one in PLAIN for route in one.routes(hall.house))]
    found = [route.path for route in routes if "GET" in (route.methods or {"GET"})]
    filled = [path.replace("{secret}", hall.secrets["L1"]).replace("{sitting}", hall.key).replace("{number:path}", "1-2")
              .replace("{id:int}", "1").replace("{rest:path}", "nowhere") for path in found]
    assert not [path for path in filled if "{" in path], "say here what stands for the new parameter"
    return [*filled, "/nowhere", "/b/nobody", "/b/nobody/ask", "/board/nothing"]


def test_every_route_of_a_rehearsal_bears_the_mark(rehearsed):
    app, pages = served(rehearsed), 0
    rehearsed.open("U1")
    for path in addresses(rehearsed):
        told = app.get(path, headers={"Accept-Encoding": "gzip;q=0"})
        assert told.headers["x-rehearsal"] == "1", path
        if told.headers.get("content-type", "").startswith("text/html"):
            pages += 1
            assert f"<title>{REHEARSAL.title}" in told.text and REHEARSAL.sentence in told.text, path
            assert let_in(told.headers.get("content-security-policy", ""), REHEARSAL.style), path
            assert int(told.headers["content-length"]) == len(told.content) and told.headers["cache-control"] == "no-store"
    assert pages >= 12
    assert app.head("/board").status_code == 200


def let_in(policy: str, style: str) -> bool:
    """Whether a browser would apply this style under this policy."""
    if not policy:
        return True
    wanted = next(part for part in policy.split(";") if "style-src" in part)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"'sha256-{digest}'" in wanted or ("'unsafe-inline'" in wanted and "'sha256-" not in wanted)


def test_no_route_is_left_out_of_the_walk():
    with_routes = {file.stem for file in HALL.rglob("*.py") if re.search(r"^def routes\(", file.read_text(encoding="utf-8"), re.M)}

    assert with_routes == {"board", "phone_check", *(one.__name__.split(".")[1] for one in PLAIN)}


def test_a_vote_a_receipt_and_a_refusal_are_marked_too(rehearsed):
    app, secret = served(rehearsed), rehearsed.secrets["L1"]
    opened = rehearsed.open("U1")

    wrong = app.post(f"/b/{secret}", data={"round": str(opened), "nonce": "w", "m.U1.quality": "101"})
    sent = app.post(f"/b/{secret}", data={"round": str(opened), "nonce": "n", "m.U1.quality": "91"})
    receipt = app.get(f"/b/{secret}")

    assert (wrong.status_code, sent.status_code) == (422, 303)
    assert REHEARSAL.sentence in wrong.text and REHEARSAL.sentence in receipt.text and "已计票" in receipt.text


def test_a_marked_page_travels_as_compressed_as_any_other(house):
    """Plain it would be 22 kB for one unit and 157 kB for a long paper, to every phone of the hall."""
    hall = make.sitting(house, make.plan(units=40, ballot_mode="all"))
    hall.open(*(f"U{n}" for n in range(1, 41)))
    app, path = served(hall), f"/b/{hall.secrets['L1']}"

    packed, plain = (app.get(path, headers={"Accept-Encoding": one}) for one in ("gzip, br", "gzip;q=0"))

    assert packed.headers["content-encoding"] == "gzip" and int(packed.headers["content-length"]) < 20_000
    assert REHEARSAL.sentence in packed.text and REHEARSAL.sentence in plain.text
    assert "content-encoding" not in plain.headers and len(plain.content) > 40_000
    assert len(packed.content) == int(plain.headers["content-length"])


def test_a_real_sitting_bears_no_mark(hall):
    hall.open("U1")

    for path in addresses(hall):
        assert REHEARSAL.word not in served(hall, marked=False).get(path).text, path


def test_a_demonstration_is_marked_as_one_and_is_no_rehearsal(url, clock):
    demonstration.prepare(url, 0, make.BASE, random.Random(1))
    house = make.house(url, clock)
    try:
        assert house.mark is DEMO and not house.is_rehearsal
        told = served(make.Hall(house=house, key=demonstration.SAMPLE), mark=DEMO).get("/board")
        assert told.headers["x-demo"] == "1" and "x-rehearsal" not in told.headers
        assert DEMO.sentence in told.text and "<title>演示 · " in told.text and REHEARSAL.word not in told.text
        assert surroundings.rehearsal_line(house).words == "这里是演示，用的是示例数据，不是真实场次"
    finally:
        house.close()


def test_every_file_leaves_through_the_one_key():
    calling = [file.name for file in PAGES.glob("*.py") if "download_button" in file.read_text(encoding="utf-8")]

    assert calling == ["_download.py"]


BADGE = Badge(seat="L1", name="市领导1席", group="leaders", group_name="市领导", link="http://10.0.0.2:8601/b/x")


def test_papers_are_marked_on_every_page(rehearsed):
    opened = rehearsed.open("U1")
    rehearsed.everybody()
    rehearsed.close()
    printed = sealed.print_sealed(rehearsed.house.database, rehearsed.key, opened, by="host", at=rehearsed.now).html

    for page in (sheet([BADGE] * 9, "县区比拼现场"), printed):
        marked = marked_file(page, "x.html", REHEARSAL).decode()
        assert REHEARSAL.style in marked and "position:fixed" in REHEARSAL.style and f"<title>{REHEARSAL.title}" in marked
        assert marked.replace(f"<style>{REHEARSAL.style}</style>", "").replace(REHEARSAL.title, "") == page


def test_a_table_is_the_same_table_under_one_line_more():
    assert marked_file("\ufeff名次,单位\r\n1,A县\r\n", "x.csv", REHEARSAL).decode() == \
        f"\ufeff{REHEARSAL.sentence}\r\n名次,单位\r\n1,A县\r\n"


def test_a_workbook_opens_with_a_sheet_that_says_so_and_reads_as_before():
    made = write_sheets((PlainSheet(name="评委", head=("席位编号",), rows=(("L1",), ("007",)), widths=(12,)),))
    marked = marked_file(made, "名单.xlsx", REHEARSAL)

    first, second = read_file(marked)
    assert (first.name, first.rows[1][1].text) == (REHEARSAL.word, REHEARSAL.sentence)
    assert second.rows == read_file(made)[0].rows
    assert well_formed(marked) and REHEARSAL.sentence in part(marked, "xl/worksheets/sheet1.xml")


def test_a_document_is_marked_on_every_page():
    page = SignaturePage(title="成绩确认单", about="", marks=(), facts=(), head=("名次", "单位"), rows=(("1", "A县"),), below=(),
                         rule=(), hashes=(), hands=(Hand(office="计票员", said=""),))
    marked = marked_file(docx_of(page), "成绩确认单.docx", REHEARSAL)

    assert well_formed(marked) and REHEARSAL.sentence in part(marked, "word/header_mark.xml")
    document = part(marked, "word/document.xml")
    assert document.index(REHEARSAL.sentence) < document.index("成绩确认单")
    assert "headerReference" in document and "header_mark" in part(marked, "word/_rels/document.xml.rels")


def test_a_package_is_recounted_as_before(rehearsed, tmp_path):
    rehearsed.open("U1")
    rehearsed.everybody()
    rehearsed.close()
    results.export(rehearsed.house.database, rehearsed.key, tmp_path / "package")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for file in (tmp_path / "package").iterdir():
            archive.write(file, file.name)
    (tmp_path / "marked.zip").write_bytes(marked_file(out.getvalue(), "x.zip", REHEARSAL))

    assert read_package(tmp_path / "marked.zip") == read_package(tmp_path / "package")
    assert zipfile.ZipFile(tmp_path / "marked.zip").read("彩排.txt").decode().startswith(REHEARSAL.sentence)


def test_names_of_files_begin_with_the_mark():
    assert marked_name("胸牌.html", REHEARSAL) == marked_name("彩排_胸牌.html", REHEARSAL) == "彩排_胸牌.html"
    assert marked_file("名次\r\n", "x.csv", DEMO).decode() == "演示 · 示例数据，不是真实场次\r\n名次\r\n"


def part(raw: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return archive.read(name).decode()


def well_formed(raw: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = archive.namelist()
        return len(names) == len(set(names)) and all(ElementTree.fromstring(archive.read(name)) is not None for name in names)
