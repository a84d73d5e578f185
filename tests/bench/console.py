"""A host at the console: a real Streamlit session over its websocket that draws /host anew once a second.

`python -m tests.bench.console ADDRESS COOKIE QUERY` runs until it is ended, and prints one line a drawing: the moment
(system's monotonic clock) and the seconds from asking to `script_finished`. In a process of its own, beside the load.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import machine
from tests.bench.hall import SITTING, Hall

EVERY, ANSWER_SECONDS = 1.0, 30.0
ON_THE_PAGE = "打开大屏"


@dataclass(frozen=True, slots=True)
class Console:
    """What the host's session wrote down so far."""

    log: Path

    def between(self, since: float, until: float) -> list[float]:
        """Seconds of every drawing that was asked for between these moments."""
        lines = [line.split() for line in self.log.read_text().splitlines()]
        return [float(one[1]) for one in lines if len(one) == 2 and since <= float(one[0]) < until]


@contextmanager
def watching(hall: Hall, folder: Path) -> Iterator[Console]:
    """A host who looks at this hall while the block runs."""
    console = Console(folder / "console.log")
    command = [sys.executable, "-m", "tests.bench.console", hall.address, hall.host_cookie(), f"s={SITTING}"]
    with console.log.open("wb") as out:
        host = subprocess.Popen(machine.pinned(command, machine.LOAD_CORE), stdout=out, stderr=subprocess.STDOUT)
        try:
            for _ in range(300):
                if host.poll() is not None or console.between(0, time.monotonic()):
                    break
                time.sleep(0.1)
            if host.poll() is not None or not console.between(0, time.monotonic()):
                raise RuntimeError(f"the console was not drawn:\n{console.log.read_text(errors='replace')[-2000:]}")
            yield console
            if host.poll() is not None:
                raise RuntimeError(f"the console ended:\n{console.log.read_text(errors='replace')[-2000:]}")
        finally:
            host.terminate()
            host.wait(timeout=30)


def keep_drawing(address: str, cookie: str, query: str) -> None:
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from websockets.sync.client import connect
    from websockets.typing import Subprotocol

    with connect(f"{address.replace('http', 'ws', 1)}/_stcore/stream", subprotocols=[Subprotocol("streamlit")],
                 additional_headers={"Cookie": cookie}, compression=None, max_size=None) as session:
        page, seen = "", False
        while True:
            asked = time.monotonic()
            ask = BackMsg()
            ask.rerun_script.query_string = query
            if page:
                ask.rerun_script.page_script_hash = page
            else:
                ask.rerun_script.page_name = "host"
            ask.rerun_script.context_info.timezone = "Asia/Shanghai"
            ask.rerun_script.context_info.url = f"{address}/host"
            session.send(ask.SerializeToString())
            while True:
                told = ForwardMsg()
                raw = session.recv(timeout=ANSWER_SECONDS)
                assert isinstance(raw, bytes)
                told.ParseFromString(raw)
                kind = told.WhichOneof("type")
                seen = seen or ON_THE_PAGE.encode() in raw
                if kind == "new_session":
                    page = told.new_session.page_script_hash
                elif kind == "delta" and told.delta.new_element.WhichOneof("type") == "exception":
                    raise RuntimeError(told.delta.new_element.exception.message)
                elif kind == "script_finished" and told.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    break
            if not seen:
                raise RuntimeError("this is not the host's console")
            print(asked, time.monotonic() - asked, flush=True)
            time.sleep(max(0.0, asked + EVERY - time.monotonic()))


if __name__ == "__main__":
    keep_drawing(*sys.argv[1:4])
