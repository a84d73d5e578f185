"""The scoring rule (评分办法): every number of a sitting, read once, refused whole, printed in words.

    rule = read_rule(Path("rule.toml").read_bytes())
    for sentence in rule_in_words(rule): ...

`terms.py` holds the values, `rule_reader.py` reads them, `rule_words.py` says them. Import from here.
"""

from scoring.number import RoundingMode
from scoring.rule_reader import RuleRefused, read_rule
from scoring.rule_words import rule_in_words
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
from scoring.toml_table import Fault

__all__ = [
    "Award",
    "AwardEnd",
    "AwardPolicy",
    "BallotKind",
    "BallotTerms",
    "Band",
    "Basis",
    "CapMode",
    "Combine",
    "Component",
    "Criterion",
    "Deduction",
    "Denominator",
    "EmptyGroup",
    "Fault",
    "Grade",
    "Grading",
    "Group",
    "LedgerTerms",
    "MissingCriterion",
    "RankMethod",
    "Ranking",
    "Rounding",
    "RoundingMode",
    "Rule",
    "RuleRefused",
    "ShareBand",
    "Trim",
    "TrimScope",
    "TrimUnit",
    "read_rule",
    "rule_in_words",
]
