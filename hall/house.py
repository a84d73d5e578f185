"""The composition root: one database, one set of snapshots, one ballot box, one clock a process.

`the_house()` gives the process its one house; tests build their own with `House(...)`.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from db.engine import Database, database_url
from db.migrate import migrate
from db.rehearsal import MARK, mark_of
from db.traces import Sweeper
from hall.ballots.ballot_box import BallotBox
from hall.moment.limits import allow_many_phones
from hall.moment.live import Live
from hall.moment.presence import Presence
from hall.moment.readiness import Readiness
from hall.moment.screens import Screens
from hall.moment.steady import SteadyClock, machine_time
from hall.parent import leave_with_parent
from hall.phones.shadow import ShadowBox
from hall.sole import Sole
from hall.stage.overdue import close_what_is_due, collect_once_more
from office.prints.watermark import MARKS, Mark

log = logging.getLogger("leitai.house")

TICK_SECONDS = 0.1
NEWS_SECONDS = 0.1
SETTLE_BEATS = 10
PAPERS_BEATS = 5  # every so many beats papers of other processes are looked for


def utc_now() -> datetime:
    """The machine's clock: for commands, which live a moment. A house keeps a steady one."""
    return machine_time()


class House:
    """Everything a running process shares."""

    def __init__(self, database: Database, clock: Callable[[], datetime] | None = None, public_url: str = "") -> None:
        self.database = database
        self.clock = clock = clock or SteadyClock(machine_time if database.is_sqlite else database.time)
        self.live = Live(database, clock, public_url)
        self.box = BallotBox(database, self.live)
        self.shadows = ShadowBox(database, self.live)
        self.presence = Presence()
        self.screens = Screens()
        self.readiness = Readiness(database, clock)
        self.sweeper = Sweeper(database)
        self._sole = Sole(database)
        self._beats = 0
        self._mark: threading.Event | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @cached_property
    def mark(self) -> Mark | None:
        """What stands on everything that leaves a rehearsal or a demonstration: its database was made for that, and
        stays so."""
        with self.database.reading() as c:
            return MARKS.get(mark_of(c))

    @property
    def is_rehearsal(self) -> bool:
        return self.mark is MARKS[MARK]

    def open(self) -> None:
        """Bring the schema up to date, read the hall, start the writer and the clock."""
        self._sole.hold()
        leave_with_parent()
        migrate(self.database)
        collect_once_more(self.database, self.clock())
        self.live.refresh()
        self.box.start()
        self._thread = threading.Thread(target=self._keep_time, name="hall-clock", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Store what waits, then let go of the database."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self.box.stop()
        self.database.dispose()
        self._sole.let_go()

    def tick(self) -> None:
        """One beat: close what is due, hear of what other processes did, and sweep what a closed round left."""
        if isinstance(self.clock, SteadyClock) and not self.live.anything_open() and self._beats % SETTLE_BEATS == 0:
            self.clock.settle()
        if close_what_is_due(self.database, self.clock(), is_clear=self._is_clear) or self.live.news_is_due(NEWS_SECONDS):
            self.live.refresh()
        if not self.database.is_sqlite and self._beats % PAPERS_BEATS == 0:
            self.live.hear_of_papers()
        self._beats += 1
        self.sweeper.tend(self.clock())

    def _is_clear(self) -> bool:
        """Whether everything that waited in the box when this was first asked has been stored."""
        if self._mark is None:
            self._mark = self.box.mark()
        if not self._mark.wait(TICK_SECONDS):
            return False
        self._mark = None
        return True

    def _keep_time(self) -> None:
        missed = 0
        while not self._stop.wait(TICK_SECONDS):
            try:
                self.tick()
            except Exception:  # the clock must outlive a locked or unreachable database; the next beat tries again
                if missed == 0:  # once: ten a second would fill the disk that may be the trouble
                    log.exception("the hall clock missed a beat; trying on")
                missed += 1
            else:
                if missed:
                    log.warning("the hall clock goes on after %d missed beats", missed)
                missed = 0


_lock = threading.Lock()
_house: House | None = None


def the_house() -> House:
    """This process's house, opened on first use."""
    global _house
    with _lock:
        if _house is None:
            allow_many_phones()
            opened = House(Database(database_url()), public_url=os.environ.get("LEITAI_PUBLIC_URL", ""))
            opened.open()
            _house = opened
        return _house


def move_into(house: House | None) -> None:
    """Put another house in its place (tests), or none."""
    global _house
    with _lock:
        _house = house
