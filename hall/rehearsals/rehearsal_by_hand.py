"""`leitai rehearse`: a rehearsal from the server's own command line, for as long as the command runs."""

from __future__ import annotations

import signal
import sys
import time

from db.engine import Database
from hall.house import utc_now
from hall.rehearsals import crowds, rehearsing
from office.prints.badges import qr_terminal
from office.refusal import Refused

BY = "命令行"


def rehearse(database: Database, sitting: str, *, phones: int, host: str, port: int | None, end: bool) -> int:
    """Begin or continue the rehearsal of this sitting and stay until Ctrl+C; with `end` throw its data away."""
    known = rehearsing.rehearsed(database)
    if end:
        if known is not None and known.key != sitting:
            raise Refused(f"留着的是“{known.key}”的彩排。要清除它，请用 leitai rehearse {known.key} --end。")
        rehearsing.finish(database)
        print("彩排已结束，数据已清除。")
        return 0
    if known is None:
        rehearsing.prepare(database, sitting, by=BY, at=utc_now())
    elif known.key != sitting:
        raise Refused(f"还留着“{known.key}”的彩排。请先用 leitai rehearse {known.key} --end 清除。")
    else:
        print("接着上一次彩排。要重新开始，请先加 --end 清除。", file=sys.stderr)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, it takes its server with it
    shown = rehearsing.start(database, host=host, at=utc_now(), port=port)
    copy = Database(f"sqlite:///{rehearsing.place_of(database)}")
    try:
        while shown.is_running and not shown.answers():
            time.sleep(0.3)
        _announce(shown)
        if phones:
            on = crowds.begin(copy, sitting, count=phones, speed=crowds.Speed.USUAL, late=0,
                              base=f"http://{rehearsing.AT_HOME}:{shown.port}", by=BY, at=utc_now())
            print(f"{on.count}部模拟手机已上线，主持人一开始打分它们就打。", flush=True)
        while shown.is_running:
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        crowds.end(copy)
        copy.dispose()
        rehearsing.stop(database)
    print(f"彩排已停下，数据还在 {rehearsing.place_of(database).name}。清除：leitai rehearse {sitting} --end", flush=True)
    return 0


def _announce(shown: rehearsing.Rehearsal) -> None:
    print("\n彩排已开始，和正式数据互不相干。入口（不用密码）：")
    for one in shown.entrances:
        print(f"  {one.words}  http://{rehearsing.AT_HOME}:{shown.port}{one.path}")
    print(f"手机在同一网络里访问：\n  {shown.phones}")
    print(qr_terminal(f"{shown.phones}/b"))
    print("按 Ctrl+C 停下。", flush=True)
