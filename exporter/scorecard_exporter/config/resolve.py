"""From a file to one frozen `Configuration`: every reference resolved, every mistake found."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from scorecard_exporter.config.definitions import Inputs
from scorecard_exporter.config.document import Document, Location
from scorecard_exporter.config.initiatives import read_initiatives
from scorecard_exporter.config.lint.advice import NAMES
from scorecard_exporter.config.model import Configuration, Exposition
from scorecard_exporter.config.parse import parse
from scorecard_exporter.config.references import Origins, refers
from scorecard_exporter.config.schema import ConfigurationShape
from scorecard_exporter.config.scorecards import read_scorecards
from scorecard_exporter.config.services import (
    all_series,
    all_surveys,
    service_rules,
    subject_patterns,
    survey_patterns,
    with_paths,
    with_things,
)
from scorecard_exporter.config.teams import read_teams, scope_rows, scopes
from scorecard_exporter.config.templates import apply_templates
from scorecard_exporter.config.values import choice
from scorecard_exporter.config.yaml import read
from scorecard_exporter.sources.base import SourceOptions
from scorecard_exporter.sources.observations.checking import NAME as OBSERVATIONS
from scorecard_exporter.sources.registry import TYPES
from scorecard_exporter.sources.survey_links.rounds import NAME as SURVEY_LINKS
from scorecard_exporter.store.base import Dimensions


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Configuration:
    """Read and check a configuration file.

    `environ`: where `!env NAME` looks. Relative paths are meant from the file that they stand in.

    Raises:
        ConfigurationError: all mistakes at once, each with its file, line, column and path.
    """
    document = read(path, environ)
    if () in document.broken:
        raise document.error()
    sources = _sources(document)
    apply_templates(document)
    shape = parse(ConfigurationShape, document)
    if shape is None:
        raise document.error()
    configuration = _resolve(shape, sources, document)
    document.raise_mistakes()
    return configuration


def _sources(document: Document) -> dict[str, SourceOptions]:
    """The options of every source that has sound ones, by the type that it names."""
    found = {}
    for name in document.names("sources"):
        location: Location = ("sources", name)
        entry = document.data["sources"][name]
        kind = entry.get("type") if isinstance(entry, dict) else None
        if not isinstance(kind, str):
            document.mistake(location, f"the key 'type' is missing; allowed: {', '.join(TYPES)}", at_key=True)
            document.broken.add(location)
        elif kind not in TYPES:
            document.mistake((*location, "type"), choice(kind, tuple(TYPES), "a type of source"))
        elif options := parse(TYPES[kind], document, location):
            found[name] = options
    return found


def _resolve(shape: ConfigurationShape, sources: Mapping[str, SourceOptions], document: Document) -> Configuration:
    observed = (OBSERVATIONS,) if document.names("observations") else ()
    own = (*observed, SURVEY_LINKS)
    _no_taken_names(own, document)
    origins = Origins(sources, document.names("sources"), own, are_known=("sources",) not in document.broken)
    rules = service_rules(shape, origins, document)
    series, surveys = all_series(shape, origins, document), all_surveys(shape, origins, document)
    teams = read_teams(shape.teams, document)
    counted = scopes(teams, rules)
    scorecards = read_scorecards(shape, teams, counted, Inputs(series, surveys), document)
    path = Path(document.file)
    return Configuration(
        path=path,
        document=document.redacted(_secret_locations(shape, sources)),
        zone=shape.timezone,
        store=f"duckdb:{path.parent / shape.store.removeprefix('duckdb:')}",
        sources=with_things(with_paths(sources, rules), rules),
        teams=teams,
        scopes=counted,
        dimensions=Dimensions(
            services=tuple(rules.values()),
            scope=tuple(scope_rows(teams, counted)),
            subjects=(*subject_patterns(shape, series, document), *survey_patterns(shape, surveys, document)),
            zones=tuple(sorted({scorecard.zone for scorecard in scorecards.values()})),
        ),
        scorecards=scorecards,
        initiatives=read_initiatives(shape, document),
        exposition=Exposition(readings=shape.exposition.readings, parts=shape.exposition.parts),
        evaluation_interval=shape.evaluation_interval,
        benchmark=shape.benchmark,
        silenced=_silenced(shape, document),
        series=series,
        surveys=surveys,
        observation_tokens=shape.observations.token if shape.observations else (),
    )


def _silenced(shape: ConfigurationShape, document: Document) -> dict[str, str]:
    """The reasons by name; an advice that does not exist is a mistake."""
    known = tuple(NAMES)
    return {
        name: reason
        for name, reason in shape.silence.items()
        if refers(document, ("silence", name), name, known, "an advice")
    }


def _no_taken_names(own: tuple[str, ...], document: Document) -> None:
    for name in own:
        if name in document.names("sources"):
            document.mistake(
                ("sources", name), "this name is taken by the exporter itself: choose another", at_key=True
            )


def _secret_locations(shape: ConfigurationShape, sources: Mapping[str, SourceOptions]) -> Iterator[Location]:
    yield from secrets_in(shape.observations, ("observations",))
    for name, options in sources.items():
        yield from secrets_in(options, ("sources", name))


def secrets_in(value: Any, location: Location) -> Iterator[Location]:
    """Where the secrets of a validated value stand."""
    if isinstance(value, SecretStr):
        yield location
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from secrets_in(getattr(value, name), (*location, field.alias or name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from secrets_in(item, (*location, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from secrets_in(item, (*location, index))
