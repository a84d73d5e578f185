"""One judge's phone in a real browser: the phones' routes on a real port, a hall of its own, a hand that holds it."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import text

from tests.hall.make_phones import Clock, Phones

QUALITY, PLACE = "[name='m.U1.quality']", "[name='m.U1.place']"
SMALL = {"width": 360, "height": 640}


class Server:
    """The phones' routes on a real port of this machine."""

    def __init__(self, phones: Phones) -> None:
        config = uvicorn.Config(phones.app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)


class Running(Clock):
    """The hall's time, from its own beginning on, passing as it does for the phone."""

    began = 0.0

    def __call__(self) -> Any:
        return self.at + timedelta(seconds=time.monotonic() - self.began)


class Hand:
    """One phone in somebody's hand, in a hall of its own."""

    def __init__(self, browser: Browser, phones: Phones, address: str) -> None:
        self._browser = browser
        self.phones = phones
        self.address = address
        self._contexts: list[BrowserContext] = []

    def scan(self, seat: str = "L1", *, script: bool = True, size: dict[str, int] | None = None) -> Page:
        context = self._browser.new_context(
            viewport=size or SMALL, java_script_enabled=script, has_touch=True,  # type: ignore[arg-type]
            is_mobile=True)
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: pytest.fail(f"the script failed: {error}"))
        page.goto(f"{self.address}/b/secret-{seat}")
        return page

    def let_time_run(self) -> None:
        """From now on the hall's clock goes, and closes rounds by itself."""
        clock = self.phones.clock
        clock.__class__ = Running
        clock.began = time.monotonic()  # type: ignore[attr-defined]
        self.phones.house.open()

    def is_later(self, seconds: int, page: Page) -> None:
        """So much time has passed in the hall and, without a word between them, on the phone."""
        page.evaluate("s => { const now = Date.now; Date.now = () => now() + s * 1000; }", seconds)
        self.phones.clock.pass_seconds(seconds)

    def stored(self) -> list[tuple[str, int, str, bool]]:
        """Nonce, version, marks, counted of every ballot."""
        with self.phones.house.database.reading() as c:
            return [tuple(row) for row in c.execute(text(
                "select nonce, version, marks, counted from ballot order by version, target_id"))]  # type: ignore[misc]

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def nudge(page: Page) -> None:
    """What the phone does when the network comes back: ask at once instead of in some seconds."""
    page.evaluate("window.dispatchEvent(new Event('online'))")


def steps(page: Page) -> list[str]:
    return [str(one.get_attribute("class") or "") for one in page.locator("#steps li").all()]


def fill(page: Page, quality: str = "90", place: str = "88.5") -> None:
    page.fill(QUALITY, quality)
    page.fill(PLACE, place)


CONTRAST = """() => {
  const rgb = s => (s.match(/[\\d.]+/g) || []).map(Number);
  const linear = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => { const [r, g, b] = c.slice(0, 3).map(linear); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const bad = [];
  for (const e of document.querySelectorAll('main *')) {
    if (!e.offsetParent || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.push(`${e.textContent.trim()} ${ratio.toFixed(2)}`);
  }
  return bad;
}"""
