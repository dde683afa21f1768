"""A PostgreSQL for the benchmarks that need one: a server of one's own, or the tests' own."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url, text

from tests import postgres


@contextmanager
def database(server: str | None, *, name: str = "handoff_benchmark") -> Iterator[str]:
    """The URL of an empty database on that server, or on one that lives as long as this process.

    The latter keeps its data in memory and forces nothing to the disk: it is the same for all that
    is compared on it.
    """
    if server is None:
        with postgres.database() as url:
            yield url
        return
    engine = create_engine(_driven(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield _driven(server, database=name)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        engine.dispose()


def described(url: str) -> str:
    """The server's version, and whether a commit waits for the disk."""
    engine = create_engine(url)
    with engine.connect() as connection:
        told = {
            name: connection.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("server_version", "fsync", "synchronous_commit")
        }
    engine.dispose()
    return (
        f"PostgreSQL  {told['server_version']}, fsync={told['fsync']}, "
        f"synchronous_commit={told['synchronous_commit']}"
    )


def _driven(url: str, *, database: str | None = None) -> str:
    given = make_url(url).set(drivername="postgresql+psycopg")
    if database is not None:
        given = given.set(database=database)
    return given.render_as_string(hide_password=False)
