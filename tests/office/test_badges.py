"""Badges: a new one stops the old one; the address they carry is an address."""

from __future__ import annotations

import pytest

from office.prints.badges import issue_badges, public_url, set_public_url, stop_badge
from office.refusal import NotFound, Refused
from tests import make

BY = {"by": "host", "at": make.START}


def test_a_new_badge_stops_the_old_one_of_that_seat_alone(house):
    hall = make.sitting(house)
    old = dict(hall.secrets)

    (one,) = issue_badges(house.database, "small", ("L2",), base_url=make.BASE + "/", **BY)

    house.live.refresh()
    assert (one.seat, one.name, one.group_name) == ("L2", "市领导2席", "市领导")
    assert one.link.startswith(f"{make.BASE}/b/")
    assert house.live.seat(old["L2"]) is None
    assert house.live.seat(one.link.rsplit("/", 1)[1]).code == "L2"
    assert house.live.seat(old["L1"]).code == "L1"


def test_a_stopped_badge_opens_nothing(house):
    hall = make.sitting(house)

    stop_badge(house.database, "small", "L2", **BY)

    house.live.refresh()
    assert house.live.seat(hall.secrets["L2"]) is None


def test_badges_for_unknown_seats_are_refused_whole(house):
    hall = make.sitting(house)

    with pytest.raises(NotFound, match="X1"):
        issue_badges(house.database, "small", ("L2", "X1"), base_url=make.BASE, **BY)
    assert house.live.seat(hall.secrets["L2"]).code == "L2"


@pytest.mark.parametrize("address", ["http://192.168.1.20:8501", "https://leitai.example.gov.cn", "http://leitai:80/ "])
def test_an_address_of_phones_is_kept_without_its_slash(house, address):
    set_public_url(house.database, address, **BY)

    assert public_url(house.database, "") == address.strip().rstrip("/")


@pytest.mark.parametrize("address", ["", "192.168.1.20:8501", "http://", "http://h/b", "ftp://h", "http://h:port", "http://h h",
                                 "http://h?s=1", "http://user@h", "javascript:alert(1)"])
def test_what_is_no_address_is_refused(house, address):
    with pytest.raises(Refused, match="http://主机:端口"):
        set_public_url(house.database, address, **BY)
