"""An alert that fires, as an incident: the same one whether Alertmanager pushes it or Prometheus remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scorecard_exporter.events.model import Incident

_FNV_OFFSET, _FNV_PRIME = 14695981039346656037, 1099511628211
_SEPARATOR = b"\xff"


@dataclass(frozen=True, slots=True)
class Naming:
    """What alerts are about: `thing` is the label that says so; of alerts without it, their name."""

    source: str
    thing: str

    def origin(self, labels: Mapping[str, str]) -> str:
        """The origin of the incidents of an alert."""
        return f"{self.source}:{labels.get(self.thing) or labels.get('alertname') or 'unnamed'}"


def fingerprint(labels: Mapping[str, str]) -> str:
    """What Alertmanager tells alerts apart by.

    FNV-1a over names and values in the order of the names, each with a byte after it (`LabelSet.Fingerprint` of
    prometheus/common).
    """
    found = _FNV_OFFSET
    for name, value in sorted(labels.items()):
        for byte in name.encode() + _SEPARATOR + value.encode() + _SEPARATOR:
            found = (found ^ byte) * _FNV_PRIME & 0xFFFF_FFFF_FFFF_FFFF
    return f"{found:016x}"


def incident(
    naming: Naming, labels: Mapping[str, str], began_at: datetime, resolved_at: datetime | None, url: str
) -> Incident:
    """An alert with these labels that has fired since a moment.

    The moment is that of the evaluation that made it fire, which Prometheus and Alertmanager both have: the one to the
    millisecond, the other more exactly, so it is cut to the millisecond.
    """
    began_at -= timedelta(microseconds=began_at.microsecond % 1000)
    return Incident(
        origin=naming.origin(labels),
        key=f"{fingerprint(labels)}/{began_at:%Y-%m-%dT%H:%M:%S}.{began_at.microsecond // 1000:03d}Z",
        url=url,
        began_at=began_at,
        severity=labels.get("severity", ""),
        title=labels.get("alertname", ""),
        resolved_at=resolved_at,
        labels=tuple(f"{name}={value}" for name, value in sorted(labels.items())),
    )
