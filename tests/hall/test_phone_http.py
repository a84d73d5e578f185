"""The phones' routes as HTTP has it: origins, encodings, methods, the hall's clock with every poll, and the tag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from db.values import Declaration, Shortcoming
from hall.moment.network import host_of, same_host
from hall.phones.phone_view import milliseconds, news_of
from tests.hall.make_phones import Phones

MARKS = {"m.U1.quality": "90", "m.U1.place": "88.5"}


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Phones]:
    made = Phones(tmp_path, public_url="https://Lei.example:443")
    yield made
    made.shut()


def send(phones: Phones, opened: int, **headers: str) -> Any:
    return phones.http.post("/b/secret-L1", json={"round": str(opened), "nonce": "n1", **MARKS},
                            headers={"Accept": "application/json", **headers})


@pytest.mark.parametrize(("host", "origin", "status"), [
    ("h:80", "http://h", 200), ("H", "http://h", 200), ("h", "http://H:80", 200), ("h:443", "https://h", 200),
    ("h", "https://h:443", 200), ("other", "https://lei.example", 200), ("[::1]:80", "http://[::1]", 200),
    ("h:443", "http://h", 403), ("h:80", "http://h:81", 403), ("h", "http://h.evil", 403), ("h:8080", "http://h", 403),
])
def test_case_and_default_ports_make_no_other_origin(phones: Phones, host: str, origin: str, status: int) -> None:
    assert send(phones, phones.open("U1"), Host=host, Origin=origin).status_code == status


def test_a_host_is_written_in_one_way() -> None:
    assert host_of("HTTPS://H:443/x") == host_of("http://h:80") == host_of("http://h") == "h"
    assert host_of("http://h:443") == "h:443" and host_of("https://h:80") == "h:80" and host_of("http://[") == ""
    assert same_host("http://h", "H:80") and not same_host("garbage", "") and not same_host("http://h", "g")


@pytest.mark.parametrize(("method", "path", "allowed"), [
    ("PUT", "/b/secret-L1", {"GET", "HEAD", "POST"}), ("DELETE", "/b/secret-L1", {"GET", "HEAD", "POST"}),
    ("POST", "/b/secret-L1/now", {"GET", "HEAD"}), ("GET", "/b/secret-L1/check", {"POST"}),
])
def test_a_method_that_is_not_allowed_is_answered_in_words_with_those_that_are(
        phones: Phones, method: str, path: str, allowed: set[str]) -> None:
    answer = phones.http.request(method, path)

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == allowed
    assert "二维码" in answer.text and "Method" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_an_address_under_a_badge_that_does_not_exist_is_answered_in_words(phones: Phones) -> None:
    answer = phones.http.get("/b/secret-L1/elsewhere")

    assert answer.status_code == 404 and "二维码" in answer.text


@pytest.mark.parametrize("accepted", ["gzip;q=0", "br, gzip; q=0.0", "identity", "GZIP;Q=0"])
def test_who_refuses_gzip_gets_none(phones: Phones, accepted: str) -> None:
    phones.open("U1")
    for path in ("/b/secret-L1", "/b"):
        answer = phones.http.get(path, headers={"Accept-Encoding": accepted})
        assert "content-encoding" not in answer.headers and "<html" in answer.text


@pytest.mark.parametrize("accepted", ["gzip", "gzip;q=0.5, br", "deflate, GZip"])
def test_who_takes_gzip_gets_it(phones: Phones, accepted: str) -> None:
    phones.open("U1")
    assert phones.http.get("/b/secret-L1", headers={"Accept-Encoding": accepted}).headers["content-encoding"] == "gzip"


def test_json_is_json_however_it_is_written(phones: Phones) -> None:
    opened = phones.open("U1")
    body = f'{{"round": "{opened}", "nonce": "n", "m.U1.quality": "90", "m.U1.place": "80"}}'

    answer = phones.http.post("/b/secret-L1", content=body, headers={"Content-Type": "Application/JSON"})

    assert answer.status_code == 200 and answer.json()["status"] == "accepted"


def test_every_poll_tells_the_halls_clock(phones: Phones) -> None:
    phones.open("U1")
    first = phones.http.get("/b/secret-L1/now")
    phones.clock.pass_seconds(7)
    second = phones.http.get("/b/secret-L1/now", headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, second.status_code) == (200, 304)
    assert int(second.headers["x-now"]) == int(first.headers["x-now"]) + 7000 == milliseconds(phones.clock())


@pytest.mark.parametrize("changes", [
    {"name": "新名字"}, {"presenter": "县长"}, {"declaration": Declaration(shortcomings=(Shortcoming(text="又一条"),))}])
def test_the_tag_changes_with_what_the_page_says_of_a_unit(phones: Phones, changes: dict[str, Any]) -> None:
    phones.open("U1")
    before, seat = phones.snapshot, phones.house.live.seat("secret-L1")
    assert seat is not None

    def tag(key: str, **mended: Any) -> str:
        targets = tuple(replace(one, **mended) if one.key == key else one for one in before.targets)
        return news_of(replace(before, targets=targets, by_key={one.key: one for one in targets}, kept={}), seat, None).etag

    assert tag("U1", **changes) != tag("U1") == tag("U1")
    assert tag("U3", **changes) == tag("U1")  # of another round, and not the next one
