"""Initiatives: what is being done about which measures and objectives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scorecard_exporter.config.document import Document, Location
from scorecard_exporter.config.model import Initiative
from scorecard_exporter.config.references import refers
from scorecard_exporter.config.schema import ConfigurationShape
from scorecard_exporter.config.targets import localised
from scorecard_exporter.config.values import words

Pair = tuple[str, str]
"""A scorecard, and a measure or objective of it."""
_WHAT = "a measure or an objective (SCORECARD/ID)"


def read_initiatives(shape: ConfigurationShape, document: Document) -> dict[str, Initiative]:
    """Every initiative by its id; a due date without a zone is meant in the global one."""
    known = _Known.read(document)
    found = {}
    for id_, written in shape.initiatives.items():
        measures, objectives = known.split(id_, written.measures, document)
        found[id_] = Initiative(
            id=id_,
            title=written.title or words(id_),
            measures=measures,
            objectives=objectives,
            owner=written.owner or "",
            due=localised(written.due, shape.timezone) if written.due else None,
            resources=written.resources or "",
            done=written.done,
            notes=written.notes or "",
        )
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What is written in the file, sound or not, as SCORECARD/MEASURE and SCORECARD/OBJECTIVE."""

    measures: tuple[str, ...]
    objectives: tuple[str, ...]

    @classmethod
    def read(cls, document: Document) -> _Known:
        objectives = list(_objectives(document))
        return cls(
            measures=tuple(
                f"{scorecard}/{measure}"
                for scorecard, _, location in objectives
                for measure in document.names(*location, "measures")
            ),
            objectives=tuple(f"{scorecard}/{objective}" for scorecard, objective, _ in objectives),
        )

    def split(
        self, id_: str, written: tuple[str, ...], document: Document
    ) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
        """Measures and objectives that an initiative names; what is neither or both is reported."""
        measures, objectives = [], []
        for index, name in enumerate(dict.fromkeys(written)):
            location = ("initiatives", id_, "for", index)
            scorecard, _, thing = name.partition("/")
            if name in self.measures and name in self.objectives:
                problem = f"{scorecard!r} has a measure and an objective named {thing!r}; give one of them another id"
                document.report(location, problem)
            elif name in self.objectives:
                objectives.append((scorecard, thing))
            elif refers(document, location, name, (*self.measures, *self.objectives), _WHAT):
                measures.append((scorecard, thing))
        return tuple(measures), tuple(objectives)


def _objectives(document: Document) -> Iterator[tuple[str, str, Location]]:
    for scorecard in document.names("scorecards"):
        perspectives: Location = ("scorecards", scorecard, "perspectives")
        for perspective in document.names(*perspectives):
            objectives = (*perspectives, perspective, "objectives")
            for objective in document.names(*objectives):
                yield scorecard, objective, (*objectives, objective)
