"""Readings: every definition for every team over every period, from what the store knows. Reads no clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from fractions import Fraction

from scorecard_exporter.measures import diagnose
from scorecard_exporter.measures.aggregate import Aggregates
from scorecard_exporter.measures.ahead import Ahead, workers
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.measures.coverage import CoverageIndex, fresh_from
from scorecard_exporter.measures.expression import compute
from scorecard_exporter.measures.finding import Details, count
from scorecard_exporter.measures.model import Absence, Definition, Part, Period, Reading, Readings, Scope
from scorecard_exporter.measures.observations import Observations
from scorecard_exporter.measures.observed import Observed
from scorecard_exporter.measures.reasons import Emptiness, uncovered
from scorecard_exporter.measures.recipe import SHOWN, Case, Recipe
from scorecard_exporter.measures.recipes import recipe_of
from scorecard_exporter.measures.series_measures import SERIES_MEASURES, uses_of
from scorecard_exporter.measures.statements import MOST_NAMES
from scorecard_exporter.measures.statistics import QUANTILES
from scorecard_exporter.measures.surveys import Surveys
from scorecard_exporter.measures.tree import subjects_of
from scorecard_exporter.store.base import Store

_ByPeriod = Sequence[Mapping[str, Reading]]
"""For each period the reading of each team."""


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
) -> Readings:
    """A reading of each definition, for each of `teams`, over each period.

    `scopes` holds every team of the tree, and is what the store's dimensions were made from. `coverage`: what the
    store says now of what has been read, where that is known already. Without `details` readings of events and series
    have neither parts nor interval, which saves a third of the statements.
    """
    known = coverage or coverage_of(store, definitions, scopes, teams)
    with workers(len(teams)) as threads:
        return Evaluation(
            store, definitions, scopes, teams, periods, coverage=known, details=details, threads=threads
        ).readings()


class Evaluation:
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
        threads: Executor,
    ) -> None:
        """As `evaluate`. Most of what it will ask is begun here, in these threads."""
        self._definitions = definitions
        self._details = details
        self._scopes = scopes
        self._teams = teams
        self._periods = periods
        self._fresh: dict[int, int] = {}
        self._begins_at = min(period.starts_at for period in periods)
        self._coverage = coverage
        self._emptiness = Emptiness(store)
        every = list(_all(definitions))
        ahead = Ahead(store, threads)
        uses = {use for definition in every if definition.series for use in uses_of(definition)}
        observations = Observations(ahead, uses, subjects_of(scopes, teams), periods)
        self._observed = Observed(observations, scopes, coverage.origins("observation"))
        surveys = {definition.survey for definition in every if definition.survey}
        self._surveys = Surveys(ahead, surveys, scopes, periods, coverage.origins("survey_answer"))
        percentiles = {*(one.statistic for one in every), *(SHOWN if details else ())} & QUANTILES.keys()
        self._aggregates = Aggregates(ahead, [scopes[team] for team in teams], periods, percentiles=percentiles)
        recipes = [recipe for one in every if (recipe := recipe_of(one))]
        # Series first: of them most is left to do when they are answered.
        ahead.begin(observations.statements())
        ahead.begin(self._surveys.statements())
        for recipe in recipes:
            ahead.begin(self._aggregates.statements((recipe.samples, *recipe.divided_by)))
        for recipe in recipes if details else ():
            ahead.begin(self._aggregates.statements(recipe.beside))

    def readings(self) -> Readings:
        """Those of each definition, in the order of the definitions; asked for once.

        Events take long statements, series long sums: while the statements of the one run, the sums of the other are
        made here, so that two processors have something to do.
        """
        every = list(dict.fromkeys(_all(self._definitions)))
        made: dict[Definition, _ByPeriod] = {
            one: [self._of_series(one, period) for period in self._periods] for one in every if one.series or one.survey
        }
        # Nobody asks for observations any more, of which there may be very many.
        del self._observed, self._surveys
        made |= {one: self._of_events(one, recipe) for one in every if (recipe := recipe_of(one))}
        return {one: made.get(one) or self._arithmetic(one, made) for one in self._definitions}

    def _of_series(self, definition: Definition, period: Period) -> Mapping[str, Reading]:
        if definition.survey:
            find = self._surveys.score(definition, period)
        else:
            find = SERIES_MEASURES[definition.measure].find(self._observed, definition, period)
        least = definition.min_samples
        made: dict[str, Reading] = {}
        for team in self._teams:
            value, samples, newest_at, absence, details = find(team)
            if absence is None and (value is None or samples < least):
                absence = _too_few(definition, samples, period)
            if absence is not None:
                value = None
            parts, interval = _beside(details(), absence) if self._details else _NOTHING_BESIDE
            # By position, which is twice as fast.
            made[team] = Reading(definition, team, period, value, samples, newest_at, interval, parts, absence)
        return made

    def _of_events(self, definition: Definition, recipe: Recipe) -> _ByPeriod:
        entry, aggregates, least = CATALOGUE[definition.measure], self._aggregates, definition.min_samples
        columns = aggregates.columns(recipe.samples)
        numbers, moments, value_at = columns.samples, columns.newest, recipe.value(aggregates, definition)
        fresh_until = self._fresh_until(definition.freshness)
        made: list[dict[str, Reading]] = [{} for _ in self._periods]
        for team in self._teams:
            scope = self._scopes[team]
            feeds = self._coverage.feeds(scope, entry.needs, entry.uses)
            every = len(feeds.services)
            notes = tuple(f"No service maps its {role}, so this number knows nothing of them." for role in feeds.unused)
            is_covered = feeds.covers(self._begins_at, fresh_until)
            window = feeds.attribution_window if recipe.provisional else None
            places = aggregates.places(team) or range(len(self._periods))
            for of_period, period, place in zip(made, self._periods, places, strict=True):
                absence = None if is_covered else uncovered(scope, entry, feeds, definition, period)
                if absence:
                    of_period[team] = Reading(definition, team, period, absence=absence)
                    continue
                samples, value, (parts, interval) = numbers[place], value_at(place, period, every), _NOTHING_BESIDE
                if self._details or not samples:
                    case = Case(aggregates, definition, team, period, place, every)
                    absence = None if samples else self._emptiness.reason(entry, recipe, feeds, case)
                if absence is None and (value is None or samples < least):
                    none = recipe.without if value is None else None
                    absence = none(period) if none else _too_few(definition, samples, period)
                if self._details:
                    parts, interval = _beside(recipe.details(case), absence)
                if not is_covered:
                    parts = _with_services(parts, feeds.current(period, definition.freshness), every)
                of_period[team] = Reading(
                    definition,
                    team,
                    period,
                    value if absence is None else None,
                    samples,
                    moments[place] if samples else None,
                    interval,
                    parts,
                    absence,
                    None if window is None else period.ends_at + window,
                    notes,
                )
        return made

    def _fresh_until(self, freshness: int) -> int:
        """What is read up to here counts as read to the end of every period."""
        if freshness not in self._fresh:
            self._fresh[freshness] = max(fresh_from(period, freshness) for period in self._periods)
        return self._fresh[freshness]

    def _arithmetic(self, definition: Definition, made: Readings) -> _ByPeriod:
        operands = {name: made.get(one) or self._arithmetic(one, made) for name, one in definition.operands}
        return [
            {
                team: _computed(definition, {name: readings[place][team] for name, readings in operands.items()})
                for team in self._teams
            }
            for place in range(len(self._periods))
        ]


def _computed(definition: Definition, operands: Mapping[str, Reading]) -> Reading:
    """A reading of an arithmetic measure from those of its operands, of which there is at least one."""
    team, period = next((one.team, one.period) for one in operands.values())
    values = {name: operand.value for name, operand in operands.items() if operand.value is not None}
    moments = [operand.newest_at for operand in operands.values() if operand.newest_at is not None]
    provisional = [one.provisional_until for one in operands.values() if one.provisional_until is not None]
    samples = min(operand.samples for operand in operands.values())
    value, absence = _calculate(definition.expression, operands, values)
    if absence is None and samples < definition.min_samples:
        absence = _too_few(definition, samples, period)
    return Reading(
        definition,
        team,
        period,
        value=value if absence is None else None,
        samples=samples,
        newest_at=max(moments, default=None),
        parts={name: Part(values[name], operands[name].definition.unit) for name in operands if name in values},
        absence=absence,
        provisional_until=max(provisional, default=None),
    )


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


def _too_few(definition: Definition, samples: int, period: Period) -> Absence:
    return diagnose.too_few_samples(samples, max(definition.min_samples, 1), period)


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


_Beside = tuple[Mapping[str, Part], tuple[float, float] | None]
"""Parts and interval of a reading."""
_NOTHING_BESIDE: _Beside = (Details().parts, None)


def _beside(details: Details, absence: Absence | None) -> _Beside:
    """What stands beside a value; where there is a reason against the value, only what stands on its own."""
    parts, beside, interval = details
    if absence is not None:
        return beside, None
    return ({**parts, **beside} if parts else beside), interval


def _with_services(parts: Mapping[str, Part], current: int, every: int) -> Mapping[str, Part]:
    """And how many services were read recently enough, where not all of them were."""
    return parts if current == every else {**parts, "services_current": count(current), "services": count(every)}
