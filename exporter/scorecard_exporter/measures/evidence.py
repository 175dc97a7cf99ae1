"""The samples behind a reading: the newest and the worst, read from the very same sample texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from scorecard_exporter.measures.aggregate import apart
from scorecard_exporter.measures.finding import MICROS
from scorecard_exporter.measures.model import Definition, Period, Sample, Scope, Statistic
from scorecard_exporter.measures.observations import Observations
from scorecard_exporter.measures.observed import Observed
from scorecard_exporter.measures.recipe import Recipe
from scorecard_exporter.measures.recipes import recipe_of
from scorecard_exporter.measures.statements import (
    Join,
    bigint,
    only_these,
    period_bounds,
    period_join,
    period_rows,
    read,
    sample_text,
    text_literal,
)
from scorecard_exporter.measures.tree import subjects_of
from scorecard_exporter.store.base import Store

_OBSERVATION_JOINS: Mapping[Statistic, Join] = {
    "newest": "latest_before_end",
    "mean": "within",
    "sum": "overlap",
}
_READ_BY: Mapping[str, Statistic] = {"feature_adoption_rate": "mean", "uptime": "sum"}
"""How a measure reads its series where its own statistic does not say it."""
_EVERY = "1 = 1"


def evidence(
    store: Store,
    definition: Definition,
    scopes: Mapping[str, Scope],
    team: str,
    period: Period,
    *,
    newest: int,
    worst: int,
    better: Literal["higher", "lower"],
) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """At most `newest` newest and at most `worst` worst samples of a reading.

    Of a share only samples on its bad side are bad; among mere counts none is worse than another. A quotient shows
    its numerator; arithmetic has no samples of its own, and what a survey answered is never shown.
    """
    recipe = recipe_of(definition)
    if recipe:
        pick, is_ranked, bad = _of_events(store, recipe, scopes[team], period, better)
    elif definition.series:
        pick, is_ranked, bad = _series(store, definition, scopes, team, period), True, _EVERY
    else:
        return (), ()
    # Of a length the longest is the worst, also where the measure made of it is better when higher.
    descends = better == "lower" or (recipe is not None and recipe.unit == "seconds")
    badness = f"x {'desc' if descends else 'asc'}, occurred_at desc"
    return pick.first(newest, worst if is_ranked else 0, badness, bad)


@dataclass(frozen=True, slots=True)
class _Pick:
    """The samples of one team in one period. `picked`: a statement of `subject, occurred_at, x, key, origin, url`.

    `subjects`: the services of the team, and `of_all` the same statement of at least these; of events only.
    """

    store: Store
    picked: str
    scale: int
    once: bool
    unit: str
    subjects: frozenset[str] = frozenset()
    of_all: str = ""

    def first(self, newest: int, worst: int, badness: str, bad: str) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
        """The newest ones, and the first in the order of `badness` of those that are bad; equal ones by origin and key.

        Their places are found first and their texts read then: to sort all with their texts costs several times more.
        """
        if not newest and not worst:
            return (), ()
        places = f"{_place('order by occurred_at desc')} as by_time"
        chosen = f"by_time <= {newest}"
        if worst:
            places += f", {_place(f'partition by is_bad order by {badness}')} as by_badness"
            chosen += f" or (is_bad = 1 and by_badness <= {worst})"
        named = "by_time, by_badness" if worst else "by_time, by_time as by_badness"
        sql = (
            f"{self.picked},\n"
            f"among as (select * from picked where {self._among_the_first(newest, worst, badness, bad)}),\n"
            f"moments as (select distinct occurred_at, x, {_flag(bad)} as is_bad from among),\n"
            f"placed as (select occurred_at, x, is_bad, {places} from moments)\n"
            f"select {named}, is_bad, origin, key, subject, url, among.occurred_at, among.x from among\n"
            f"join placed on placed.occurred_at = among.occurred_at and placed.x = among.x where {chosen}"
        )
        rows = list(read(self.store, sql))
        of_bad = ((place, *row) for _, place, is_bad, *row in rows if is_bad)
        return self._samples(newest, ((place, *row) for place, _, _, *row in rows)), self._samples(worst, of_bad)

    def _among_the_first(self, newest: int, worst: int, badness: str, bad: str) -> str:
        """What the newest and the worst fulfil: they come no later than the first of so many subjects.

        The first of each subject is soon found, and leaves little to sort of hundreds of thousands of samples.
        """
        if self.once or len(self.subjects) <= max(newest, worst):
            return _EVERY
        # Of a share all that are bad are equally bad: the newest of them are the worst.
        column, descends = ("x", badness.startswith("x desc")) if bad == _EVERY else ("occurred_at", True)
        extreme = f"{'max' if descends else 'min'}(case when {bad} then {column} end)"
        tops = f"{self.of_all}\nselect subject, max(occurred_at), {extreme} from picked group by subject"
        firsts = [row for subject, *row in read(self.store, tops) if subject in self.subjects]
        are_new = _no_later("occurred_at", (moment for moment, _ in firsts), newest, descends=True)
        are_bad = f"{bad} and {_no_later(column, (value for _, value in firsts), worst, descends=descends)}"
        return " or ".join(f"({one})" for one, number in ((are_new, newest), (are_bad, worst)) if number)

    def _samples(self, number: int, rows: Iterable[tuple[Any, ...]]) -> tuple[Sample, ...]:
        """So many of the first rows, which begin with their place."""
        found: dict[tuple[str, ...], Sample] = {}
        for _, origin, key, subject, url, at, value in sorted(rows):
            if len(found) == number:
                break
            sample = Sample(
                subject=subject,
                occurred_at=at,
                value=Fraction(value, self.scale),
                unit=self.unit,
                key=key,
                origin=origin,
                url=url,
            )
            found.setdefault((origin, key) if self.once else (origin, key, subject), sample)
        return tuple(found.values())


def _no_later(column: str, firsts: Iterable[int | None], number: int, *, descends: bool) -> str:
    """That a column comes no later than so many of `firsts`; always true where there are fewer, or none is wanted."""
    known = sorted((one for one in firsts if one is not None), reverse=descends)
    if not 0 < number <= len(known):
        return _EVERY
    return f"{column} {'>=' if descends else '<='} {bigint(known[number - 1])}"


def _place(order: str) -> str:
    return f"cast(dense_rank() over ({order}) as bigint)"


def _flag(condition: str) -> str:
    return f"case when {condition} then cast(1 as bigint) else cast(0 as bigint) end"


def _of_events(
    store: Store, recipe: Recipe, scope: Scope, period: Period, better: Literal["higher", "lower"]
) -> tuple[_Pick, bool, str]:
    samples = recipe.samples
    services = [rule.service for rule in scope.services]
    few = only_these("samples.subject", services) if services else ""
    origins = sorted({one.origin for rule in scope.services for one in rule.builds}) if samples.once == "builds" else []
    # Which service a build belongs to is found by its branch: of few origins an engine need not look for it of all.
    from_few = only_these("samples.origin", origins) if origins else ""
    condition = "".join(f" and {one}" for one in (samples.condition, few, from_few) if one)

    def picked(scoped: str) -> str:
        value, moment = f"{samples.value(recipe.column)} as x", f"samples.{samples.moment}"
        return f"{_picked(samples.text, samples.join, value, scoped, period, moment=moment)}{condition})"

    bad = _EVERY if recipe.unit != "ratio" else "x > 0" if better == "lower" else "x < 1"
    pick = _Pick(
        store,
        picked(f"join scope on scope.subject = samples.subject and scope.team = {text_literal(scope.team)}"),
        MICROS if recipe.unit == "seconds" else 1,
        samples.once is not None and samples.once not in apart([scope]),
        recipe.unit,
        subjects=frozenset(services),
        of_all=picked(""),
    )
    return pick, recipe.unit != "count", bad


def _series(store: Store, definition: Definition, scopes: Mapping[str, Scope], team: str, period: Period) -> _Pick:
    series = definition.series[0]
    statistic = _READ_BY.get(definition.measure, definition.statistic)
    observed = Observed(Observations(store, (), subjects_of(scopes, [team]), [period]), scopes, {})
    subjects = sorted(observed.subjects(series, statistic, team, period)) or [""]
    chosen = f" and samples.series = {text_literal(series.name)} and samples.subject in ({_literals(subjects)})"
    join = _OBSERVATION_JOINS[statistic]
    if join != "latest_before_end":
        return _Pick(
            store,
            f"{_picked('observations', join, 'samples.x', '', period)}{chosen})",
            MICROS,
            once=False,
            unit=series.unit,
        )
    place = (
        "samples.x, cast(row_number() over (partition by samples.subject, samples.raw "
        "order by samples.occurred_at desc, samples.starts_at desc, samples.x desc) as bigint) as age"
    )
    latest = _picked("observations", join, place, "", period).replace("picked as", "every_one as", 1)
    columns = "subject, occurred_at, x, key, origin, url"
    return _Pick(
        store,
        f"{latest}{chosen}),\npicked as (select {columns} from every_one where age = 1)",
        MICROS,
        once=False,
        unit=series.unit,
    )


def _picked(
    text: str, join: Join, value: str, scoped: str, period: Period, *, moment: str = "samples.occurred_at"
) -> str:
    """The beginning of a statement, up to the conditions of its last table `picked`."""
    # Of one period its bounds say all that the join to it does.
    joined = f"join periods on {period_join(join)}\n" if "periods." in value else ""
    return (
        f"with samples as (\n{sample_text(text)}\n),\n"
        f"periods as ({period_rows([period])}),\n"
        f"picked as (select samples.subject, {moment} as occurred_at, samples.key, samples.origin, samples.url, "
        f"{value}\n"
        f"from samples {scoped}\n{joined}"
        f"where {period_bounds(join, [period])}"
    )


def _literals(texts: Iterable[str]) -> str:
    return ", ".join(map(text_literal, texts))
