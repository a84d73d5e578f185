"""The phone's page in a real browser: how many requests it makes, and how many bytes come over the wire.

Counted by Chromium itself (`encodedDataLength`: headers and compressed body of every response), cold cache.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench import limits
from tests.bench.figure import Measured
from tests.bench.hall import serving_hall
from tests.bench.limits import held

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What loading the page took; `asked` are the paths, in order."""

    size: int
    asked: tuple[str, ...]


def measure(folder: Path) -> Measured:
    """What a phone loads when a round is open."""
    with serving_hall(folder / "page", 1) as hall:
        hall.open_round(hall.targets[0])
        wire = weigh(hall.address, f"/b/{hall.secrets[0]}")
    return Measured(figures=(held(limits.PAGE_BYTES, wire.size, unit=" bytes"),
                             held(limits.PAGE_REQUESTS, len(wire.asked), detail=", ".join(wire.asked))))


def weigh(address: str, path: str) -> Wire:
    """Open the page and count until the form is there and the network is still, without the polls that follow."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, NAMES)), None), args=ARGS)
        page = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True).new_page()
        asked: dict[str, str] = {}
        sizes: dict[str, float] = {}
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
        wire.on("Network.loadingFinished", lambda event: sizes.update(
            {event["requestId"]: event["encodedDataLength"]}))
        page.goto(address + path, wait_until="load")
        page.wait_for_selector("form input[name^='m.']")
        page.wait_for_timeout(200)
        browser.close()
    loading = {key: url.removeprefix(address) for key, url in asked.items() if not url.endswith("/now")}
    return Wire(size=round(sum(sizes.get(key, 0) for key in loading)),
                asked=tuple(one.replace(path, "/b/…") for one in loading.values()))
