"""A measure for what is below a team: each child team, and each service by itself; made like any other reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scorecard_exporter.measures.evaluate import evaluate
from scorecard_exporter.measures.model import Definition, Period, Reading, Scope
from scorecard_exporter.measures.statements import ALONE, one_of, read
from scorecard_exporter.store.base import Store

SERVICES_ASKED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """The reading of a team, and those of its child teams and services, by their names.

    One service alone is the whole, and not among them. A survey has none of services, and of a team only what may be
    shown; nor has a series that observes none of them.
    """

    whole: Reading
    children: Mapping[str, Reading]
    services: Mapping[str, Reading]


def read_below(store: Store, scopes: Mapping[str, Scope], reading: Reading, known: Mapping[str, Reading]) -> Below:
    """What the team of `reading` and all next below it have in its period, however few their samples are.

    `known`: readings of the same definition and period that were made before, by team; those are not made again.
    Of more than `SERVICES_ASKED` services nothing is asked: the teams below say where to look.
    """
    definition, team = replace(reading.definition, min_samples=0), reading.team
    told = {name: one for name, one in {**known, team: reading}.items() if one.value is not None or not one.samples}
    names = (team, *scopes[team].children)
    asked = [name for name in names if name not in told]
    if asked:
        told |= evaluate(store, [definition], scopes, asked, [reading.period])[definition][0]
    return Below(
        whole=told[team],
        children={name: told[name] for name in names[1:]},
        services=_alone(store, definition, scopes[team], reading.period),
    )


def _alone(store: Store, definition: Definition, scope: Scope, period: Period) -> dict[str, Reading]:
    """Each service by itself, as if it were a team."""
    if definition.survey or not 1 < len(scope.services) <= SERVICES_ASKED:
        return {}
    if definition.series and not _observes(store, definition, [rule.service for rule in scope.services]):
        return {}
    alone = {
        f"{ALONE}{rule.service}": Scope(team=f"{ALONE}{rule.service}", services=(rule,), own_services=(rule.service,))
        for rule in scope.services
    }
    (found,) = evaluate(store, [definition], alone, list(alone), [period])[definition]
    return {name.removeprefix(ALONE): one for name, one in found.items()}


def _observes(store: Store, definition: Definition, services: Sequence[str]) -> bool:
    """Whether a series of a definition has any of these services as its subject."""
    names = one_of("series", [series.name for series in definition.series])
    sql = f"select distinct subject from series_subject where {names} and {one_of('subject', services)}"
    return any(read(store, sql))
