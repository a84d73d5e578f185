"""Having the advisory view worked out off the request path: one piece of work at a time, kept for whoever asks next.

A *task* is one sitting's edition: a publication, or the closed rounds that have one and the same result. While a round
is open anywhere the processor belongs to the phones: nothing is begun, and what was begun stands still.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from advisory.advice import Advice
from hall.moment.live import Live
from office.refusal import Refused
from scoring.round import Phase

Work = Callable[[Callable[[float], None]], "Finding"]  # is given the function to tell the share done

log = logging.getLogger("leitai.advice")

KEPT = 8
LOOK_AGAIN_SECONDS = 0.2
WENT_WRONG = "这一次没有算成。请再试一次；仍不成，请把服务器日志交给管理员。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The view, and what of the package it was made from is needed to read it."""

    advice: Advice
    ballots_sha256: str
    ranking_groups: Mapping[str, str]


@dataclass(slots=True, kw_only=True, eq=False)
class Task:
    """One piece of work as the others see it: the share done, who holds it up, and in the end a finding or a refusal."""

    share: float = 0.0
    held_up_by: str = ""
    finding: Finding | None = None
    refusal: str = ""
    over: threading.Event = field(default_factory=threading.Event)


def being_scored(live: Live) -> str:
    """The units of any sitting that are being scored now; empty when the hall is quiet."""
    names = []
    for sitting in live.sittings():
        snapshot = live.at(sitting.key)
        for one in snapshot.rounds if snapshot is not None else ():
            if snapshot is not None and one.phase is Phase.OPEN:
                names += [card.name for key in one.targets if (card := snapshot.target(key)) is not None]
    return "、".join(names[:3]) + (f"等{len(names)}家" if len(names) > 3 else "")


class Desk:
    """The tasks of this process by edition; the last few are kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()
        self._tasks: dict[object, Task] = {}

    def task(self, edition: object) -> Task | None:
        with self._lock:
            return self._tasks.get(edition)

    def begin(self, edition: object, work: Work, held_up: Callable[[], str]) -> Task:
        """The task of this edition: the one that is there, whoever began it, else a new one."""
        with self._lock:
            task = self._tasks.get(edition)
            if task is not None:
                return task
            finished = [key for key, one in self._tasks.items() if one.over.is_set()]
            for key in finished[: max(0, len(self._tasks) - KEPT + 1)]:
                del self._tasks[key]
            task = self._tasks[edition] = Task()
        threading.Thread(target=self._work, args=(task, work, held_up), name="advice", daemon=True).start()
        return task

    def forget_refusal(self, edition: object) -> None:
        """Let the next one who asks try again."""
        with self._lock:
            task = self._tasks.get(edition)
            if task is not None and task.refusal:
                del self._tasks[edition]

    def _work(self, task: Task, work: Work, held_up: Callable[[], str]) -> None:
        def go_on_when_quiet() -> None:
            while words := held_up():
                task.held_up_by = words
                time.sleep(LOOK_AGAIN_SECONDS)
            task.held_up_by = ""

        def tell(share: float) -> None:
            task.share = share
            go_on_when_quiet()

        try:
            with self._one_at_a_time:
                go_on_when_quiet()
                task.finding = work(tell)
        except Refused as refused:
            task.refusal = str(refused)
        except Exception:  # whoever waits must hear that nothing will come
            log.exception("the advisory view was not worked out")
            task.refusal = WENT_WRONG
        finally:
            task.over.set()
