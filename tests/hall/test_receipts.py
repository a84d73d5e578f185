"""A judge looks for the own ballot in the public list."""

import pytest

from hall.moment.receipts import Found, by_target, look_up

LISTED = (("7Q2K-M4", "甲县", True), ("8888-AA", "乙县", False), ("9999-BB", "甲县", True), ("9999-BB", "乙县", True))


@pytest.mark.parametrize(("asked", "found", "words"), [
    ("7Q2K-M4", Found.COUNTED, "您的回执码 7Q2K-M4 已计入：甲县。"),
    (" 7q2k m4 ", Found.COUNTED, "您的回执码 7Q2K-M4 已计入：甲县。"),
    ("9999BB", Found.COUNTED, "您的回执码 9999-BB 已计入：甲县、乙县。"),
    ("8888-AA", Found.REPLACED, "回执码 8888-AA 已被同一席位后来的修改代替（乙县），以后一张为准。"),
    ("0000-00", Found.UNKNOWN, "公布的回执码里没有 0000-00。请核对票上的六位字母和数字；作废的轮次不在其中。"),
])
def test_a_code_is_counted_replaced_or_not_there(asked, found, words):
    answer = look_up(LISTED, asked)

    assert answer is not None
    assert (answer.found, answer.words) == (found, words)


@pytest.mark.parametrize("asked", ["", "  ", "--"])
def test_nothing_asked_is_nothing_answered(asked):
    assert look_up(LISTED, asked) is None


def test_an_endless_text_is_cut_before_it_is_shown():
    answer = look_up(LISTED, "A" * 5000)

    assert answer is not None and len(answer.words) < 80


def test_the_public_list_stands_by_target_in_the_order_of_the_ranking():
    assert by_target(LISTED, ["乙县", "甲县", "丙县"]) == (
        ("乙县", ("8888-AA（已改）", "9999-BB")), ("甲县", ("7Q2K-M4", "9999-BB")))
