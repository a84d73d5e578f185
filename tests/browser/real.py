"""The product as it runs: a server process of its own, a real Chromium, and folders for the pictures.

A Chromium is dear and a context in it is cheap: while browser tests follow one another they share one. Chromium's own
window is dear too: without being told, each draws the address bar's suggestions as two hidden pages, which took more
than half of the CPU of a phone's test.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from hall import serving

ROOT = serving.ROOT
PICTURES = ROOT / "build" / "screenshots"
OF_THE_WINDOW = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
OF_PLAYWRIGHT = (  # the last --disable-features holds alone, so what Playwright leaves out is named here again
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", f"--disable-features={','.join(OF_PLAYWRIGHT + OF_THE_WINDOW)}"]
MAC = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")


def browser_path() -> str | None:
    """An installed Chromium or Chrome; None for Playwright's own."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    return next((path for path in MAC if Path(path).exists()), None)


class Chromium:
    """The one Chromium of this process; `kept` from one test to the next while the tests are a browser's."""

    def __init__(self) -> None:
        self.kept = False
        self._running: tuple[Playwright, Browser] | None = None

    def browser(self) -> Browser:
        if self._running is not None and not self._running[1].is_connected():
            self.end()
        if self._running is None:
            playwright = sync_playwright().start()
            try:
                self._running = playwright, playwright.chromium.launch(executable_path=browser_path(), args=ARGS)
            except BaseException:
                playwright.stop()
                raise
        return self._running[1]

    def end(self) -> None:
        """Also where the next test may want an event loop of its own: Playwright's takes the whole thread."""
        self.kept = False
        if self._running is not None:
            playwright, browser = self._running
            self._running = None
            browser.close()
            playwright.stop()


THE_ONE = Chromium()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium without a page; whatever is opened in it is closed."""
    browser = THE_ONE.browser()
    before = set(browser.contexts)
    try:
        yield browser
    finally:
        for context in browser.contexts:
            if context not in before:
                context.close()
        if not THE_ONE.kept:
            THE_ONE.end()


def beside(page: Page, width: int = 1366, height: int = 768) -> Page:
    """A window of its own for the same person: of two pages in one window Chromium draws the one behind once a second."""
    browser, kept = page.context.browser, page.context.storage_state()
    assert browser is not None
    return browser.new_context(viewport={"width": width, "height": height}, storage_state=kept).new_page()


def picture(page: Page, name: str) -> None:
    """Keep what the screen shows under build/screenshots, for a person to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(PICTURES / f"{name}.png"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The whole app in a process of its own, on one port and one database."""

    def __init__(self, url: str, log: Path) -> None:
        self.url = url
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                serving.server_command("127.0.0.1", self.port), cwd=ROOT, stdout=log, stderr=log,
                env={**os.environ, "LEITAI_DATABASE_URL": self.url, "LEITAI_PUBLIC_URL": self.address})
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise AssertionError(f"the server ended: {self._log.read_text(encoding='utf-8')[-2000:]}")
            try:
                with urllib.request.urlopen(f"{self.address}/health", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server did not start within a minute")

    def kill(self) -> None:
        """kill -9: no goodbye, nothing flushed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(timeout=10)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")
