"""The ledger: three ways to cap, effects, reversals. The numbers are worked by hand in the tables."""

import pytest

from scoring.ledger import balances
from scoring.package import LedgerRow
from tests.scoring import make


def book(cap: dict[str, str], *entries: tuple[str, str]) -> list[tuple[str, str]]:
    rows = [LedgerRow("A", f"Q{i}", "", kind, points) for i, (kind, points) in enumerate(entries, start=1)]
    (account,) = balances(make.rule(ledger=cap).ledger, rows)
    return [(str(entry.effect), str(entry.balance)) for entry in account.entries]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("separate", [("1", "1"), ("0", "1"), ("-1/2", "1/2"), ("-1/2", "0"), ("0", "0")]),
        ("net", [("1", "1"), ("0", "1"), ("0", "1"), ("-3/2", "-1/2"), ("1/2", "0")]),
        ("running", [("1", "1"), ("0", "1"), ("-1/2", "1/2"), ("-3/2", "-1"), ("1/2", "-1/2")]),
    ],
)
def test_the_three_ways_to_cap_a_ledger(mode: str, expected: list[tuple[str, str]]) -> None:
    cap = {"bonus_cap": "1", "deduction_cap": "-1", "cap_mode": mode}
    entries = (("bonus", "1"), ("bonus", "0.5"), ("deduction", "-0.5"), ("deduction", "-1.5"), ("bonus", "0.5"))

    assert book(cap, *entries) == expected


def test_without_caps_the_balance_is_the_plain_sum() -> None:
    assert book({}, ("bonus", "2"), ("deduction", "-0.5"), ("bonus", "1/3")) == [
        ("2", "2"),
        ("-1/2", "3/2"),
        ("1/3", "11/6"),
    ]


def test_a_reversal_carries_the_kind_of_what_it_reverses() -> None:
    cap = {"bonus_cap": "1"}

    assert book(cap, ("bonus", "3"), ("deduction", "-1"), ("bonus", "-3")) == [("1", "1"), ("-1", "0"), ("-1", "-1")]


def test_units_do_not_touch_each_other_and_print_as_the_contract_shows() -> None:
    rows = [LedgerRow("B", "Q1", "", "bonus", "2"), LedgerRow("A", "Q1", "", "bonus", "2"), LedgerRow("B", "Q2", "", "bonus", "1")]
    accounts = balances(make.rule(ledger={"bonus_cap": "2.5"}).ledger, rows)

    assert [account.unit for account in accounts] == ["A", "B"]
    assert accounts[1].as_json() == {
        "balance": "5/2",
        "uncapped": "3",
        "bonus": "5/2",
        "deduction": "0",
        "entries": [
            {"period": "Q1", "points": "2", "effect": "2", "balance": "2"},
            {"period": "Q2", "points": "1", "effect": "1/2", "balance": "5/2"},
        ],
    }
