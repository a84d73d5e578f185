"""From an empty agenda to a full one by Excel in a real browser, as a host does it: download, fill, send, look, bring in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from office import people
from office.people import Role
from office.sheets.workbook_file import read_file
from office.sitting import sittings
from tests import make
from tests.browser.real import Server, chromium, picture
from tests.office.test_workbook import book

pytestmark = pytest.mark.slow
PASSWORD = "four-different"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("import")
    made = Server(f"sqlite:///{folder / 'leitai.db'}", folder / "server.log")
    house = make.house(made.url, make.Clock(datetime.now(UTC)))
    sittings.load(house.database, make.plan(units=0, leaders=0, public=0, declarations={}), by="test", at=house.clock())
    link = people.add_staff(house.database, name="host", title="主持人", roles=[Role.HOST], by="test", at=house.clock())
    people.set_password(house.database, link, PASSWORD, at=house.clock())
    house.close()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def entered(browser: Browser, server: Server) -> Page:
    page = browser.new_page(viewport={"width": 1366, "height": 900})
    page.goto(f"{server.address}/door?next=/prepare")
    page.fill("input[name=name]", "host")
    page.fill("input[name=password]", PASSWORD)
    page.click("button")
    expect(page.get_by_text("会前准备").first).to_be_visible(timeout=30_000)
    page.goto(f"{server.address}/prepare?s=small")
    return page


def test_a_sitting_is_filled_from_excel_and_stays_filled_after_a_restart(browser: Browser, server: Server, tmp_path: Path) -> None:
    page = entered(browser, server)
    expect(page.get_by_text("大屏").first).to_be_visible(timeout=30_000)
    page.get_by_role("tab", name="Excel导入").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载空白模板").click()
    sheets = [one.name for one in read_file(Path(download.value.path()).read_bytes())]
    assert sheets == ["说明", "场次", "单位", "评委", "承诺", "环节", "提问"]
    page.locator(".st-key-lt-upload").scroll_into_view_if_needed()
    picture(page, "import_empty")
    key, beside = page.evaluate("""() => ['button p', '[data-testid=stFileUploaderDropzoneInstructions] span'].map(part => {
        const e = document.querySelector(`[data-testid=stFileUploaderDropzone] ${part}`);
        return getComputedStyle(e).fontSize + getComputedStyle(e, '::after').content })""")
    assert (key, beside) == ('0px"选择文件"', '0px"也可以把文件拖到这里"'), "in the place of Streamlit's own words"
    assert download.value.suggested_filename == "small_模板.xlsx"

    judges = [(f"L{n}", "市领导", f"市领导{n}席") for n in range(1, 6)] + [("X1", "专家", "坏席")]
    sent = tmp_path / "名单.xlsx"
    sent.write_bytes(book(单位=[("", f"{n}县", "", "县", "", "县委书记") for n in "甲乙丙丁戊己"], 评委=judges))
    page.locator("input[type=file]").set_input_files(str(sent))
    expect(page.get_by_text("有1处要改")).to_be_visible(timeout=20_000)
    picture(page, "import_faults")
    page.get_by_text("有问题的行先不导入").click()
    page.get_by_role("button", name="导入17处改动").click()
    expect(page.get_by_text("已从 名单.xlsx 导入17处改动。没有导入的行：评委第7行。").first).to_be_visible(timeout=20_000)
    picture(page, "import_done")

    server.stop()
    server.start()
    page.goto(f"{server.address}/prepare?s=small")
    expect(page.locator(".lt-flight").get_by_text("6家").first).to_be_visible(timeout=30_000)
    picture(page, "import_preflight")
