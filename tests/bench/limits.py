"""Every figure that is held to a limit: the must, and what we reach for beyond it.

This table is the whole promise; the parts of the bench only measure. What is not named here is for information.
"""

from __future__ import annotations

from tests.bench.figure import Figure, Limit

BARE = "durable ballots against the bare rate of commits"
SLOW = "durable ballots against the bare rate, every fsync slowed by 5 ms"
EMPTY = "durable ballots against an empty POST"
UNLIKE = "receipts that only the phones or only the database know"
REFUSED = "ballots not accepted"
WINDOW = "submitting, 95 of 100: 1,000 phones in 60 s against 50 phones in 10 s"
WINDOW_ERRORS = "50 phones in 10 s, 1,000 in 60 s: errors and ballots lost"
CROWD_ERRORS = "3,000 phones in 10 s, all polling: errors"
CROWD_LOST = "3,000 phones in 10 s, all polling: ballots lost"
CROWD_SLOWEST = "3,000 phones in 10 s, all polling: submitting, 99 of 100"
CONSOLE = "the host's console while 1,000 phones vote in 60 s, against an idle hall"
CONSOLE_SLOWEST = "the host's console meanwhile, 95 of 100 drawings, against an idle hall"
MEMORY = "the server's memory grows for 3,000 phones by"
PAGE_BYTES = "phone page on the wire"
PAGE_REQUESTS = "phone page's requests"
BOARD = "the server's core while 100 screens ask the live board once a second"
POSTGRES_LOST = "PostgreSQL, 1 and 2 ballot processes: ballots lost"
POSTGRES_RATE = "PostgreSQL: 2 ballot processes against 1"
RECOUNT = "exact recount against pandas floats"
LIST_PAGES = ("list", "item", "wall chart", "leader's page", "calendar", "overview of leaders")
LIST = "the {} at 20,000 items against 200"
WRITER_BARE = "the writer held for a list of 1,500 rows, against the same rows put by bare sqlite3"
WRITER_SHARE = "the writer held for a list of 1,500 rows, of the import's time"
WRITER_ROW = "the writer held a row, 1,500 rows against 150"
ADVISORY = "advisory view against a bare resampling loop"

LIMITS = {
    BARE: Limit(0.6, 1.0, least=True),
    SLOW: Limit(5, 8, least=True),
    EMPTY: Limit(0.3, 0.5, least=True),
    UNLIKE: Limit(0),
    REFUSED: Limit(0),
    WINDOW: Limit(2, 1.3),
    WINDOW_ERRORS: Limit(0),
    CROWD_ERRORS: Limit(0),
    CROWD_LOST: Limit(0),
    CROWD_SLOWEST: Limit(None, 1000),
    CONSOLE: Limit(2, 1.3),
    MEMORY: Limit(15, 5),
    PAGE_BYTES: Limit(12_000, 6_000),
    PAGE_REQUESTS: Limit(2, 1),
    BOARD: Limit(20, 5),
    POSTGRES_LOST: Limit(0),
    POSTGRES_RATE: Limit(None, 1, least=True),
    RECOUNT: Limit(2.5),
    ADVISORY: Limit(3),
    WRITER_BARE: Limit(6, 3),
    WRITER_SHARE: Limit(0.5, 0.25),
    WRITER_ROW: Limit(3, 1.5),
    **{LIST.format(page): Limit(3, 1.5) for page in LIST_PAGES},
}


def held(name: str, value: float | None, *, unit: str = "", detail: str = "") -> Figure:
    """The figure with the limit that the table has for its name, if any."""
    return Figure(name=name, value=value, unit=unit, limit=LIMITS.get(name, Limit()), detail=detail)
