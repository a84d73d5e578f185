"""The phone's page in a real browser: how many requests it makes, and how many bytes come over the wire.

Counted by Chromium itself (`encodedDataLength`: headers and compressed body of every response), cold cache. The page
with the ballot is held to the limits; the one that waits for a round is printed beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Error

from tests.bench import limits
from tests.bench.figure import Measured
from tests.bench.hall import serving_hall
from tests.bench.limits import held
from tests.browser.real import chromium

BALLOT, WAITING = "form input[name^='m.']", "body[data-phase]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What loading the page took; `asked` are the paths, in order."""

    size: int
    asked: tuple[str, ...]


def measure(folder: Path) -> Measured:
    """What a phone loads before a round, and when one is open."""
    with serving_hall(folder / "page", 1) as hall:
        path = f"/b/{hall.secrets[0]}"
        try:
            with chromium() as browser:
                waiting = weigh(browser, hall.address, path, WAITING)
                hall.open_round(hall.targets[0])
                wire = weigh(browser, hall.address, path, BALLOT)
        except Error as cause:
            if "executable" not in str(cause).lower():
                raise
            return Measured(figures=tuple(held(name, None, detail="no Chromium") for name in (
                limits.PAGE_BYTES, limits.PAGE_REQUESTS)))
    return Measured(figures=(
        held(limits.PAGE_BYTES, wire.size, unit=" bytes", detail=f"the page that waits for a round: {waiting.size:,}"),
        held(limits.PAGE_REQUESTS, len(wire.asked), detail=", ".join(wire.asked))))


def weigh(browser: Browser, address: str, path: str, there: str) -> Wire:
    """Open the page and count until `there` is there and the network is still, without the polls that follow."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page = context.new_page()
    asked: dict[str, str] = {}
    sizes: dict[str, float] = {}
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(address + path, wait_until="load")
    page.wait_for_selector(there)
    page.wait_for_timeout(200)
    context.close()
    loading = {key: url.removeprefix(address) for key, url in asked.items()
               if not url.endswith(("/now", "/check")) and not url.startswith("data:")}
    return Wire(size=round(sum(sizes.get(key, 0) for key in loading)),
                asked=tuple(one.replace(path, "/b/…") for one in loading.values()))
