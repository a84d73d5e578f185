"""What a sitting needs around it: screen, disk, clock, backup, and an address that phones can reach."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from hall.care import backup
from hall.moment.network import lan_address
from hall.moment.screens import Screens
from hall.preflight import LOCAL
from hall.surroundings import backup_line, clock_line, disk_line, screen_line, surroundings, try_address
from tests import make

NOW = make.START


def look(line):
    return "■" if not line.ok else "▲" if line.warns else "○" if line.unsure else "●"


class Answering(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, *_about: object) -> None:
        """Keep the test's output clean."""


@contextmanager
def answering(status: int = 200) -> Iterator[int]:
    server = HTTPServer(("", 0), type("Said", (Answering,), {"status": status}))
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_screen_is_connected_for_ten_seconds_after_it_was_drawn():
    screens = Screens()
    screens.seen("small", NOW)

    assert screens.connected("small", NOW + timedelta(seconds=10))
    assert not screens.connected("small", NOW + timedelta(seconds=11))
    assert not screens.connected("other", NOW)
    assert screens.last("small") == NOW


def test_the_screen_says_whether_it_is_there():
    later = NOW + timedelta(minutes=3)

    assert look(screen_line(NOW, NOW, connected=True)) == "●"
    gone, never = screen_line(NOW, later, connected=False), screen_line(None, later, connected=False)
    assert look(gone) == look(never) == "▲"
    assert "09:00:00以后没有动静" in gone.words and "从主持台打开大屏" in never.words


@pytest.mark.parametrize(("free", "shape"), [(199_999_999, "■"), (999_999_999, "▲"), (1_000_000_000, "●")])
def test_a_full_disk_is_red_before_it_stops_anything(free, shape):
    assert look(disk_line(free)) == shape


@pytest.mark.parametrize(("seconds", "shape"), [(0, "●"), (2, "●"), (3, "▲"), (-90, "▲")])
def test_a_clock_that_was_set_meanwhile_is_amber(seconds, shape):
    line = clock_line(NOW + timedelta(seconds=seconds), NOW)

    assert look(line) == shape
    assert ("快3秒" in line.words) == (seconds == 3) and ("慢90秒" in line.words) == (seconds == -90)


def test_a_backup_is_found_in_the_record(house, tmp_path):
    make.sitting(house)
    assert look(backup_line(None, NOW)) == "■"
    assert next(one for one in surroundings(house, "small") if one.topic == "备份").words.startswith("还没有备份过")

    backup(house.database, tmp_path / "copy.db", by="host", at=house.clock())

    assert next(look(one) for one in surroundings(house, "small") if one.topic == "备份") == "●"
    house.clock.advance(24 * 3600 + 1)
    assert next(look(one) for one in surroundings(house, "small") if one.topic == "备份") == "▲"


def test_every_line_is_drawn_quickly(house):
    make.sitting(house)
    begun = time.monotonic()

    assert [one.topic for one in surroundings(house, "small")] == ["大屏", "磁盘", "时钟", "备份", "彩排", "字体"]
    assert time.monotonic() - begun < 0.5


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:8501", "http://localhost:8501"])
def test_an_address_of_this_machine_alone_is_red(address):
    assert look(try_address(address)) == "■"


@pytest.mark.skipif(lan_address() in LOCAL, reason="this machine is on no network")
def test_an_address_of_this_machine_that_answers_is_green():
    with answering() as port:
        line = try_address(f"http://{lan_address()}:{port}")

    assert look(line) == "●" and "是本机，有应答" in line.words


def test_an_address_that_answers_and_is_not_ours_is_amber():
    with answering() as port:
        line = try_address(f"http://127.0.0.2:{port}/")

    assert look(line) == "▲" and "不是本机的地址" in line.words


def test_an_address_that_answers_with_trouble_or_not_at_all_is_red_within_four_seconds():
    with answering(503) as port:
        assert look(try_address(f"http://127.0.0.2:{port}")) == "■"
    with socket.create_server(("127.0.0.2", 0)) as deaf:
        begun = time.monotonic()
        line = try_address(f"http://127.0.0.2:{deaf.getsockname()[1]}")
        assert look(line) == "■" and "没有应答" in line.words
        assert time.monotonic() - begun < 4.5
    assert look(try_address(f"http://127.0.0.2:{port}")) == "■"
