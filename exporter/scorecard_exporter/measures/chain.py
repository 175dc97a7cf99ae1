"""The chain from a system to a number, link by link, for a number that is not there: the first broken one is marked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from scorecard_exporter.events.model import NEVER, Coverage, is_from
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.measures.diagnose import listed, roles_text
from scorecard_exporter.measures.entry import Entry
from scorecard_exporter.measures.model import Absence, Definition, Scope
from scorecard_exporter.measures.statements import bigint, one_of, read, text_literal
from scorecard_exporter.quantities import instant, when
from scorecard_exporter.store.base import Store

LinkName = Literal["source", "mapping", "environment", "link", "samples", "target"]
LINKS: tuple[LinkName, ...] = ("source", "mapping", "environment", "link", "samples", "target")
"""In the order of the chain."""

_CODES: dict[LinkName, frozenset[str]] = {
    "source": frozenset(
        {
            "not_read",
            "stale",
            "history_begins",
            "observations_begin",
            "series_not_seen",
            "stale_observation",
            "stale_round",
            "no_closed_round",
            "headcount_begins",
        }
    ),
    "mapping": frozenset(
        {
            "no_service",
            "no_matching_subject",
            "wrong_unit",
            "does_not_add",
            "several_questions",
        }
    ),
    "environment": frozenset(
        {
            "no_matching_environment",
            "no_matching_tag",
            "no_matching_release",
            "no_matching_build",
        }
    ),
    "link": frozenset(
        {
            "first_deployment_only",
            "no_linked_change",
            "no_feature_release",
            "not_same_time",
            "not_same_subjects",
            "no_weight",
        }
    ),
    "samples": frozenset(
        {
            "too_few_samples",
            "nothing_to_restore",
            "nothing_open",
            "no_release",
            "still_open",
            "no_observation",
            "division_by_zero",
            "too_few_answers",
            "answers_withheld",
        }
    ),
    "target": frozenset({"no_target"}),
}


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain. `sentence`: what is known of it; of a broken one, why.

    `empty`: nothing is broken there, and there was nothing to measure either.
    """

    name: LinkName
    state: Literal["holds", "broken", "empty", "not_reached"]
    sentence: str = ""


def broken_link(code: str) -> LinkName:
    """The link that the code of an absence belongs to."""
    if code.endswith("_not_mapped"):
        return "mapping"
    return next(link for link, codes in _CODES.items() if code in codes)


def chain(store: Store, definition: Definition, scope: Scope, absence: Absence) -> tuple[Link, ...]:
    """The links of a measure of the team of `scope`, up to and behind the one that `absence` says is broken."""
    broken = broken_link(absence.code)
    told = _Told(store, definition, CATALOGUE[definition.measure], scope)
    links = []
    reached = True
    for name in _links(definition, broken):
        if name == broken:
            is_empty = absence.state == "not_applicable" and not absence.fix
            links.append(Link(name, "empty" if is_empty else "broken", absence.sentence))
            reached = False
        elif not reached:
            links.append(Link(name, "not_reached"))
        else:
            links.append(Link(name, "holds", told.of(name)))
    return tuple(links)


def _links(definition: Definition, broken: LinkName) -> Iterator[LinkName]:
    """Those that a measure has; the one that is broken in any case."""
    needs = CATALOGUE[definition.measure].needs
    from_events = not definition.series and not definition.survey
    has = {
        "source": True,
        "mapping": True,
        "environment": from_events and bool({"deployments", "builds"} & {*needs}),
        "link": from_events and {"deployments", "changes"} <= {*needs},
        "samples": True,
        "target": False,
    }
    return (name for name in LINKS if has[name] or name == broken)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of a link that holds."""

    store: Store
    definition: Definition
    entry: Entry
    scope: Scope

    def of(self, name: LinkName) -> str:
        """A sentence about a link."""
        match name:
            case "source":
                return self._source()
            case "mapping":
                return self._mapping()
            case "environment":
                return self._environment()
            case "link":
                shipped = f"facts.shipped_at < {bigint(NEVER)}"
                number = self._facts("service_changes", shipped)
                return f"Changes that are linked to the deployment that shipped them: {number:,}."
            case _:
                return "There are enough of them."

    def _source(self) -> str:
        rows = self._read()
        if not rows:
            sources = sorted({row.origin.partition(":")[0] for row in self.store.coverage()})
            return f"Sources that were read: {listed(sources)}." if sources else "No source was read so far."
        oldest = min(rows, key=lambda row: instant(row.to_at))
        names = listed(sorted({row.origin for row in rows}))
        return f"{names}: read up to {when(instant(oldest.to_at))}."

    def _read(self) -> Sequence[Coverage]:
        """What was read of all that feeds the measure."""
        definition = self.definition
        if definition.series or definition.survey:
            kind = "survey_answer" if definition.survey else "observation"
            delivered = self._delivered()
            return [row for row in self._covered(delivered) if row.kind == kind]
        pairs = {
            pair
            for rule in self.scope.services
            for role, mapped in rule.feeds().items()
            if role in self.entry.needs
            for pair in mapped
        }
        return [row for row in self._covered({origin for origin, _ in pairs}) if (row.origin, row.kind) in pairs]

    def _covered(self, origins: Collection[str]) -> Sequence[Coverage]:
        return self.store.coverage(origins) if origins else ()

    def _delivered(self) -> set[str]:
        """The origins that ever told of the series or the survey."""
        survey, series = self.definition.survey, self.definition.series
        column, table = ("survey", "survey_answers") if survey else ("series", "observations")
        wanted = {survey.name: survey.origin} if survey else {one.name: one.origin for one in series}
        sql = f"select distinct {column}, origin from {table} where {one_of(column, sorted(wanted))}"
        return {origin for name, origin in read(self.store, sql) if is_from(origin, wanted[name])}

    def _mapping(self) -> str:
        definition = self.definition
        if definition.survey:
            return f"Survey `{definition.survey.name}` has subjects that stand for teams."
        if definition.series:
            names = " and ".join(f"`{one.name}`" for one in definition.series)
            return f"Subjects of {names} stand for services or teams of {self.scope.team}."
        every = self.scope.services
        mapped = [rule for rule in every if all(role in rule.feeds() for role in self.entry.needs)]
        return f"{len(mapped):,} of {len(every):,} services say where their {roles_text(self.entry.needs)} come from."

    def _environment(self) -> str:
        if "builds" in self.entry.needs:
            return "There are builds of the branches that count."
        return f"Production deployments that are known: {self._facts('service_deployments', '1 = 1'):,}."

    def _facts(self, table: str, condition: str) -> int:
        sql = (
            f"select cast(count(*) as bigint) from {table} as facts join scope on scope.subject = facts.service\n"
            f"where scope.team = {text_literal(self.scope.team)} and {condition}"
        )
        ((number,),) = read(self.store, sql)
        return int(number)
