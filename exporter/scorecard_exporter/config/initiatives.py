"""Initiatives: what is being done about which measures."""

from __future__ import annotations

from collections.abc import Iterator

from scorecard_exporter.config.document import Document, Location
from scorecard_exporter.config.model import Initiative
from scorecard_exporter.config.references import refers
from scorecard_exporter.config.schema import ConfigurationShape
from scorecard_exporter.config.targets import localised
from scorecard_exporter.config.values import words


def read_initiatives(shape: ConfigurationShape, document: Document) -> dict[str, Initiative]:
    """Every initiative by its id; a due date without a zone is meant in the global one."""
    known = tuple(_measures(document))
    return {
        id_: Initiative(
            id=id_,
            title=written.title or words(id_),
            measures=tuple(_pairs(id_, written.measures, known, document)),
            owner=written.owner or "",
            due=localised(written.due, shape.timezone) if written.due else None,
            resources=written.resources or "",
            done=written.done,
        )
        for id_, written in shape.initiatives.items()
    }


def _measures(document: Document) -> Iterator[str]:
    """Every measure that is written in the file, sound or not, as SCORECARD/MEASURE."""
    for scorecard in document.names("scorecards"):
        perspectives: Location = ("scorecards", scorecard, "perspectives")
        for perspective in document.names(*perspectives):
            objectives = (*perspectives, perspective, "objectives")
            for objective in document.names(*objectives):
                for measure in document.names(*objectives, objective, "measures"):
                    yield f"{scorecard}/{measure}"


def _pairs(id_: str, written: tuple[str, ...], known: tuple[str, ...], document: Document) -> Iterator[tuple[str, str]]:
    for index, name in enumerate(dict.fromkeys(written)):
        if refers(document, ("initiatives", id_, "for", index), name, known, "a measure (SCORECARD/MEASURE)"):
            scorecard, _, measure = name.partition("/")
            yield scorecard, measure
