"""What the variables of a board and the query editor may be set to: read-only, by path."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

from scorecard_exporter.errors import UnknownNameError
from scorecard_exporter.evaluation import find_scorecard
from scorecard_exporter.grafana.question import ALL, LARGEST, QuestionError
from scorecard_exporter.scorecard.model import ScorecardStatus, Snapshot

Choice = tuple[str, str]
"""What people see, and what a query then says."""

_KEYS: Mapping[str, tuple[str, ...]] = {
    "scorecards": (),
    "teams": ("scorecard",),
    "perspectives": ("scorecard", "team"),
    "measures": ("scorecard", "team", "perspective"),
}


def choices(snapshot: Snapshot, path: str, url: str) -> bytes:
    """The choices at a path, as JSON: `[{"text": …, "value": …}, …]`. `url` has the parameters.

    Raises:
        QuestionError: there is nothing at this path.
        UnknownNameError: there is no such scorecard, team or perspective.
    """
    if path not in _KEYS:
        raise QuestionError(f"There is nothing at this path; there is: {', '.join(_KEYS)}.", 404)
    given = _parameters(url, _KEYS[path])
    found = list(_LISTS[path](snapshot, given))
    return json.dumps([{"text": text, "value": value} for text, value in found], ensure_ascii=False).encode()


def _parameters(url: str, keys: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The names under each key; none where all are meant."""
    if len(url) > LARGEST:
        raise QuestionError("The address is too long.", 414)
    try:
        query = parse_qs(urlsplit(url).query, max_num_fields=100)
    except ValueError as error:
        raise QuestionError("The parameters cannot be read.") from error
    given = {key: tuple(name for text in query.get(key, ()) for name in _names(text)) for key in keys}
    return {key: () if ALL & set(names) else names for key, names in given.items()}


def _names(text: str) -> Iterator[str]:
    return (name for name in (part.strip() for part in text.strip("{} ").split(",")) if name)


def _scorecards(snapshot: Snapshot, _: Mapping[str, tuple[str, ...]]) -> Iterable[Choice]:
    return {one.scorecard.id: (one.scorecard.title, one.scorecard.id) for one in snapshot.scorecards}.values()


def _teams(snapshot: Snapshot, given: Mapping[str, tuple[str, ...]]) -> Iterable[Choice]:
    scorecard = _first(given, "scorecard")
    if scorecard is not None:
        find_scorecard(snapshot, scorecard, None)
    found = (one for one in snapshot.scorecards if scorecard in (None, one.scorecard.id))
    return {one.team: (one.team_title, one.team) for one in found}.values()


def _perspectives(snapshot: Snapshot, given: Mapping[str, tuple[str, ...]]) -> Iterable[Choice]:
    return [(one.perspective.title, one.perspective.id) for one in _card(snapshot, given).perspectives]


def _measures(snapshot: Snapshot, given: Mapping[str, tuple[str, ...]]) -> Iterable[Choice]:
    card, wanted = _card(snapshot, given), given["perspective"]
    known = {one.perspective.id for one in card.perspectives}
    for name in wanted:
        if name not in known:
            raise UnknownNameError.of(f"perspective of scorecard {card.scorecard.id}", name, known)
    return [
        (measure.measure.title, measure.measure.id)
        for perspective, _, measure in card.measures()
        if not wanted or perspective.perspective.id in wanted
    ]


_LISTS: Mapping[str, Callable[[Snapshot, Mapping[str, tuple[str, ...]]], Iterable[Choice]]] = {
    "scorecards": _scorecards,
    "teams": _teams,
    "perspectives": _perspectives,
    "measures": _measures,
}


def _card(snapshot: Snapshot, given: Mapping[str, tuple[str, ...]]) -> ScorecardStatus:
    first = snapshot.scorecards[0].scorecard.id if snapshot.scorecards else ""
    return find_scorecard(snapshot, _first(given, "scorecard") or first, _first(given, "team"))


def _first(given: Mapping[str, tuple[str, ...]], key: str) -> str | None:
    return next(iter(given[key]), None)
