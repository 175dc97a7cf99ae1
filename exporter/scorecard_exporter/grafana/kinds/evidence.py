"""The samples behind a value, worst first, each with the page that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from scorecard_exporter.grafana import appearance
from scorecard_exporter.grafana.frames import Field, Frame
from scorecard_exporter.scorecard.explanation import Evidence, Explanation
from scorecard_exporter.sources.text import printable

USUAL, MOST = 200, 10_000
"""Samples in an answer."""


def frames(why: Explanation, limit: int) -> list[Frame]:
    """At most `limit` samples of an explanation: the worst, then the newest of the others."""
    worst = {(one.origin, one.key, one.subject): one for one in (*why.worst, *why.newest)}
    return [frame(list(worst.values())[:limit], why)]


def frame(samples: Sequence[Evidence], why: Explanation) -> Frame:
    """These samples of a measure."""
    unit = samples[0].unit if samples else why.unit
    return Frame(
        name="evidence",
        meta={"type": "table", "typeVersion": [0, 1]},
        fields=(
            Field(
                name="time",
                type="time",
                values=[one.occurred_at for one in samples],
                config={"displayNameFromDS": "Time"},
            ),
            Field(
                name="sample",
                type="text",
                values=[one.text for one in samples],
                config={"displayNameFromDS": "Sample"},
            ),
            Field(
                name="value",
                type="number",
                values=[float(one.value) for one in samples],
                config={"displayNameFromDS": "Value", "unit": appearance.unit(unit)},
            ),
            Field(
                name="subject",
                type="text",
                values=[printable(one.subject) for one in samples],
                config={"displayNameFromDS": "Service"},
            ),
            Field(
                name="key",
                type="text",
                values=[printable(one.key) for one in samples],
                config={"displayNameFromDS": "Key"},
            ),
            Field(
                name="origin",
                type="text",
                values=[printable(one.origin) for one in samples],
                config={"displayNameFromDS": "Origin"},
            ),
            Field(
                name="link",
                type="text",
                values=[web_address(one.url) for one in samples],
                config={
                    "displayNameFromDS": "Link",
                    "links": [appearance.link("Open in the source", "${__value.raw}", new_tab=True)],
                },
            ),
        ),
        notices=_notices(samples, why),
    )


def web_address(url: str) -> str | None:
    """What a source gave as an address, if it is one of the web: a `javascript:` one would run in the viewer's page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc and url.isprintable() else None


def _notices(samples: Sequence[Evidence], why: Explanation) -> tuple[str, ...]:
    if not samples and why.absence:
        return (why.absence.sentence,)
    if not samples:
        return ("This measure is made from other numbers and has no samples of its own.",)
    if len(samples) < why.samples:
        return (f"{len(samples):,} of {why.samples:,} samples are shown, the worst first.",)
    return ()
