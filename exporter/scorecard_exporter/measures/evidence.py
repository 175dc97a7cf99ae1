"""The samples behind a reading: the newest and the worst, read from the very same sample texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scorecard_exporter.measures.aggregate import (
    Join,
    period_bounds,
    period_join,
    period_rows,
    read,
    sample_text,
    text_literal,
)
from scorecard_exporter.measures.finding import MICROS
from scorecard_exporter.measures.model import Definition, Period, Sample, Scope, Statistic
from scorecard_exporter.measures.observations import Observations, subjects_of
from scorecard_exporter.measures.observed import Observed
from scorecard_exporter.measures.recipe import Recipe
from scorecard_exporter.measures.recipes import recipe_of
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
        pick, is_ranked, bad = _of_events(store, recipe, team, period, better)
    elif definition.series:
        pick, is_ranked, bad = _series(store, definition, scopes, team, period), True, _EVERY
    else:
        return (), ()
    # Of a length the longest is the worst, also where the measure made of it is better when higher.
    descends = better == "lower" or (recipe is not None and recipe.unit == "seconds")
    badness = f"x {'desc' if descends else 'asc'}, occurred_at desc"
    return (
        pick.first(newest, "occurred_at desc", _EVERY),
        pick.first(worst, badness, bad) if is_ranked else (),
    )


@dataclass(frozen=True, slots=True)
class _Pick:
    """The samples of one team in one period. `picked`: a statement of `subject, occurred_at, x, key, origin, url`."""

    store: Store
    picked: str
    scale: int
    once: bool
    unit: str

    def first(self, number: int, order: str, condition: str) -> tuple[Sample, ...]:
        """The first ones in an order; those that are equal in it come by origin and key."""
        columns = "origin, key, subject, url, occurred_at, x"
        place = f"cast(dense_rank() over (order by {order}) as bigint) as place"
        ranked = f"select {columns}, {place} from picked where {condition}"
        sql = f"{self.picked},\nranked as ({ranked})\nselect place, {columns} from ranked where place <= {number}"
        found: dict[tuple[str, ...], Sample] = {}
        for _, origin, key, subject, url, at, value in sorted(read(self.store, sql)):
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
        return tuple(found.values())[:number]


def _of_events(
    store: Store, recipe: Recipe, team: str, period: Period, better: Literal["higher", "lower"]
) -> tuple[_Pick, bool, str]:
    samples = recipe.samples
    scoped = f"join scope on scope.subject = samples.subject and scope.team = {text_literal(team)}"
    moment = f"samples.{samples.moment}"
    picked = _picked(samples.text, samples.join, f"{samples.value(recipe.column)} as x", scoped, period, moment=moment)
    condition = f" and {samples.condition}" if samples.condition else ""
    bad = _EVERY if recipe.unit != "ratio" else "x > 0" if better == "lower" else "x < 1"
    pick = _Pick(
        store, f"{picked}{condition})", MICROS if recipe.unit == "seconds" else 1, samples.once is not None, recipe.unit
    )
    return pick, recipe.unit != "count", bad


def _series(store: Store, definition: Definition, scopes: Mapping[str, Scope], team: str, period: Period) -> _Pick:
    series = definition.series[0]
    statistic = _READ_BY.get(definition.measure, definition.statistic)
    observed = Observed(Observations(store, {series.name}, subjects_of(scopes, [team]), [period]), scopes, {})
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
    return (
        f"with samples as (\n{sample_text(text)}\n),\n"
        f"periods as ({period_rows([period])}),\n"
        f"picked as (select samples.subject, {moment} as occurred_at, samples.key, samples.origin, samples.url, "
        f"{value}\n"
        f"from samples {scoped}\n"
        f"join periods on {period_join(join)}\n"
        f"where {period_bounds(join, [period])}"
    )


def _literals(texts: Iterable[str]) -> str:
    return ", ".join(map(text_literal, texts))
