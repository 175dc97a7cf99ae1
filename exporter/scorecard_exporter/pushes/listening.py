"""What counts as known of a source that is only pushed to: who listens and hears nothing knows that nothing came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from scorecard_exporter.events.model import Change, Commit, Coverage, Observation, PullRequest, Record, Review
from scorecard_exporter.events.rules import ServiceRule

Pair = tuple[str, str]
"""An origin and a record kind."""

_PUSHED_FOR: Mapping[str, str] = {Commit.kind: Change.kind}
"""Commits are not pushed; merged changes stand for them."""
_IMPLIED = frozenset({PullRequest.kind, Review.kind})
"""They are read where changes are, if they are there; who pushes changes need not push them."""


def mapped(source: str, rules: Iterable[ServiceRule]) -> frozenset[Pair]:
    """What the services expect from a source."""
    return frozenset(
        (origin, _PUSHED_FOR.get(kind, kind))
        for rule in rules
        for pairs in rule.feeds().values()
        for origin, kind in pairs
        if origin.startswith(f"{source}:") and kind not in _IMPLIED
    )


def heard(
    source: str, pairs: Iterable[Pair], known: Iterable[Coverage], records: Iterable[Record], at: datetime
) -> tuple[Coverage, ...]:
    """Coverage of all that a source is listened to for, up to `at`.

    `pairs`: what services read from it. It begins with the earliest record of its pair, or when it was first listened
    for, and has no gaps: who pushes sends again what was not accepted.
    """
    begins: dict[Pair, datetime] = dict.fromkeys(pairs, at)
    ends: dict[Pair, datetime] = {}
    for one in known:
        if one.origin.startswith(f"{source}:"):
            # Where the known span ends the new one begins, so that the store makes one of them.
            begins[one.origin, one.kind] = one.to_at
            ends[one.origin, one.kind] = max(one.to_at, at)
    for record in records:
        began = record.starts_at if isinstance(record, Observation) else record.created_at
        pair = record.origin, record.kind
        begins[pair] = min(begins.get(pair, at), began or at)
    return tuple(
        Coverage(origin=origin, kind=kind, from_at=begin, to_at=ends.get((origin, kind), at))
        for (origin, kind), begin in sorted(begins.items())
    )
