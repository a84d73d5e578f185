"""What every table is made with: the shared metadata, and short words for columns and constraints."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Integer, MetaData, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def needed(name: str, kind: type[Text] | type[Integer] | type[Boolean] = Text) -> Column[object]:
    return Column(name, kind, nullable=False)


def link(name: str, to: str, *, optional: bool = False) -> Column[object]:
    return Column(name, Integer, ForeignKey(to), nullable=optional)


def one_of(column: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{column} in ({', '.join(repr(value) for value in values)})", name=column)
