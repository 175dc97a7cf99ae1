"""Why a measure of events has no value: what is asked of coverage, and of the store where there is no sample."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from scorecard_exporter.events.model import NEVER
from scorecard_exporter.measures import diagnose
from scorecard_exporter.measures.coverage import Feeds
from scorecard_exporter.measures.entry import Entry
from scorecard_exporter.measures.model import Absence, Definition, Period, Scope
from scorecard_exporter.measures.recipe import Case, Recipe
from scorecard_exporter.measures.statements import read
from scorecard_exporter.store.base import Store


def uncovered(scope: Scope, entry: Entry, feeds: Feeds, definition: Definition, period: Period) -> Absence | None:
    """The first link that is broken between the team and what was read."""
    if not scope.services:
        return diagnose.no_service(scope.team)
    if not feeds.services:
        return diagnose.not_mapped(scope.team, scope.services, entry.needs)
    if feeds.unread:
        return diagnose.not_read(feeds.unread)
    if feeds.begins[0] > period.starts_at:
        return diagnose.history_begins(feeds, period)
    if feeds.is_stale(period, definition.freshness):
        return diagnose.stale(feeds.newest_read, period, definition.freshness)
    return None


class Emptiness:
    """What it means that there is no sample, though all that feeds the measure was read."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def reason(self, entry: Entry, recipe: Recipe, feeds: Feeds, case: Case) -> Absence | None:
        """Why there is none; None: the value is a true zero, or samples are too few."""
        if "deployments" in entry.needs:
            absence = diagnose.no_matching_deployment(feeds.services, self._deployments, self._environments)
            if absence:
                return absence
        if "builds" in entry.needs:
            absence = diagnose.no_matching_build(feeds.services, self._services_with_builds, self._branches)
            if absence:
                return absence
        if "changes" in entry.needs:
            return self._why_no_change(feeds)
        if entry.empty == "not_applicable":
            return _nothing(recipe, case)
        return None

    def _why_no_change(self, feeds: Feeds) -> Absence | None:
        names = [rule.service for rule in feeds.services]
        deployments = [self._deployments.get(name, 0) for name in names]
        if not any(deployments) or any(name in self._services_with_changes for name in names):
            return None
        if max(deployments) == 1:
            return diagnose.first_deployment_only(names)
        return diagnose.no_linked_change(sorted({rule.changes or "" for rule in feeds.services}))

    @cached_property
    def _deployments(self) -> Mapping[str, int]:
        """Of each service with production deployments, whenever they were, how many succeeded."""
        succeeded = "sum(case when status = 'success' then cast(1 as bigint) else cast(0 as bigint) end)"
        counted = f"select service, cast({succeeded} as bigint) from service_deployments group by service"
        return dict(read(self._store, counted))

    @cached_property
    def _services_with_changes(self) -> frozenset[str]:
        """The services of which a change was ever shipped."""
        shipped = f"select distinct service from service_changes where shipped_at < cast({NEVER} as bigint)"
        return frozenset(service for (service,) in read(self._store, shipped))

    @cached_property
    def _services_with_builds(self) -> frozenset[str]:
        """The services that some branch was ever built of."""
        rows = read(self._store, "select distinct service from service_build_branches")
        return frozenset(service for (service,) in rows)

    @cached_property
    def _branches(self) -> Mapping[str, Mapping[str, int]]:
        """Of each origin the branches that were built, and how often."""
        built = "select origin, branch, cast(count(*) as bigint) from builds group by origin, branch"
        seen: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for origin, branch, number in read(self._store, built):
            seen[origin][branch] = number
        return seen

    @cached_property
    def _environments(self) -> Mapping[str, Mapping[str, int]]:
        seen: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for origin, environment, number in self._store.environments():
            seen[origin][environment] = number
        return seen


def _nothing(recipe: Recipe, case: Case) -> Absence:
    """There was nothing to measure, or it is all still open."""
    if not recipe.open:
        return diagnose.nothing_open()
    still_open = case.total(recipe.open).samples
    return diagnose.still_open(still_open) if still_open else diagnose.nothing_to_restore()
