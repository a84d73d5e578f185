"""No redraw is lost between a press and the clock.

Streamlit 1.67 runs a session's script on a thread, and carries what it drew to the browser through the event loop. When
the thread has ended and its last words still wait there, a fragment's next tick (`run_every`) makes a new runner at
once, and what waits is thrown away as the words of a runner that is no longer the current one: a window on the console
then goes on showing the unit chosen before. Here the next run begins when the last one has been heard to its end.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import RerunData, ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests

_WRAPPED = "_leitai_hears_to_the_end"


def hear_every_run_to_its_end() -> None:
    """Once for the process, before the first session."""
    if hasattr(AppSession, _WRAPPED):
        return
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
    setattr(AppSession, _WRAPPED, True)
