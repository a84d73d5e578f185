"""What a run drew reaches the browser, though the clock's next tick comes before the event loop has carried it there.

A real Streamlit runtime in a process of its own; the event loop is held for a moment, as many phones hold it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = '''
import streamlit as st

@st.fragment
def window():
    chosen = st.selectbox("unit", ["first", "second"])
    st.html(f"<p>drawn for {chosen}</p>")

@st.fragment(run_every="1h")
def live():
    st.html("<p>live</p>")

window()
live()
'''
TICK_BEFORE_IT_IS_HEARD = '''
import asyncio, sys, time
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.runtime import Runtime, RuntimeConfig
from streamlit.runtime.session_manager import SessionClient

class Browser(SessionClient):
    def __init__(self):
        self.got = []
    def write_forward_msg(self, msg):
        self.got.append(msg)
    def html(self):
        return [m.delta.new_element.html.body for m in self.got if m.delta.new_element.HasField("html")]
    def ended(self):
        return sum(m.WhichOneof("type") == "script_finished" for m in self.got)

async def until(true):
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.01)
    sys.exit("waited in vain")

async def main(script, with_care):
    if with_care:
        from pages._redraws import hear_every_run_to_its_end
        hear_every_run_to_its_end()
        hear_every_run_to_its_end()
    runtime = Runtime(RuntimeConfig(script_path=script, media_file_storage=MemoryMediaFileStorage("/media"),
                                    uploaded_file_manager=MemoryUploadedFileManager("/upload")))
    await runtime.start()
    browser = Browser()
    key = runtime.connect_session(client=browser, user_info={})
    first = BackMsg(); first.rerun_script.query_string = ""
    runtime.handle_backmsg(key, first)
    await until(lambda: browser.ended() == 1)
    of = {m.delta.new_element.html.body: m.delta.fragment_id for m in browser.got if m.delta.new_element.HasField("html")}
    box = next(m.delta.new_element.selectbox.id for m in browser.got if m.delta.new_element.HasField("selectbox"))
    session = runtime.get_app_session(key)

    def asked(fragment, of_itself=False):
        ask = BackMsg(); ask.rerun_script.fragment_id = fragment; ask.rerun_script.is_auto_rerun = of_itself
        state = ask.rerun_script.widget_states.widgets.add(); state.id = box; state.string_value = "second"
        return ask

    await until(lambda: session._scriptrunner is None)
    runtime.handle_backmsg(key, asked(of["<p>drawn for first</p>"]))
    runner = session._scriptrunner
    deadline = time.monotonic() + 10
    while runner._script_thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)  # the loop is held: what the run drew waits in it
    runtime.handle_backmsg(key, asked(of["<p>live</p>"], of_itself=True))
    runtime.handle_backmsg(key, asked(of["<p>live</p>"], of_itself=True))
    await until(lambda: browser.html().count("<p>live</p>") >= 2)
    print("drawn" if "<p>drawn for second</p>" in browser.html() else "lost")
    runtime.stop(); await runtime.stopped

asyncio.run(main(sys.argv[1], sys.argv[2] == "with"))
'''


def _run(tmp_path: Path, care: str) -> str:
    (tmp_path / "app.py").write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", TICK_BEFORE_IT_IS_HEARD, str(tmp_path / "app.py"), care],
                          capture_output=True, text=True, timeout=60, check=False,
                          cwd=Path(__file__).parent.parent.parent, env={**os.environ, "PYTHONPATH": "."})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_window_is_redrawn_though_the_clock_ticks_before_the_loop_has_carried_it(tmp_path: Path) -> None:
    assert _run(tmp_path, "with") == "drawn"


def test_streamlit_alone_loses_it(tmp_path: Path) -> None:
    """When this fails, Streamlit has mended it, and `pages/_redraws.py` can go."""
    assert _run(tmp_path, "without") == "lost"
