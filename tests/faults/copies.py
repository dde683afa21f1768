"""A copy of the SQLite file as a power cut would leave it: whole, and true as far as it goes."""

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from tests.faults.evidence import Evidence


def wrong_in(copy: Path, seen: Sequence[Evidence]) -> list[str]:
    """What does not hold in a copy taken at some moment of a run, with its log replayed."""
    accepted = {
        (key, one.ts) for evidence in seen for key, posts in evidence.posts.items() for one in posts
    }
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
        wrong = [] if sound == "ok" else [f"{copy.name}: {sound}"]
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        wrong += [f"{copy.name}: a row of {table} refers to nothing" for table, *_ in broken]
        sent = connection.execute(
            "SELECT opaque, ts FROM outbox WHERE state = 'sent' AND ts IS NOT NULL"
            " UNION ALL SELECT opaque, ts FROM surface WHERE ts IS NOT NULL"
        ).fetchall()
        wrong += [
            f"{copy.name}: a message is noted that nobody accepted"
            for opaque, ts in sent
            if (opaque, ts) not in accepted
        ]
        twice = "SELECT count(*) FROM outbox GROUP BY workspace_id, key HAVING count(*) > 1"
        wrong += [f"{copy.name}: a key stands twice" for _ in connection.execute(twice)]
        gaps = connection.execute(
            "SELECT handoff_id FROM event GROUP BY handoff_id HAVING max(seq) != count(*)"
        ).fetchall()
        wrong += [f"{copy.name}: the history of handoff {one} has a gap" for (one,) in gaps]
    return wrong
