"""Reviews of scorecards in the store: rows that are added and read, and never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from scorecard_exporter.store.base import KeptReview, ReviewDates

_COLUMNS = "scorecard, team, period, starts_at, ends_at, recorded_at, recorded_by, notes, decisions, document"


def add(connection: duckdb.DuckDBPyConnection, review: KeptReview) -> None:
    """Add one, within a transaction of the caller."""
    row = [
        review.scorecard,
        review.team,
        review.period,
        review.starts_at,
        review.ends_at,
        review.recorded_at,
        review.by,
        review.notes,
        "\n".join(review.decisions),
        review.document,
    ]
    connection.execute(f"INSERT INTO scorecard_reviews ({_COLUMNS}) VALUES ({', '.join('?' * len(row))})", row)


def of_scorecard(connection: duckdb.DuckDBPyConnection, scorecard: str) -> Sequence[KeptReview]:
    """Those of one scorecard, the newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM scorecard_reviews WHERE scorecard = ? ORDER BY ends_at DESC, recorded_at DESC, team",
        [scorecard],
    ).fetchall()
    return [_review(row) for row in rows]


def dates(connection: duckdb.DuckDBPyConnection, at: int) -> Mapping[tuple[str, str], ReviewDates]:
    """By scorecard and team, as of a moment in microseconds."""
    judged = connection.execute(
        "SELECT scorecard, team, min(occurred_at) FROM status_changes WHERE occurred_at <= ? GROUP BY ALL", [at]
    ).fetchall()
    reviewed = connection.execute(
        "SELECT scorecard, team, max(recorded_at), max(ends_at) FROM scorecard_reviews WHERE recorded_at <= ? "
        "GROUP BY ALL",
        [at],
    ).fetchall()
    since = {(scorecard, team): first for scorecard, team, first in judged}
    last = {(scorecard, team): (recorded_at, ends_at) for scorecard, team, recorded_at, ends_at in reviewed}
    return {key: ReviewDates(since.get(key), *last.get(key, (None, None))) for key in since.keys() | last.keys()}


def _review(row: tuple[str, str, str, int, int, int, str, str, str, str]) -> KeptReview:
    scorecard, team, period, starts_at, ends_at, recorded_at, by, notes, decisions, document = row
    return KeptReview(
        scorecard=scorecard,
        team=team,
        period=period,
        starts_at=starts_at,
        ends_at=ends_at,
        recorded_at=recorded_at,
        by=by,
        notes=notes,
        decisions=tuple(decisions.splitlines()),
        document=document,
    )
