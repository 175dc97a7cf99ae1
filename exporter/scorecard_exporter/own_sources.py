"""The sources that the exporter has by itself: observations that are given to it, and surveys of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from scorecard_exporter.config.model import Configuration
from scorecard_exporter.events.model import is_from
from scorecard_exporter.sources.base import Source
from scorecard_exporter.sources.observations.checking import NAME as OBSERVATIONS
from scorecard_exporter.sources.observations.checking import KnownSeries
from scorecard_exporter.sources.observations.door import ObservationDoor
from scorecard_exporter.sources.survey_links.rounds import NAME as SURVEY_LINKS
from scorecard_exporter.sources.survey_links.rounds import Rounds
from scorecard_exporter.sources.survey_links.stream import ClosedRounds
from scorecard_exporter.store import store_path
from scorecard_exporter.store.dimensions import SURVEY, meanings

_OBSERVATIONS_INTERVAL, _SURVEYS_INTERVAL = 300.0, 60.0
"""Seconds."""


def own_sources(configuration: Configuration) -> dict[str, Source]:
    """Those that the configuration leaves room for, by name."""
    found = {}
    if configuration.observation_tokens:
        found[OBSERVATIONS] = Source(
            OBSERVATIONS, OBSERVATIONS, _OBSERVATIONS_INTERVAL, (), webhook=observation_door(configuration)
        )
    if any(is_from(f"{SURVEY_LINKS}:{one.name}", one.origin) for one in configuration.surveys.values()):
        streams = (ClosedRounds(rounds(configuration)),)
        found[SURVEY_LINKS] = Source(SURVEY_LINKS, SURVEY_LINKS, _SURVEYS_INTERVAL, streams)
    return found


def observation_door(configuration: Configuration) -> ObservationDoor:
    """Who takes observations of the series that may be given."""
    return ObservationDoor(configuration.observation_tokens, _series(configuration), configuration.zone)


def rounds(configuration: Configuration) -> Rounds:
    """The rounds of surveys; they lie beside the store."""
    store = store_path(configuration.store)
    return Rounds(store.with_name(f"{store.name}.surveys"))


def survey_subjects(configuration: Configuration, survey: str) -> dict[str, str]:
    """How answers of a survey over our own links name each team: team → what they say.

    It is a name that the survey's `subjects` give to the team, or the team's own where they are patterns.
    """
    series, origin = f"{SURVEY}{survey}", f"{SURVEY_LINKS}:{survey}"
    patterns = tuple(one for one in configuration.dimensions.subjects if one.series == series)
    names = [(one.subject.removeprefix("team/"), one.raw) for one in patterns]
    found: dict[str, str] = {}
    for team, name in (*names, *((team, team) for team, _ in names)):
        meant = {subject for *_, subject in meanings(patterns, [(series, origin, name)])}
        if meant == {f"team/{team}"}:
            found.setdefault(team, name)
    return found


def _series(configuration: Configuration) -> Mapping[str, KnownSeries]:
    subjects = defaultdict(set)
    for pattern in configuration.dimensions.subjects:
        subjects[pattern.series].add(pattern.raw)
    return {
        name: KnownSeries(one.unit, tuple(sorted(subjects[name])))
        for name, one in configuration.series.items()
        if is_from(f"{OBSERVATIONS}:{name}", one.origin)
    }
