"""Whether what feeds a measure was read: the services behind it, since when, and up to which moment."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from scorecard_exporter.events.model import BEGINNING, Coverage
from scorecard_exporter.events.rules import ServiceRule
from scorecard_exporter.measures.model import Period, Scope
from scorecard_exporter.quantities import instant

Pair = tuple[str, str]
"""An origin and a record kind."""


@dataclass(frozen=True, slots=True)
class Feeds:
    """What feeds a measure of one team.

    `services`: those that map every role the measure needs. `unused`: roles it would read as well and that none
    of them maps. `unread`: pairs that no source ever read. `begins`: the latest beginning of a pair's history,
    with the pair. `read_until`: for each service the moment up to which all its pairs were read, in order.
    `newest_read`: the moment up to which some pair was read. `attribution_window`: the longest of the services.
    """

    services: tuple[ServiceRule, ...]
    unused: tuple[str, ...]
    unread: tuple[Pair, ...]
    begins: tuple[int, Pair]
    read_until: tuple[int, ...]
    newest_read: int
    attribution_window: int

    def covers(self, begins_at: int, until: int) -> bool:
        """Whether all that feeds it was read from before the one moment to after the other one."""
        return bool(self.services) and not self.unread and self.begins[0] <= begins_at and self.read_until[0] >= until

    def current(self, period: Period, freshness: int) -> int:
        """How many services were read recently enough before the period's end."""
        return len(self.read_until) - bisect_left(self.read_until, fresh_from(period, freshness))

    def is_stale(self, period: Period, freshness: int) -> bool:
        """Whether nothing was read recently enough before the period's end."""
        return self.newest_read < fresh_from(period, freshness)


def fresh_from(period: Period, freshness: int) -> int:
    """Read up to here, a period counts as read to its end; never before it begins."""
    return max(period.ends_at - freshness, period.starts_at + 1)


class _Read(NamedTuple):
    """What was read for one service; the fields are those of `Feeds`."""

    rule: ServiceRule
    used: frozenset[str]
    unread: tuple[Pair, ...]
    begins: tuple[int, Pair]
    read_until: int
    newest_read: int
    attribution_window: int


class CoverageIndex:
    """What has been read, asked by team and roles; each question worked out once."""

    def __init__(self, rows: Iterable[Coverage]) -> None:
        self._read: Mapping[Pair, tuple[int, int]] = {
            (row.origin, row.kind): (BEGINNING if row.from_at is None else instant(row.from_at), instant(row.to_at))
            for row in rows
        }
        self._services: defaultdict[tuple[tuple[str, ...], tuple[str, ...]], dict[str, _Read | None]] = defaultdict(
            dict
        )
        self._feeds: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Feeds] = {}
        self._mapped: dict[str, tuple[Mapping[str, tuple[Pair, ...]], frozenset[str]]] = {}

    def feeds(self, scope: Scope, needs: tuple[str, ...], uses: tuple[str, ...]) -> Feeds:
        """What feeds a measure that needs and uses these roles, for one team."""
        asked = (scope.team, needs, uses)
        if asked not in self._feeds:
            self._feeds[asked] = self._gather(scope, needs, uses)
        return self._feeds[asked]

    def origins(self, kind: str) -> Mapping[str, tuple[int, int]]:
        """Of each origin that was read for `kind`: from and up to which moment."""
        return {origin: span for (origin, one), span in self._read.items() if one == kind}

    def _gather(self, scope: Scope, needs: tuple[str, ...], uses: tuple[str, ...]) -> Feeds:
        known = self._services[needs, uses]
        for rule in scope.services:
            if rule.service not in known:
                known[rule.service] = self._look_up(rule, needs, uses)
        read = [one for rule in scope.services if (one := known[rule.service]) is not None]
        if not read:
            return Feeds((), uses, (), _NOTHING, (), BEGINNING, 0)
        services, used, unread, begins, read_until, newest_read, windows = zip(*read, strict=True)
        mapped = frozenset[str]().union(*set(used))
        return Feeds(
            services=services,
            unused=tuple(role for role in uses if role not in mapped),
            unread=tuple(sorted(set(chain.from_iterable(unread)))),
            begins=max(begins),
            read_until=tuple(sorted(read_until)),
            newest_read=max(newest_read),
            attribution_window=max(windows),
        )

    def _look_up(self, rule: ServiceRule, needs: tuple[str, ...], uses: tuple[str, ...]) -> _Read | None:
        """What was read for a service; None where it does not map what the measure needs."""
        feeds, roles = self._roles(rule)
        if not roles.issuperset(needs):
            return None
        pairs = [self._stand_in(role, pair) for role in (*needs, *uses) for pair in feeds.get(role, ())]
        spans = [(*self._read[pair], pair) for pair in pairs if pair in self._read]
        untils = [until for _, until, _ in spans]
        return _Read(
            rule=rule,
            used=roles,
            unread=tuple(pair for pair in pairs if pair not in self._read),
            begins=max([(begins, pair) for begins, _, pair in spans], default=_NOTHING),
            read_until=min(untils, default=BEGINNING),
            newest_read=max(untils, default=BEGINNING),
            attribution_window=rule.attribution_window,
        )

    def _roles(self, rule: ServiceRule) -> tuple[Mapping[str, tuple[Pair, ...]], frozenset[str]]:
        """What feeds each role that a service maps, and these roles."""
        if rule.service not in self._mapped:
            feeds = rule.feeds()
            self._mapped[rule.service] = feeds, frozenset(feeds)
        return self._mapped[rule.service]

    def _stand_in(self, role: str, pair: Pair) -> Pair:
        """Merged pull requests stand for the commits of an origin of which only they are read."""
        instead = (pair[0], "change")
        return instead if role == "changes" and pair not in self._read and instead in self._read else pair


_NOTHING: tuple[int, Pair] = (BEGINNING, ("", ""))
