"""What a run drew reaches the browser, though the clock's next tick comes before the event loop has carried it there,
or before the queue has been sent.

A real Streamlit runtime in a process of its own; the event loop is held for a moment, as many phones hold it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = '''
import builtins
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
builtins.gate.wait()
'''
IN_A_BROWSER = '''
import asyncio, builtins, sys, threading, time
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

builtins.gate = threading.Event()  # a page's run does not end before
builtins.gate.set()

async def main(script, case, with_care):
    if with_care:
        from pages._redraws import lose_no_redraw
        lose_no_redraw()
        lose_no_redraw()
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

    def hold_until_ended(runner):
        deadline = time.monotonic() + 10
        while runner._script_thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)  # the loop is held: what the run drew waits in it

    await until(lambda: session._scriptrunner is None)
    before = len(browser.got)
    if case == "unheard":
        runtime.handle_backmsg(key, asked(of["<p>drawn for first</p>"]))
        hold_until_ended(session._scriptrunner)
        runtime.handle_backmsg(key, asked(of["<p>live</p>"], of_itself=True))
        runtime.handle_backmsg(key, asked(of["<p>live</p>"], of_itself=True))
        await until(lambda: browser.html().count("<p>live</p>") >= 2)
        print("drawn" if "<p>drawn for second</p>" in browser.html() else "lost")
    else:
        builtins.gate.clear()
        runtime.handle_backmsg(key, asked(""))
        runtime.handle_backmsg(key, asked(of["<p>live</p>"], of_itself=True))
        builtins.gate.set()
        hold_until_ended(session._scriptrunner)
        await until(lambda: browser.ended() == 3)
        page, tick = [], []
        for m in browser.got[before:]:
            of_run = tick if any(one.WhichOneof("type") == "script_finished" for one in page) else page
            of_run.append(m)
        drawn = [m.delta.new_element.html.body for m in page if m.delta.new_element.HasField("html")]
        assert page[-1].script_finished == page[-1].FINISHED_SUCCESSFULLY, page[-1]
        assert ["<p>live</p>"] == [m.delta.new_element.html.body for m in tick if m.delta.new_element.HasField("html")]
        print("drawn" if drawn == ["<p>drawn for second</p>", "<p>live</p>"] else "lost" if drawn else "nothing")
    runtime.stop(); await runtime.stopped

asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3] == "with"))
'''


def _run(tmp_path: Path, case: str, care: str) -> str:
    (tmp_path / "app.py").write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", IN_A_BROWSER, str(tmp_path / "app.py"), case, care],
                          capture_output=True, text=True, timeout=60, check=False,
                          cwd=Path(__file__).parent.parent.parent, env={**os.environ, "PYTHONPATH": "."})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("case", ["unheard", "unsent"])
def test_all_that_was_drawn_arrives_though_the_clock_ticks_before_it_has(tmp_path: Path, case: str) -> None:
    """`unheard`: it waits in the loop. `unsent`: it waits in the queue, and the page's run is whole when it ends."""
    assert _run(tmp_path, case, "with") == "drawn"


@pytest.mark.parametrize("case", ["unheard", "unsent"])
def test_streamlit_alone_loses_it(tmp_path: Path, case: str) -> None:
    """When this fails, Streamlit has mended it, and that half of `pages/_redraws.py` can go."""
    assert _run(tmp_path, case, "without") == "lost"
