"""No redraw is lost between a press and the clock.

Streamlit 1.67 runs a session's script on a thread, carries what it drew through the event loop into a queue, and sends
the queue to the browser every few milliseconds. A fragment's tick (`run_every`) may come before that is done, and takes
from it twice what is still on its way:

- When the thread has ended and its last words still wait in the loop, the tick makes a new runner at once, and what
  waits is thrown away as the words of a runner that is no longer the current one: a window on the console then goes on
  showing the unit chosen before. Here the next run begins when the last one has been heard to its end.
- When the words of a whole page wait in the queue, the tick takes its own fragment's share out of them, as it will draw
  it anew. But the end of the page's run stays in the queue, and at it the browser puts away whatever that run did not
  draw: the fragment goes, all below it moves up into its place, and the tick draws over that. Fields vanish, a window
  does not open, or the page turns white. Here a tick takes nothing out of the queue; the browser gets both in turn.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import RerunData, ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests

_WRAPPED = "_leitai_loses_no_redraw"


def lose_no_redraw() -> None:
    """Once for the process, before the first session."""
    if hasattr(AppSession, _WRAPPED):
        return
    _hear_every_run_to_its_end()
    _let_no_tick_take_from_the_queue()
    setattr(AppSession, _WRAPPED, True)


def _hear_every_run_to_its_end() -> None:
    create, handle = AppSession._create_scriptrunner, AppSession._handle_scriptrunner_event_on_event_loop
    waiting: WeakKeyDictionary[AppSession, ScriptRequests] = WeakKeyDictionary()

    def create_in_turn(session: AppSession, asked: RerunData) -> None:
        """A runner that refused has ended; it is the current one until its last event has come through the loop."""
        waiting.setdefault(session, ScriptRequests()).request_rerun(asked)
        if session._scriptrunner is None:
            begin(session)

    def handle_and_go_on(session: AppSession, sender: Any, event: ScriptRunnerEvent, *rest: Any) -> None:
        handle(session, sender, event, *rest)
        if event is ScriptRunnerEvent.SHUTDOWN and session._scriptrunner is None:
            begin(session)

    def begin(session: AppSession) -> None:
        """What was asked meanwhile, as one run, put together as Streamlit does for a runner that is at work."""
        asked = waiting.pop(session, None)
        if asked is not None and session._state is not AppSessionState.SHUTDOWN_REQUESTED:
            create(session, asked.on_scriptrunner_ready().rerun_data)

    AppSession._create_scriptrunner = create_in_turn  # type: ignore[method-assign]
    AppSession._handle_scriptrunner_event_on_event_loop = handle_and_go_on  # type: ignore[method-assign, assignment]


def _let_no_tick_take_from_the_queue() -> None:
    clear = AppSession._clear_queue

    def clear_for_a_page(session: AppSession, fragment_ids_this_run: list[str] | None = None) -> None:
        if fragment_ids_this_run:
            session._browser_queue._delta_index_map = {}  # nor is what it draws put in among the words of the run before
        else:
            clear(session, fragment_ids_this_run)

    AppSession._clear_queue = clear_for_a_page  # type: ignore[method-assign]
