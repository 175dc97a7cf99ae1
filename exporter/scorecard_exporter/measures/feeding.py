"""Which sources feed a measure of a team, as the configuration maps them."""

from __future__ import annotations

from collections.abc import Iterator

from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.measures.model import Definition, Scope


def feeding_sources(definition: Definition, scope: Scope) -> tuple[str, ...]:
    """Names of the sources that the measure of a team is made from, sorted.

    A series that any source may deliver names none.
    """
    return tuple(sorted({origin.partition(":")[0] for origin in _origins(definition, scope)}))


def _origins(definition: Definition, scope: Scope) -> Iterator[str]:
    entry = CATALOGUE[definition.measure]
    for rule in () if definition.series or definition.survey else scope.services:
        feeds = rule.feeds()
        if all(role in feeds for role in entry.needs):
            for role in (*entry.needs, *entry.uses):
                yield from (origin for origin, _ in feeds.get(role, ()))
    yield from (series.origin for series in definition.series if series.origin)
    if definition.survey and definition.survey.origin:
        yield definition.survey.origin
    for _, operand in definition.operands:
        yield from _origins(operand, scope)
