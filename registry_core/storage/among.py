"""A number is among many: one parameter holds them all, so the statement has one text, which drivers and databases know again.

>>> from sqlalchemy import BigInteger, bindparam, column
>>> from sqlalchemy.dialects import postgresql
>>> print(among(column("n", BigInteger), bindparam("numbers", type_=Numbers())).compile(dialect=postgresql.dialect()))
n = ANY(%(numbers)s::BIGINT[])
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Dialect, Text, TypeDecorator
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class Numbers(TypeDecorator[Sequence[int]]):
    """Whole numbers as one parameter: an array of PostgreSQL, JSON for SQLite, which has no arrays."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """As the database takes it."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(BigInteger))

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:  # noqa: ANN401 -- of two databases
        """As the driver takes it."""
        return json.dumps(value) if dialect.name == "sqlite" else value


class among(FunctionElement[bool]):  # noqa: N801 -- it stands in statements where functions do
    """`among(column, numbers)`: the column is one of the numbers."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: object = None) -> "among":  # noqa: ARG002 -- SQLAlchemy's own
        """As it stands: to be `= 1` on SQLite would keep every index from it."""
        return self


@compiles(among, "sqlite")
def _in_json(element: among, compiler: SQLCompiler, **how: Any) -> str:
    column, numbers = (compiler.process(each, **how) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608 -- both made by SQLAlchemy


@compiles(among, "postgresql")
def _any_of_array(element: among, compiler: SQLCompiler, **how: Any) -> str:
    column, numbers = (compiler.process(each, **how) for each in element.clauses)
    return f"{column} = ANY({numbers})"
