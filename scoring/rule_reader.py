"""From the bytes of `rule.toml` to a coherent Rule, or to all of its faults at once.

The shape of each table is read here, with the defaults of section 2 of the contract; what only shows between tables
(weights that do not sum to one, bands without a floor, a tie-break naming no metric) is `rule_coherence.py`'s.
A table that could not be read comes out as None and is stepped over, its faults being noted already.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar

from scoring.number import RoundingMode, percent, plain
from scoring.rule_coherence import incoherences
from scoring.terms import (
    Award,
    AwardEnd,
    AwardPolicy,
    BallotKind,
    BallotTerms,
    Band,
    Basis,
    CapMode,
    Combine,
    Component,
    Criterion,
    Deduction,
    Denominator,
    EmptyGroup,
    Grade,
    Grading,
    Group,
    LedgerTerms,
    MissingCriterion,
    Ranking,
    RankMethod,
    Rounding,
    Rule,
    ShareBand,
    Trim,
    TrimScope,
    TrimUnit,
)
from scoring.toml_table import REQUIRED, Fault, FloatText, TomlTable
from scoring.words import one_sentence, quoted

HUNDRED = Fraction(100)
Value = TypeVar("Value")


class RuleRefused(ValueError):
    """An incoherent rule. `faults` holds every fault; the text is one Chinese sentence with as many as fit."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(_sentence(self.faults))


def _sentence(faults: Sequence[Fault]) -> str:
    said = ""
    for i, fault in enumerate(faults):
        more = f"{fault.key}：{fault.message}" if fault.key else fault.message
        tail = f"；另有{len(faults) - i}处" if i else ""
        if said and len(said) + len(more) + len(tail) > 440:
            return one_sentence(said + tail)
        said += ("；" if said else "") + more
    return one_sentence(said)


@lru_cache(maxsize=64)  # a rule is frozen, and a hall reads the same one with every change of its stage
def read_rule(data: bytes) -> Rule:
    """The rule in a file's bytes (UTF-8, a BOM is accepted); raises RuleRefused with all faults."""
    faults: list[Fault] = []
    top = TomlTable(_toml(data), "", faults)
    terms = _read_tables(top)
    top.finish()
    faults.extend(incoherences(terms, top.values))
    if faults:
        raise RuleRefused(faults)
    return Rule(**terms, sha256=hashlib.sha256(data).hexdigest(), source=data)


def _toml(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"), parse_float=FloatText)
    except UnicodeDecodeError:
        message = "文件不是 UTF-8 编码，请另存为 UTF-8"
    except RecursionError:
        message = "括号套得太深，请照范本写"
    except ValueError as fault:
        message = f"不合 TOML 格式（{str(fault)[:120]}），请照范本改正这一处"
    raise RuleRefused([Fault(key="", message=message)])


def _read_tables(top: TomlTable) -> dict[str, Any]:
    ballot = _ballot(top.table("ballot"))
    ballot_max = ballot.max if ballot else HUNDRED
    return {
        "id": top.text("id", ""),
        "title": top.text("title", ""),
        "version": top.count("version", 1, least=1),
        "ballot": ballot,
        "criteria": _all(_criterion(table, ballot_max) for table in top.tables("criteria")),
        "grades": _all(_grade(table) for table in top.tables("grades")),
        "grading": _grading(top.table("grading")),
        "share_bands": _all(_share_band(table) for table in top.tables("share_bands")),
        "places": _places(top),
        "groups": _all(_group(table) for table in top.tables("groups")),
        "trim": _trim(top.table("trim")),
        "combine": _combine(top.table("combine")),
        "components": _all(_component(table) for table in top.tables("components")),
        "deductions": _all(_deduction(table) for table in top.tables("deductions")),
        "rounding": _rounding(top.table("rounding")),
        "ranking": _ranking(top.table("ranking")),
        "awards": _all(_award(table) for table in top.tables("awards")),
        "bands": _all(_band(table) for table in top.tables("bands")),
        "ledger": _ledger(top.table("ledger")),
    }


def _all(values: Iterable[Any]) -> tuple[Any, ...]:
    """What could be read; faults of the rest are noted already."""
    return tuple(value for value in values if value is not None)


def _built(table: TomlTable, made: type[Value], /, *, optional: tuple[str, ...] = (), **parts: Any) -> Value | None:
    """The value of a table, once its unknown keys are named; None where a part could not be read."""
    table.finish()
    if any(value is None for name, value in parts.items() if name not in optional):
        return None
    return made(**parts)


def _ballot(table: TomlTable) -> BallotTerms | None:
    low, high, step = table.decimal("min", "0"), table.decimal("max", "100"), table.decimal("step", "1")
    if low is not None and high is not None and low >= high:
        table.fault("max", f"满分{plain(high)}不大于最低分{plain(low)}，请写得比 min 大")
    if step is not None and step <= 0:
        table.fault("step", f"分差{plain(step)}不可用，请写大于0的数")
    elif step is not None and low is not None and high is not None and low < high and step > high - low:
        table.fault("step", f"分差{plain(step)}大过整个分数范围，请写小一些的数")
    kind = table.choice("kind", BallotKind, BallotKind.POINTS)
    missing = table.choice("missing_criterion", MissingCriterion, MissingCriterion.VOID_BALLOT)
    return _built(
        table, BallotTerms, kind=kind, min=low, max=high, step=step, missing_criterion=missing
    )


def _criterion(table: TomlTable, ballot_max: Fraction) -> Criterion | None:
    key = table.key()
    own_max = table.optional_decimal("max")
    if own_max is None and (not table.has("max") or table.values["max"] == ""):
        own_max = ballot_max
    elif own_max is not None and own_max <= 0:
        table.fault("max", f"满分{plain(own_max)}不可用，请写大于0的数，与票面相同就写 \"\"")
    return _built(
        table, Criterion, key=key, name=table.text("name", key), weight=table.weight("weight"), max=own_max
    )


def _grade(table: TomlTable) -> Grade | None:
    key = table.key()
    if key in {"abstain", "dont_know"}:
        table.fault("key", f"{quoted(key)}另有含义（弃权、不了解），请换一个代号")
    return _built(
        table, Grade, key=key, name=table.text("name", key), points=table.decimal("points")
    )


def _grading(table: TomlTable) -> Grading | None:
    denominator = table.choice("denominator", Denominator, Denominator.VALID)
    return _built(table, Grading, denominator=denominator, satisfied=table.count("satisfied", 2))


def _share_band(table: TomlTable) -> ShareBand | None:
    share = table.weight("min_share")
    if share is not None and share > 1:
        table.fault("min_share", f"{percent(share)}超过100%，请写不超过100%的得票率")
    return _built(table, ShareBand, min_share=share, points=table.decimal("points"))


def _places(top: TomlTable) -> tuple[Fraction, ...] | None:
    table = top.table("places")
    if not top.has("places"):
        return ()
    points = table.decimals("points")
    table.finish()
    return points


def _group(table: TomlTable) -> Group | None:
    key, share = table.key(), table.weight("quorum_share", "0")
    secret = table.flag("secret", False)
    if share is not None and share > 1:
        table.fault("quorum_share", f"{percent(share)}超过100%，请写不超过100%的比例")
    if share and secret:
        table.fault("quorum_share", "无记名组不知道谁没有投，不能按比例定法定人数，请改用 quorum_ballots")
    return _built(
        table,
        Group,
        key=key,
        name=table.text("name", key),
        weight=table.weight("weight"),
        secret=secret,
        quorum_ballots=table.count("quorum_ballots", 0),
        quorum_share=share,
    )


def _trim(table: TomlTable) -> Trim | None:
    high, low, least = table.count("high", 0), table.count("low", 0), table.count("min_ballots", 5)
    if high is not None and low is not None and least is not None and least <= high + low:
        table.fault(
            "min_ballots", f"{least}张有效票经不起去掉{high + low}张，请写大于{high + low}的整数"
        )
    unit = table.choice("unit", TrimUnit, TrimUnit.JUDGE_TOTAL)
    scope = table.choice("scope", TrimScope, TrimScope.GROUP)
    return _built(table, Trim, high=high, low=low, min_ballots=least, unit=unit, scope=scope)


def _combine(table: TomlTable) -> Combine | None:
    policy = table.choice("empty_group", EmptyGroup, EmptyGroup.ERROR)
    return _built(table, Combine, empty_group=policy)


def _component(table: TomlTable) -> Component | None:
    key, own_max = table.key(), table.decimal("max", "100")
    if own_max is not None and own_max <= 0:
        table.fault("max", f"满分{plain(own_max)}不可用，请写大于0的数")
    return _built(table, Component, key=key, weight=table.weight("weight"), max=own_max)


def _deduction(table: TomlTable) -> Deduction | None:
    key = table.key()
    return _built(
        table, Deduction, key=key, name=table.text("name", key), points=table.decimal("points")
    )


def _rounding(table: TomlTable) -> Rounding | None:
    mode = table.choice("mode", RoundingMode, RoundingMode.HALF_UP)
    return _built(table, Rounding, places=table.count("places", 2, most=30), mode=mode)


def _ranking(table: TomlTable) -> Ranking | None:
    on = table.choice("on", Basis, Basis.EXACT)
    method = table.choice("method", RankMethod, RankMethod.STANDARD)
    return _built(table, Ranking, on=on, method=method, tie_break=table.texts("tie_break"))


def _award(table: TomlTable) -> Award | None:
    k, points = table.count("k", least=1), table.decimals("points")
    if k is not None and points is not None and len(points) not in (1, k):
        table.fault("points", f"写了{len(points)}个分值而名次有{k}个，请写1个（各名次相同）或{k}个")
    return _built(
        table,
        Award,
        end=table.choice("end", AwardEnd, AwardEnd.TOP),
        k=k,
        points=points,
        policy=table.choice("policy", AwardPolicy, AwardPolicy.SHARE),
        min_units=table.count("min_units", 0),
    )


def _band(table: TomlTable) -> Band | None:
    floor = table.optional_decimal("min", REQUIRED)
    return _built(
        table,
        Band,
        optional=("min",),
        min=floor,
        points=table.decimal("points"),
        compare=table.choice("compare", Basis, Basis.EXACT),
    )


def _ledger(table: TomlTable) -> LedgerTerms | None:
    bonus, deduction = table.optional_decimal("bonus_cap"), table.optional_decimal("deduction_cap")
    if bonus is not None and bonus < 0:
        table.fault("bonus_cap", f"加分上限{plain(bonus)}为负，请写0或正数，不设上限写 \"\"")
    if deduction is not None and deduction > 0:
        table.fault("deduction_cap", f"扣分下限{plain(deduction)}为正，请写0或负数，不设下限写 \"\"")
    return _built(
        table,
        LedgerTerms,
        optional=("bonus_cap", "deduction_cap"),
        bonus_cap=bonus,
        deduction_cap=deduction,
        cap_mode=table.choice("cap_mode", CapMode, CapMode.SEPARATE),
    )
