"""Readings: every definition for every team over every period, from what the store knows. Reads no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from fractions import Fraction
from functools import cached_property

from scorecard_exporter.events.model import NEVER
from scorecard_exporter.measures import diagnose
from scorecard_exporter.measures.aggregate import Aggregates
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.measures.coverage import CoverageIndex, Feeds, fresh_from
from scorecard_exporter.measures.entry import Entry
from scorecard_exporter.measures.expression import compute
from scorecard_exporter.measures.finding import Details, Finding, count
from scorecard_exporter.measures.model import Absence, Definition, Part, Period, Reading, Scope
from scorecard_exporter.measures.observations import Observations
from scorecard_exporter.measures.observed import Observed
from scorecard_exporter.measures.recipe import SHOWN, Case, Recipe
from scorecard_exporter.measures.recipes import RECIPES, recipe_of
from scorecard_exporter.measures.series_measures import SERIES_MEASURES, uses_of
from scorecard_exporter.measures.statements import MOST_NAMES, read
from scorecard_exporter.measures.statistics import QUANTILES
from scorecard_exporter.measures.surveys import Surveys
from scorecard_exporter.measures.tree import subjects_of
from scorecard_exporter.store.base import Store


def rolling(definition: Definition, at_micros: int) -> Period:
    """The definition's window that ends at a moment."""
    return Period(at_micros - definition.window, at_micros)


def evaluate(
    store: Store,
    definitions: Sequence[Definition],
    scopes: Mapping[str, Scope],
    teams: Sequence[str],
    periods: Sequence[Period],
    *,
    coverage: CoverageIndex | None = None,
    details: bool = True,
) -> list[Reading]:
    """A reading of each definition, for each of `teams`, over each period, in this order; equal definitions once.

    `scopes` holds every team of the tree, and is what the store's dimensions were made from. `coverage`: what the
    store says now of what has been read, where that is known already. Without `details` readings of events and series
    have neither parts nor interval, which saves a third of the statements.
    """
    known = coverage or coverage_of(store, definitions, scopes, teams)
    ahead = ThreadPoolExecutor(1, "statements")
    try:
        evaluation = _Evaluation(
            store, definitions, scopes, teams, periods, coverage=known, details=details, ahead=ahead
        )
        return evaluation.every(list(dict.fromkeys(definitions)), teams)
    finally:
        ahead.shutdown(cancel_futures=True)


class _Evaluation:
    """One run over the store; what several readings need is asked once."""

    def __init__(
        self,
        store: Store,
        definitions: Sequence[Definition],
        scopes: Mapping[str, Scope],
        teams: Sequence[str],
        periods: Sequence[Period],
        *,
        coverage: CoverageIndex,
        details: bool,
        ahead: Executor,
    ) -> None:
        self._store = store
        self._details = details
        self._scopes = scopes
        self._periods = periods
        self._fresh: dict[int, int] = {}
        self._begins_at = min(period.starts_at for period in periods)
        self._coverage = coverage
        statistics = {*(one.statistic for one in _all(definitions)), *(SHOWN if details else ())}
        percentiles = statistics & QUANTILES.keys()
        asked = [scopes[team] for team in teams]
        self._aggregates = Aggregates(store, asked, periods, percentiles=percentiles, ahead=ahead)
        uses = {use for definition in _all(definitions) if definition.series for use in uses_of(definition)}
        self._observed = Observed(
            Observations(store, uses, subjects_of(scopes, teams), periods),
            scopes,
            self._coverage.origins("observation"),
        )
        surveys = {definition.survey for definition in _all(definitions) if definition.survey}
        self._surveys = Surveys(store, surveys, scopes, periods, self._coverage.origins("survey_answer"))

    def every(self, definitions: Sequence[Definition], teams: Sequence[str]) -> list[Reading]:
        """Those of each definition, team and period, in this order.

        Events take long statements, series long sums: while the statements of the one run, the sums of the other are
        made here, so that two processors have something to do.
        """
        recipes = [recipe for one in _all(definitions) if (recipe := recipe_of(one))]
        self._aggregates.begin(recipe.samples for recipe in recipes)
        if self._details:
            self._aggregates.begin(samples for recipe in recipes for samples in recipe.beside)
        series_first = sorted(definitions, key=lambda one: not (one.series or one.survey))
        made = {
            definition: [reading for team in teams for reading in self.readings(definition, team)]
            for definition in series_first
        }
        return [reading for definition in definitions for reading in made.pop(definition)]

    def readings(self, definition: Definition, team: str) -> Iterator[Reading]:
        """One for each period, in their order."""
        recipe = recipe_of(definition)
        if recipe:
            return self._of_events(definition, recipe, team)
        if definition.measure == "arithmetic":
            return self._arithmetic(definition, team)
        return (self._of_series(definition, team, period) for period in self._periods)

    def _of_series(self, definition: Definition, team: str, period: Period) -> Reading:
        if definition.survey:
            finding = self._surveys.score(definition, team, period)
        else:
            finding = SERIES_MEASURES[definition.measure].find(self._observed, definition, team, period)
        absence = finding.absence or _too_few(definition, finding, period)
        details = finding.details() if self._details else _NO_DETAILS
        return _reading(definition, team, period, finding, absence, details=details)

    def _of_events(self, definition: Definition, recipe: Recipe, team: str) -> Iterator[Reading]:
        entry, scope = CATALOGUE[definition.measure], self._scopes[team]
        feeds = self._coverage.feeds(scope, entry.needs, entry.uses)
        every = len(feeds.services)
        notes = tuple(f"No service maps its {role}, so this number knows nothing of them." for role in feeds.unused)
        is_covered = feeds.covers(self._begins_at, self._fresh_until(definition.freshness))
        window = feeds.attribution_window if recipe.provisional else None
        places = self._aggregates.places(team) or range(len(self._periods))
        for period, place in zip(self._periods, places, strict=True):
            absence = None if is_covered else _uncovered(scope, entry, feeds, definition, period)
            if absence:
                yield Reading(definition=definition, team=team, period=period, absence=absence)
                continue
            case = Case(self._aggregates, definition, team, period, place, every)
            finding = recipe.find(case)
            absence = None if finding.samples else self._why_none(entry, feeds, case)
            absence = absence or finding.absence or _too_few(definition, finding, period)
            details = recipe.details(case) if self._details else _NO_DETAILS
            current = every if is_covered else feeds.current(period, definition.freshness)
            yield _reading(
                definition,
                team,
                period,
                finding,
                absence,
                details=details if current == every else _with_services(details, current, every),
                provisional_until=None if window is None else period.ends_at + window,
                notes=notes,
            )

    def _fresh_until(self, freshness: int) -> int:
        """What is read up to here counts as read to the end of every period."""
        if freshness not in self._fresh:
            self._fresh[freshness] = max(fresh_from(period, freshness) for period in self._periods)
        return self._fresh[freshness]

    def _why_none(self, entry: Entry, feeds: Feeds, case: Case) -> Absence | None:
        """What no sample means under full coverage; None: the value is a true zero, or samples are too few."""
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
            return _nothing(RECIPES[entry.id], case)
        return None

    def _why_no_change(self, feeds: Feeds) -> Absence | None:
        names = [rule.service for rule in feeds.services]
        deployments = [self._deployments.get(name, 0) for name in names]
        if not any(deployments) or any(name in self._services_with_changes for name in names):
            return None
        if max(deployments) == 1:
            return diagnose.first_deployment_only(names)
        return diagnose.no_linked_change(sorted({rule.changes or "" for rule in feeds.services}))

    def _arithmetic(self, definition: Definition, team: str) -> Iterator[Reading]:
        names = [name for name, _ in definition.operands]
        readings = zip(*(self.readings(operand, team) for _, operand in definition.operands), strict=True)
        for operands in readings:
            yield _computed(definition, dict(zip(names, operands, strict=True)))

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


def _computed(definition: Definition, operands: Mapping[str, Reading]) -> Reading:
    """A reading of an arithmetic measure from those of its operands, of which there is at least one."""
    team, period = next((one.team, one.period) for one in operands.values())
    values = {name: operand.value for name, operand in operands.items() if operand.value is not None}
    moments = [operand.newest_at for operand in operands.values() if operand.newest_at is not None]
    provisional = [one.provisional_until for one in operands.values() if one.provisional_until is not None]
    value, absence = _calculate(definition.expression, operands, values)
    finding = Finding(
        value=value,
        samples=min(operand.samples for operand in operands.values()),
        newest_at=max(moments, default=None),
    )
    beside = {name: Part(values[name], operand.definition.unit) for name, operand in operands.items() if name in values}
    return _reading(
        definition,
        team,
        period,
        finding,
        absence or _too_few(definition, finding, period),
        details=Details(beside=beside),
        provisional_until=max(provisional, default=None),
    )


def _nothing(recipe: Recipe, case: Case) -> Absence:
    """There was nothing to measure, or it is all still open."""
    if not recipe.open:
        return diagnose.nothing_open()
    still_open = case.total(recipe.open).samples
    return diagnose.still_open(still_open) if still_open else diagnose.nothing_to_restore()


def _all(definitions: Iterable[Definition]) -> Iterator[Definition]:
    """These definitions, and those of their operands."""
    for definition in definitions:
        yield definition
        yield from _all(operand for _, operand in definition.operands)


def coverage_of(
    store: Store, definitions: Collection[Definition], scopes: Mapping[str, Scope], teams: Sequence[str]
) -> CoverageIndex:
    """What has been read, as far as these definitions need it for these teams."""
    of_series = {"observation" for one in _all(definitions) if one.series}
    of_surveys = {"survey_answer" for one in _all(definitions) if one.survey}
    if not any(map(recipe_of, _all(definitions))):
        # Series and surveys ask for no service, of which there may be thousands.
        return CoverageIndex(store.coverage(kinds=of_series | of_surveys))
    rules = {rule.service: rule for team in teams for rule in scopes[team].services}.values()
    if len(rules) > MOST_NAMES:
        return CoverageIndex(store.coverage())
    origins = {origin for rule in rules for mapped in rule.feeds().values() for origin, _ in mapped}
    return CoverageIndex(store.coverage(origins, of_series | of_surveys))


def _uncovered(scope: Scope, entry: Entry, feeds: Feeds, definition: Definition, period: Period) -> Absence | None:
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


def _too_few(definition: Definition, finding: Finding, period: Period) -> Absence | None:
    if finding.value is not None and finding.samples >= definition.min_samples:
        return None
    return diagnose.too_few_samples(finding.samples, max(definition.min_samples, 1), period)


def _calculate(
    expression: str, operands: Mapping[str, Reading], values: Mapping[str, Fraction]
) -> tuple[Fraction | None, Absence | None]:
    for name, operand in operands.items():
        if operand.absence is not None:
            return None, diagnose.operand_absent(name, operand.absence)
    try:
        return compute(expression, values), None
    except ZeroDivisionError:
        return None, diagnose.division_by_zero(f"A divisor in {expression!r}")


_NO_DETAILS = Details()


def _with_services(details: Details, current: int, every: int) -> Details:
    services = {"services_current": count(current), "services": count(every)}
    return details._replace(beside={**details.beside, **services})


def _reading(
    definition: Definition,
    team: str,
    period: Period,
    finding: Finding,
    absence: Absence | None,
    *,
    details: Details,
    provisional_until: int | None = None,
    notes: tuple[str, ...] = (),
) -> Reading:
    """A finding as a reading: without its value and what belongs to it where there is a reason against it."""
    has_value = absence is None
    parts, beside, interval = details
    return Reading(
        definition=definition,
        team=team,
        period=period,
        value=finding.value if has_value else None,
        samples=finding.samples,
        newest_at=finding.newest_at,
        interval=interval if has_value else None,
        parts={**parts, **beside} if has_value and parts else beside,
        absence=absence,
        provisional_until=provisional_until,
        notes=notes,
    )
