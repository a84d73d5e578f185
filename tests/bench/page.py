"""The phone's page in a real browser: how many requests it makes, and how many bytes come over the wire.

Counted by Chromium itself (`encodedDataLength`: headers and compressed body of every response), cold cache.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from playwright.sync_api import sync_playwright

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """`asked` are the paths, in order."""

    size: int
    asked: tuple[str, ...]


def weigh(address: str, path: str) -> Wire:
    """Open the page and count until the form is there and the network is still; polling comes later and is small."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, NAMES)), None), args=ARGS)
        page = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True).new_page()
        asked: list[str] = []
        sizes: list[float] = []
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(address + path, wait_until="load")
        page.wait_for_selector("form input[name^='m.']")
        page.wait_for_timeout(200)
        browser.close()
    return Wire(size=round(sum(sizes)), asked=tuple(url.removeprefix(address).replace(path, "/b/…") for url in asked))
