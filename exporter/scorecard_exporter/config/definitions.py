"""What each measure of a scorecard computes: its entry in the catalogue, and its definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scorecard_exporter.config.arithmetic import UNKNOWN, quotient_unit, unit_of
from scorecard_exporter.config.document import Document, Location
from scorecard_exporter.config.references import cycle, refers
from scorecard_exporter.config.schema_measure import MeasureShape
from scorecard_exporter.config.values import choice
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.measures.entry import Entry
from scorecard_exporter.measures.expression import names
from scorecard_exporter.measures.model import Definition, Series, Statistic, Survey
from scorecard_exporter.quantities import RefusedError, is_currency, parse, to_micros

FRESHNESS = Fraction(24 * 3600)
"""Seconds: how old the reading of a source that feeds events may be."""

_NEW_FOR = Fraction(90 * 24 * 3600)
"""Seconds: how long a feature is new."""
_KEYS = ("series", "numerator", "denominator", "weighted_by", "releases", "survey", "expression")
_TOLD_BY = {"series": "observation", "numerator": "quotient", "denominator": "quotient", "expression": "arithmetic"}
"""What a key tells of a measure whose id is not in the catalogue."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What measures may be made of, by name."""

    series: Mapping[str, Series]
    surveys: Mapping[str, Survey]


@dataclass(frozen=True, slots=True)
class Placed:
    """A measure as written, and where."""

    location: Location
    shape: MeasureShape


Defined = dict[str, tuple[Entry, Definition]]


class Definer:
    """Works out the definitions of one scorecard's measures; mistakes go to the document."""

    def __init__(self, inputs: Inputs, zone: str, document: Document) -> None:
        self._inputs, self._zone, self._document = inputs, zone, document

    def define(self, measures: Mapping[str, Placed]) -> Defined:
        """The entry and definition of every measure that has sound ones, by its id."""
        entries = {id_: entry for id_, placed in measures.items() if (entry := self._entry(id_, placed))}
        defined: Defined = {}
        for id_, entry in entries.items():
            if entry.id != "arithmetic" and (definition := self._plain(measures[id_], entry)):
                defined[id_] = (entry, definition)
        arithmetic = {id_: measures[id_] for id_, entry in entries.items() if entry.id == "arithmetic"}
        for id_ in self._in_order(arithmetic, tuple(measures)):
            if definition := self._arithmetic(arithmetic[id_], entries[id_], defined):
                defined[id_] = (entries[id_], definition)
        return defined

    def _entry(self, id_: str, placed: Placed) -> Entry | None:
        """The entry of the catalogue; None when there is none, or its keys are not those given."""
        written = placed.shape.measure or _told(id_, placed.shape)
        location = (*placed.location, "measure") if placed.shape.measure else placed.location
        if not refers(self._document, location, written, tuple(CATALOGUE), "a measure of the catalogue"):
            return None
        entry = CATALOGUE[written]
        return entry if self._has_its_keys(placed, entry) else None

    def _has_its_keys(self, placed: Placed, entry: Entry) -> bool:
        """Whether the keys that name what the measure is made of are those of its entry."""
        shape, own = placed.shape, [key for key, _ in entry.keys]
        given = [key for key in _KEYS if getattr(shape, key) is not None]
        needed = own if given or not entry.keys_are_optional else []
        foreign = [key for key in given if key not in own]
        if shape.within is not None and "releases" not in own:
            foreign.append("within")
        for key in foreign:
            problem = f"{key!r} has no place in a measure of the kind {entry.id!r}"
            self._document.report((*placed.location, key), problem)
        missing = [key for key in needed if key not in given]
        for key in missing:
            self._document.report((*placed.location, key), f"the key {key!r} is missing")
        return not foreign and not missing

    def _plain(self, placed: Placed, entry: Entry) -> Definition | None:
        """The definition of a measure that is made of no other measures."""
        shape = placed.shape
        keys = [(key, unit) for key, unit in entry.keys if getattr(shape, key) is not None]
        survey = None
        if shape.survey is not None:
            survey = self._find_survey(placed, shape.survey)
            if survey is None:
                return None
            keys = []
        series = [found for key, unit in keys if (found := self._find_series(placed, key, unit))]
        if len(series) < len(keys) or not self._fit(placed, entry, series):
            return None
        unit = self._unit(placed, entry.unit or _unit_of_series(entry, series))
        if unit is None:
            return None
        freshness = shape.freshness
        if freshness:
            series = [replace(one, freshness=to_micros(freshness)) for one in series]
            survey = replace(survey, freshness=to_micros(freshness)) if survey else None
        limits = [one.freshness for one in (*series, *((survey,) if survey else ()))]
        return self._definition(
            placed,
            entry,
            unit,
            freshness=min(limits, default=to_micros(freshness or FRESHNESS)),
            series=tuple(series),
            survey=survey,
        )

    def _find_series(self, placed: Placed, key: str, unit: str) -> Series | None:
        """The series that a key names, if it has the unit that the measure needs."""
        name, known = getattr(placed.shape, key), self._document.names("series")
        location = (*placed.location, key)
        if not refers(self._document, location, name, known, "a series"):
            return None
        series = self._inputs.series.get(name)
        if series is None or unit in ("", series.unit) or (unit == "money" and is_currency(series.unit)):
            return series
        wanted = "a currency" if unit == "money" else unit
        self._document.report(location, f"series {name!r} is in {series.unit}; this needs one in {wanted}")
        return None

    def _find_survey(self, placed: Placed, name: str) -> Survey | None:
        known = self._document.names("surveys")
        sound = refers(self._document, (*placed.location, "survey"), name, known, "a survey")
        return self._inputs.surveys.get(name) if sound else None

    def _fit(self, placed: Placed, entry: Entry, series: Sequence[Series]) -> bool:
        """Whether two amounts of money, of which a measure without unit is made, are of one currency."""
        monies = {one.unit for one, (_, unit) in zip(series, entry.keys, strict=False) if unit == "money"}
        if len(monies) > 1:
            key = entry.keys[1][0]
            self._document.report(
                (*placed.location, key), f"both series need one currency, not {' and '.join(sorted(monies))}"
            )
        return len(monies) <= 1

    def _definition(
        self,
        placed: Placed,
        entry: Entry,
        unit: str,
        *,
        freshness: int,
        series: tuple[Series, ...] = (),
        survey: Survey | None = None,
        operands: tuple[tuple[str, Definition], ...] = (),
        window: int | None = None,
    ) -> Definition:
        shape = placed.shape
        return Definition(
            measure=entry.id,
            unit=unit,
            statistic=self._statistic(placed, entry),
            window=window or to_micros(shape.window or parse(entry.window, "seconds")),
            min_samples=entry.min_samples if shape.min_samples is None else shape.min_samples,
            freshness=freshness,
            zone=self._zone,
            series=series,
            survey=survey,
            within=to_micros(shape.within or _NEW_FOR) if "releases" in dict(entry.keys) else 0,
            expression=shape.expression or "",
            operands=operands,
        )

    def _statistic(self, placed: Placed, entry: Entry) -> Statistic:
        for statistic in entry.statistics:
            if placed.shape.statistic in (None, statistic):
                return statistic
        written = choice(str(placed.shape.statistic), entry.statistics, f"a statistic of {entry.id}")
        self._document.report((*placed.location, "statistic"), written)
        return entry.statistics[0]

    def _unit(self, placed: Placed, derived: str) -> str | None:
        """The unit that follows from what is measured, else the one that is written."""
        written = placed.shape.unit
        if derived == UNKNOWN and written is None:
            self._document.report((*placed.location, "unit"), "the key 'unit' is missing: it does not follow by itself")
        elif derived != UNKNOWN and written not in (None, derived):
            self._document.report(
                (*placed.location, "unit"), RefusedError(written, f"the unit of this measure: {derived}")
            )
        return written if derived == UNKNOWN else derived

    def _in_order(self, arithmetic: Mapping[str, Placed], known: tuple[str, ...]) -> list[str]:
        """Arithmetic measures, each after those that it is made of; none at all when they form a cycle."""
        operands = {id_: self._operands(id_, placed, known) for id_, placed in arithmetic.items()}
        edges = {id_: [name for name in used if name in arithmetic] for id_, used in operands.items()}
        loop = cycle(edges)
        if loop:
            location = (*arithmetic[loop[0]].location, "expression")
            self._document.report(location, f"these measures are made of each other: {', '.join(loop)}")
            return []
        ordered: dict[str, None] = {}
        while len(ordered) < len(edges):
            ordered |= dict.fromkeys(id_ for id_, used in edges.items() if ordered.keys() >= set(used))
        return [id_ for id_ in ordered if operands[id_]]

    def _operands(self, id_: str, placed: Placed, known: tuple[str, ...]) -> tuple[str, ...]:
        """The names in an expression; none when one of them is unknown."""
        location = (*placed.location, "expression")
        try:
            used = names(placed.shape.expression or "")
        except ValueError as error:
            self._document.report(location, error)
            return ()
        others = tuple(other for other in known if other != id_ and other.isidentifier())
        if not used:
            self._document.report(location, "this expression names no measure of the scorecard")
        sound = [refers(self._document, location, name, others, "a measure of this scorecard") for name in used]
        return used if all(sound) else ()

    def _arithmetic(self, placed: Placed, entry: Entry, defined: Defined) -> Definition | None:
        used = names(placed.shape.expression or "")
        if not all(name in defined for name in used):
            return None
        operands = tuple((name, defined[name][1]) for name in used)
        location = (*placed.location, "expression")
        windows = {operand.window for _, operand in operands}
        if placed.shape.window:
            windows.add(to_micros(placed.shape.window))
        if len(windows) > 1:
            self._document.report(location, "all measures in an expression, and its result, need the same window")
            return None
        try:
            derived = unit_of(placed.shape.expression or "", {name: operand.unit for name, operand in operands})
        except ValueError as error:
            self._document.report(location, error)
            return None
        unit = self._unit(placed, derived)
        if unit is None:
            return None
        freshness = to_micros(placed.shape.freshness or FRESHNESS)
        return self._definition(placed, entry, unit, freshness=freshness, operands=operands, window=windows.pop())


def _told(id_: str, shape: MeasureShape) -> str:
    """The kind of measure that its keys tell, where its id is not that of a catalogue entry."""
    kinds = [kind for key, kind in _TOLD_BY.items() if getattr(shape, key) is not None]
    return kinds[0] if kinds and id_ not in CATALOGUE else id_


def _unit_of_series(entry: Entry, series: Sequence[Series]) -> str:
    """That of the only series, or of the quotient of two."""
    if len(series) == 1 or entry.keys[0][0] == "series":
        return series[0].unit
    return quotient_unit(series[0].unit, series[1].unit)
