"""A table that a spreadsheet opens: Chinese intact, numbers as numbers, nothing that runs."""

from office.export import csv_of


def test_a_table_starts_with_a_byte_order_mark_and_keeps_commas_and_quotes():
    written = csv_of(("单位", "承诺"), [("甲县", '新增"百亿"项目2个，年底前')])

    assert written == "\ufeff单位,承诺\r\n甲县,\"新增\"\"百亿\"\"项目2个，年底前\"\r\n".encode()


def test_what_a_person_wrote_never_becomes_a_formula():
    rows = csv_of(("a",), [("=1+1",), ("+cmd",), ("-2+3",), ("@sum",), ("\tx",)]).decode("utf-8-sig").split("\r\n")[1:-1]

    assert rows == ["'=1+1", "'+cmd", "'-2+3", "'@sum", "'\tx"]


def test_signed_numbers_stay_numbers():
    assert csv_of(("a",), [("+3",), ("-1.5",), (None,), (7,)]).decode("utf-8-sig") == 'a\r\n+3\r\n-1.5\r\n""\r\n7\r\n'
