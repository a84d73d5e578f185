"""The bench itself: answers are read whole, limits mean what they say, and the slow disk is slow."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from subprocess import run

import pytest

from tests.bench import __main__ as bench
from tests.bench import ballots, limits, shim
from tests.bench.figure import Measured, part
from tests.bench.limits import LIMITS, held
from tests.bench.wire import Reply, request, whole_reply

FSYNCS = """
import os, sys, time
file = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)
began = time.perf_counter()
for _ in range(10):
    os.fsync(file)
    os.fdatasync(file)
print(time.perf_counter() - began)
"""


def test_an_answer_is_read_when_its_last_byte_is_there() -> None:
    told = b'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 4\r\n\r\n{}{}'

    early = [whole_reply(told[:n]) for n in range(len(told))]

    assert early == [None] * len(told)
    assert whole_reply(told) == Reply(status=200, head=told[:-8], body=b"{}{}")


def test_nothing_new_has_no_body_and_keeps_its_tag() -> None:
    reply = whole_reply(b'HTTP/1.1 304 Not Modified\r\netag: "a"\r\n\r\n')

    assert reply is not None and (reply.status, reply.body, reply.header(b"etag")) == (304, b"", b'"a"')


def test_an_answer_whose_end_cannot_be_known_is_no_answer() -> None:
    with pytest.raises(ValueError, match="without a length"):
        whole_reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{}{}\r\n0\r\n\r\n")


def test_a_phone_says_what_it_has() -> None:
    assert b'\r\nIf-None-Match: "a"\r\n' in request("GET", "/b/x/now", 1, tag='"a"')
    assert b"If-None-Match" not in request("GET", "/b/x/now", 1)


@pytest.mark.parametrize(("name", "value", "missed", "reached"), [
    (limits.BARE, 0.59, True, False), (limits.BARE, 0.6, False, False), (limits.BARE, 1.0, False, True),
    (limits.WINDOW, 2.01, True, False), (limits.WINDOW, 2, False, False), (limits.WINDOW, 1.3, False, True),
    (limits.CROWD_LOST, 1, True, False), (limits.POSTGRES_RATE, 0.9, False, False),
    (limits.BARE, None, False, False), ("for information", 7, False, False),
])
def test_a_must_is_missed_on_its_wrong_side_only(name: str, value: float | None, missed: bool, reached: bool) -> None:
    figure = held(name, value)

    assert (figure.missed, figure.reached) == (missed, reached)


def test_every_aim_lies_beyond_its_must() -> None:
    for limit in LIMITS.values():
        if limit.must is not None and limit.aim is not None:
            assert limit.met(limit.aim, limit.must)


def test_the_part_of_values() -> None:
    assert part(range(100), 0.95) == 95
    assert part([], 0.5) == 0


def test_a_slow_disk_is_slow_or_its_figure_says_why_it_is_not_measured(tmp_path: Path) -> None:
    try:
        under = shim.slow_fsync(tmp_path, 5_000)
    except shim.NoCompiler:
        assert [(one.value, one.detail) for one in ballots.measure_slow(tmp_path).figures] == [(None, "no C compiler")]
        return

    told = run([sys.executable, "-c", FSYNCS, str(tmp_path / "file")], env={**os.environ, **under}, check=True,
               capture_output=True, text=True, timeout=60)

    assert float(told.stdout) >= 20 * 0.005


def test_a_part_that_breaks_fails_the_bench_and_keeps_the_other_figures(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def breaks(_folder: Path) -> Measured:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(bench, "PARTS", {"good": lambda _folder: Measured(figures=(held(limits.BARE, 0.7),)),
                                         "bad": breaks})

    assert (bench.main(["good"]), bench.main(["good", "bad"]), bench.main(["other"])) == (0, 1, 2)
    printed = capsys.readouterr().out
    assert f"ok           {limits.BARE}: 0.70" in printed and "MISSED       bad: could not be measured" in printed
