"""Signing in: the first link, passwords, cookies that survive, and pages that show nothing without them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from hall import door
from office import people
from office.people import Role
from office.refusal import NotAllowed, NotFound, Refused
from tests import make

PASSWORD = "长密码 with spaces 1"
pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def client(house: make.House) -> Iterator[TestClient]:
    async def page(_request: object) -> PlainTextResponse:
        return PlainTextResponse("the page itself")

    app = Starlette(
        routes=[*door.routes(house), Route("/host", page), Route("/free", page)],
        middleware=[Middleware(door.SendToDoor, house=house, paths=frozenset({"/", "/host"}))])
    with TestClient(app, base_url="http://hall.test", follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def first(house: make.House) -> str:
    secret = people.first_link(house.database, at=house.clock())
    assert secret is not None
    return secret


def set_password(client: TestClient, secret: str, password: str = PASSWORD, again: str | None = None):  # type: ignore[no-untyped-def]
    return client.post(f"/door/link/{secret}", data={"password": password, "again": again or password},
                       headers={"Origin": "http://hall.test"})


def test_the_first_link_sets_the_administrators_password_once(client: TestClient, house: make.House, first: str) -> None:
    assert "设置您的密码" in client.get(f"/door/link/{first}").text
    answer = set_password(client, first)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert client.get("/host").text == "the page itself"
    again = set_password(client, first, "another password 9")
    assert again.status_code == 404 and "已经用过" in again.text
    assert people.first_link(house.database, at=house.clock()) is None


def test_there_is_no_default_password(client: TestClient, first: str) -> None:
    for password in ("", "admin", "password", "123456"):
        assert client.post("/door", data={"name": "admin", "password": password}).status_code == 401


def test_the_newest_first_link_is_the_one_that_works(client: TestClient, house: make.House, first: str) -> None:
    newer = people.first_link(house.database, at=house.clock())

    assert client.get(f"/door/link/{first}").status_code == 404
    assert newer is not None and set_password(client, newer).status_code == 303


@pytest.mark.parametrize(("password", "again", "words"), [
    ("short", "short", "至少8位"), ("aaaaaaaaaa", "aaaaaaaaaa", "太简单"), (PASSWORD, "something else", "不一样")])
def test_a_password_that_will_not_do_is_refused_in_words(
        client: TestClient, first: str, password: str, again: str, words: str) -> None:
    answer = set_password(client, first, password, again)

    assert answer.status_code == 422 and words in answer.text
    assert set_password(client, first).status_code == 303


@pytest.mark.parametrize("path", ["/", "/host", "/host?s=a&x=1"])
def test_a_page_without_sign_in_is_the_door_and_nothing_else(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 303 and answer.headers["location"].startswith("/door?next=")
    assert client.get("/free").text == "the page itself"


def test_after_signing_in_one_is_where_one_wanted_to_be(client: TestClient, first: str) -> None:
    set_password(client, first)
    client.cookies.clear()
    goal = client.get("/host?s=small").headers["location"]
    assert 'value="/host?s=small"' in client.get(goal).text
    answer = client.post("/door", data={"name": "admin", "password": PASSWORD, "next": "/host?s=small"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/host?s=small")


@pytest.mark.parametrize("goal", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere_after_signing_in(client: TestClient, first: str, goal: str) -> None:
    set_password(client, first)
    answer = client.post("/door", data={"name": "admin", "password": PASSWORD, "next": goal})

    assert answer.headers["location"] == "/"


def test_signing_out_ends_the_sign_in_on_the_server(client: TestClient, first: str) -> None:
    set_password(client, first)
    token = client.cookies[door.COOKIE]
    assert client.post("/door/out").status_code == 303
    client.cookies.set(door.COOKIE, token)

    assert client.get("/host").status_code == 303


@pytest.mark.parametrize("path", ["/door", "/door/out", "/door/link/whatever"])
def test_a_post_from_another_site_is_refused(client: TestClient, first: str, path: str) -> None:
    set_password(client, first)

    assert client.post(path, data={"name": "admin", "password": PASSWORD},
                       headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.get("/host").text == "the page itself"


def test_an_origin_that_is_no_address_is_refused_in_words(client: TestClient, first: str) -> None:
    assert client.post("/door", data={"name": "admin", "password": PASSWORD},
                       headers={"Origin": "http://["}).status_code == 403


def test_guessing_is_slowed_down(client: TestClient, first: str) -> None:
    set_password(client, first)
    client.cookies.clear()
    answers = [client.post("/door", data={"name": "admin", "password": f"guess {n}"}).status_code for n in range(10)]

    assert answers[:8] == [401] * 8 and answers[8:] == [429, 429]


def test_nobody_locks_another_address_out(client: TestClient, first: str) -> None:
    set_password(client, first)
    stranger = TestClient(client.app, base_url="http://hall.test", follow_redirects=False, client=("192.168.1.66", 5))
    guesses = [stranger.post("/door", data={"name": "admin", "password": f"guess {n}"}).status_code for n in range(9)]
    client.cookies.clear()

    assert guesses == [401] * 8 + [429]
    assert stranger.post("/door", data={"name": "admin", "password": PASSWORD}).status_code == 429
    assert client.post("/door", data={"name": "admin", "password": PASSWORD}).status_code == 303
    assert stranger.post("/door", data={"name": "admin", "password": PASSWORD}).status_code == 429


def test_a_stopped_person_is_out_at_once(client: TestClient, house: make.House, first: str) -> None:
    set_password(client, first)
    secret = people.add_staff(house.database, name="计票员1", title="计票员", roles=[Role.CLERK], by="admin",
                              at=house.clock())
    client.cookies.clear()
    set_password(client, secret)
    assert client.get("/host").text == "the page itself"
    people.set_active(house.database, "计票员1", False, by="admin", at=house.clock())

    assert client.get("/host").status_code == 303
    assert client.post("/door", data={"name": "计票员1", "password": PASSWORD}).status_code == 401


def test_the_last_administrator_cannot_be_stopped(client: TestClient, house: make.House, first: str) -> None:
    set_password(client, first)

    with pytest.raises(Refused, match="最后一位管理员"):
        people.set_active(house.database, "admin", False, by="admin", at=house.clock())


def test_a_link_expires(client: TestClient, house: make.House, first: str) -> None:
    house.clock.advance(73 * 3600)  # type: ignore[attr-defined]

    with pytest.raises(NotFound):
        people.link_owner(house.database, first, at=house.clock())


def test_a_sign_in_expires(client: TestClient, house: make.House, first: str) -> None:
    set_password(client, first)
    house.clock.advance(15 * 86400)  # type: ignore[attr-defined]

    assert client.get("/host").status_code == 303


def test_bodies_that_are_too_large_or_not_a_form(client: TestClient, first: str) -> None:
    assert client.post("/door", content=b"x" * 2_000_000).status_code == 403
    assert client.post("/door", content=b"\xff\xfe\x00").status_code == 401


def test_an_unknown_name_takes_the_work_of_a_wrong_password(house: make.House) -> None:
    """The hash that stands for nobody's is made as strong as a real one; weaker, it would tell who is on the staff."""
    assert not PasswordHasher().check_needs_rehash(people._NOBODYS)
    with pytest.raises(NotAllowed, match="登录名或密码不对"):
        people.sign_in(house.database, "nobody", PASSWORD, at=house.clock())
