"""Made-up CSV files of events, one for each kind of record, the same each time they are made."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

ENDS_AT = datetime(2026, 7, 1, tzinfo=UTC)
"""When the last event occurred, or a little later."""

_STEP = timedelta(minutes=20)


def make(folder: Path, *, rows_per_kind: int, seed: int = 1) -> int:
    """Write the files into `folder`; how many events are in all of them."""
    folder.mkdir()
    random = Random(seed)
    for kind, row in ROWS.items():
        with (folder / f"{kind}s.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(row(0, random)))
            writer.writeheader()
            writer.writerows(row(number, random) for number in range(rows_per_kind))
    return rows_per_kind * len(ROWS)


def _at(number: int, hours: float = 0) -> str:
    """The moment of the event with a number, and so many hours later."""
    moment = ENDS_AT - timedelta(days=10) - number * _STEP + timedelta(hours=hours)
    return moment.isoformat().replace("+00:00", "Z")


def _sha(number: int) -> str:
    return f"{number * 0x9E3779B97F4A7C15 % 2**160:040x}"


def _thing(number: int) -> str:
    return f"service-{number % 50}"


Row = Mapping[str, object]


def _deployment(number: int, random: Random) -> Row:
    return {
        "thing": _thing(number),
        "key": f"deployment-{number}",
        "environment": random.choice(("production", "staging")),
        "sha": _sha(number),
        "version": f"v{number}",
        "status": random.choice(("success", "success", "success", "failure")),
        "started_at": _at(number),
        "finished_at": _at(number, random.random()),
        "url": f"https://deploy.example/{number}",
    }


def _commit(number: int, random: Random) -> Row:
    return {
        "thing": _thing(number),
        "key": _sha(number),
        "parents": _sha(number + 1),
        "authored_at": _at(number, -random.randint(1, 100)),
        "committed_at": _at(number),
        "author": f"person{number % 60}@example.org",
        "subject": f"Speed the query of shard {number}",
    }


def _change(number: int, random: Random) -> Row:
    return {
        "thing": _thing(number),
        "key": number,
        "merged_at": _at(number),
        "first_authored_at": _at(number, -random.randint(1, 100)),
        "merge_sha": _sha(number),
        "author": f"person{number % 60}",
        "title": f"Speed the query of shard {number}",
        "branch": f"shard-{number}",
        "labels": "speed;query",
    }


def _pull_request(number: int, random: Random) -> Row:
    return {
        "thing": _thing(number),
        "key": number,
        "opened_at": _at(number, -random.randint(30, 100)),
        "ready_at": _at(number, -random.randint(1, 29)),
        "merged_at": _at(number),
        "author": f"person{number % 60}",
        "is_bot": "no",
    }


def _review(number: int, random: Random) -> Row:
    return {
        "thing": _thing(number),
        "key": f"review-{number}",
        "pull_request": number,
        "submitted_at": _at(number, -random.random()),
        "author": f"person{number % 59}",
        "state": "approved",
    }


def _incident(number: int, random: Random) -> Row:
    return {
        "thing": _thing(number),
        "key": f"incident-{number}",
        "severity": random.choice(("high", "low")),
        "title": f"Shard {number} does not answer",
        "began_at": _at(number),
        "acknowledged_at": _at(number, 0.1),
        "resolved_at": _at(number, random.randint(1, 50)),
        "labels": "customer",
        "history": f"resolved@{_at(number, 0.5)}; reopened@{_at(number, 0.6)}",
    }


def _build(number: int, random: Random) -> Row:
    return {
        "thing": _thing(number),
        "branch": "main",
        "sha": _sha(number),
        "status": random.choice(("success", "failure")),
        "started_at": _at(number),
        "finished_at": _at(number, random.random()),
    }


def _issue(number: int, random: Random) -> Row:
    return {
        "thing": _thing(number),
        "key": f"ISSUE-{number}",
        "type": random.choice(("bug", "story")),
        "opened_at": _at(number),
        "resolved_at": _at(number, random.randint(1, 200)),
        "labels": "customer;billing",
    }


def _observation(number: int, random: Random) -> Row:
    return {
        "series": f"series-{number % 20}",
        "subject": _thing(number),
        "starts_at": _at(number),
        "ends_at": _at(number, 1),
        "value": random.randint(0, 1_000_000),
        "unit": "eur",
    }


def _survey_answer(number: int, random: Random) -> Row:
    return {
        "survey": "happiness",
        "round": f"2026-{number % 4}",
        "question": "recommend",
        "subject": _thing(number),
        "answer": random.randint(0, 10),
        "closes_at": _at(number % 4),
    }


ROWS: Mapping[str, Callable[[int, Random], Row]] = {
    "deployment": _deployment,
    "commit": _commit,
    "change": _change,
    "pull_request": _pull_request,
    "review": _review,
    "incident": _incident,
    "build": _build,
    "issue": _issue,
    "observation": _observation,
    "survey_answer": _survey_answer,
}
