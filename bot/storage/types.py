"""Column types that mean the same on both dialects."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import TIMESTAMP, BigInteger, Dialect, Integer
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

ROW_ID = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the key is a plain INTEGER."""


class Instant(TypeDecorator[datetime]):
    """An aware instant: `timestamptz` on PostgreSQL, whole microseconds since 1970 on SQLite.

    It goes in with any zone and comes out in UTC; a naive datetime is refused.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = TIMESTAMP(timezone=True) if dialect.name == "postgresql" else BigInteger()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("an instant needs its zone; this one is naive")
        return value if dialect.name == "postgresql" else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "postgresql":
            moment: datetime = value
            return moment.astimezone(UTC)
        return EPOCH + timedelta(microseconds=value)
