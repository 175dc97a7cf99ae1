"""The past of alerts, from Prometheus: read forwards, because a span is known by where it began."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from scorecard_exporter.events.model import Batch, Coverage, Incident, Problem, Progress
from scorecard_exporter.quantities import instant, moment
from scorecard_exporter.sources.alertmanager.incidents import Naming, fingerprint, incident
from scorecard_exporter.sources.alertmanager.past import Remembered, intervals
from scorecard_exporter.sources.alertmanager.spans import Span, resolved_at, spans
from scorecard_exporter.sources.base import Stream
from scorecard_exporter.sources.delivery import deliver, digest
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.streams import OVERLAP
from scorecard_exporter.sources.prometheus.queries import Answer, ask_samples

WINDOW = timedelta(days=7)
"""Read at once: ten thousand evaluations of a rule, one a minute."""


@dataclass(slots=True)
class _Alert:
    labels: Mapping[str, str]
    spans: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class _State:
    """The cursor. `since`, `until`: what was read. `origins`: of all alerts that were ever seen.

    `alerts`: those whose last spans may still go on, by their fingerprints.
    """

    made_by: str
    since: datetime
    until: datetime
    origins: set[str] = field(default_factory=set)
    alerts: dict[str, _Alert] = field(default_factory=dict)

    def dump(self) -> str:
        kept = [
            [dict(alert.labels), [[instant(span.first), instant(span.last)] for span in alert.spans]]
            for _, alert in sorted(self.alerts.items())
        ]
        return json.dumps([self.made_by, instant(self.since), instant(self.until), sorted(self.origins), kept])


def _load(cursor: str | None) -> _State | None:
    """From a cursor; None where there is none, or one of another version."""
    try:
        known, since, until, origins, kept = json.loads(cursor or "null")
        alerts = {
            fingerprint(labels): _Alert(labels, [Span(moment(first), moment(last)) for first, last in found])
            for labels, found in kept
        }
        return _State(known, moment(since), moment(until), set(origins), alerts)
    except (TypeError, ValueError, AttributeError):
        return None


class AlertStream(Stream):
    """Incidents from the samples of alerts. `things`: what is known to be quiet while nothing fires."""

    name = "alerts"

    def __init__(
        self, client: Client, remembered: Remembered, naming: Naming, things: Sequence[str], history: timedelta
    ) -> None:
        self._client, self._remembered, self._naming = client, remembered, naming
        self._origins = frozenset(f"{naming.source}:{thing}" for thing in things)
        self._history = history
        self._intervals: tuple[datetime, Mapping[str, timedelta]] | None = None
        self._broken_rules: tuple[Problem, ...] = ()
        self._made_by = digest(remembered.selector, sorted(remembered.external_labels.items()), naming)

    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:
        wanted = at - self._history
        before = _load(cursor)
        is_outdated = before is not None and before.made_by != self._made_by
        state = _State(self._made_by, wanted, wanted) if before is None or is_outdated else before
        if state.since > wanted:  # more history is wanted than was
            state = _State(self._made_by, wanted, wanted)
        end = min(state.until + WINDOW, at)
        if end < state.until:
            return
        answer = ask_samples(self._client, self._remembered.selector, state.until - OVERLAP, end)
        known = self._known_intervals(at) if answer.series or state.alerts else {}
        found = tuple(self._incidents(state, answer, end, known))
        state.until = end
        state.origins |= {one.origin for one in found}

        def finish() -> Batch:
            return Batch(
                records=(),
                cursor=state.dump(),
                coverage=tuple(
                    Coverage(origin=origin, kind=Incident.kind, from_at=state.since, to_at=end)
                    for origin in sorted(self._origins | state.origins)
                ),
                problems=(*self._problems(answer), *self._broken_rules),
                # It goes forwards: what is left lies at the end.
                progress=Progress(read_from=wanted + (at - end), wanted_from=wanted),
            )

        dropped = {(origin, Incident.kind) for origin in before.origins} if before and is_outdated else set()
        for batch in deliver(found, cursor=cursor, replace=tuple(sorted(dropped)), finish=finish):
            # Merged, so that a resolution that was pushed meanwhile is not undone.
            yield replace(batch, is_partial=True)

    def _known_intervals(self, at: datetime) -> Mapping[str, timedelta]:
        """How often rules are evaluated; asked once a poll, which is all of one moment."""
        if self._intervals is None or self._intervals[0] != at:
            known, self._broken_rules = intervals(self._client, f"{self._naming.source}:")
            self._intervals = at, known
        return self._intervals[1]

    def _incidents(
        self, state: _State, answer: Answer, end: datetime, known: Mapping[str, timedelta]
    ) -> Iterator[Incident]:
        """Everything that has fired since; alerts whose spans cannot go on any more are taken from the state."""
        for alert, samples in self._sampled(state, answer):
            interval = known.get(alert.labels.get("alertname", ""), self._remembered.interval)
            alert.spans = spans(alert.spans, samples, interval)
            url = self._remembered.address(alert.labels)
            for span in alert.spans:
                yield incident(self._naming, alert.labels, span.first, resolved_at(span, interval, end), url)
            alert.spans = [span for span in alert.spans if span.last + 2 * interval >= end - OVERLAP]
        state.alerts = {key: alert for key, alert in state.alerts.items() if alert.spans}

    def _sampled(self, state: _State, answer: Answer) -> Iterable[tuple[_Alert, list[datetime]]]:
        """All alerts known or seen, with the moments of their samples in order."""
        samples: defaultdict[str, set[datetime]] = defaultdict(set)
        for series in answer.series:
            labels = self._remembered.labels(series.labels)
            key = fingerprint(labels)
            state.alerts.setdefault(key, _Alert(labels))
            samples[key].update(at for at, _ in series.points)
        return [(alert, sorted(samples[key])) for key, alert in sorted(state.alerts.items())]

    def _problems(self, answer: Answer) -> Iterator[Problem]:
        said = [("warning", f"comes with a warning: {one}") for one in answer.warnings]
        said += [("malformed", f"could not be read in part, which is left out: {one}") for one in answer.malformed]
        for code, what in said:
            message = f"what Prometheus remembers of alerts {what}"
            yield Problem(code=code, message=message, origin=f"{self._naming.source}:")
