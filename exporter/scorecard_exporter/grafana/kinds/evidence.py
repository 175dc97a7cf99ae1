"""The samples behind a value, worst first, each with the page that shows it."""

from __future__ import annotations

from collections.abc import Sequence

from scorecard_exporter.grafana import appearance
from scorecard_exporter.grafana.frames import Field, Frame, Json
from scorecard_exporter.measures.model import Sample
from scorecard_exporter.scorecard.formula import sample_text
from scorecard_exporter.scorecard.model import MeasureStatus
from scorecard_exporter.sources.text import printable, web_address

USUAL, MOST = 200, 100_000
"""Samples in an answer."""


def frames(status: MeasureStatus, samples: Sequence[Sample]) -> list[Frame]:
    """The samples of a measure, in their order."""
    definition = status.measure.definition
    unit = samples[0].unit if samples else definition.unit
    return [
        Frame(
            name="evidence",
            meta={"type": "table", "typeVersion": [0, 1]},
            fields=(
                Field(name="time", type="time", values=[one.occurred_at for one in samples], config=_title("Time")),
                _texts("sample", "Sample", [sample_text(definition.measure, one.value, unit) for one in samples]),
                Field(
                    name="value",
                    type="number",
                    values=[float(one.value) for one in samples],
                    config={**_title("Value"), "unit": appearance.unit(unit)},
                ),
                _texts("subject", "Subject", [printable(one.subject) for one in samples]),
                _texts("key", "Key", [printable(one.key) for one in samples]),
                _texts("origin", "Origin", [printable(one.origin) for one in samples]),
                Field(
                    name="link",
                    type="text",
                    values=[web_address(printable(one.url)) or None for one in samples],
                    config={
                        **_title("Link"),
                        "links": [appearance.link("Open in the source", "${__value.raw}", new_tab=True)],
                    },
                ),
            ),
            notices=_notices(status, len(samples)),
        )
    ]


def _title(text: str) -> Json:
    return {"displayNameFromDS": text}


def _texts(name: str, title: str, values: Sequence[str]) -> Field:
    return Field(name=name, type="text", values=values, config=_title(title))


def _notices(status: MeasureStatus, shown: int) -> tuple[str, ...]:
    if shown:
        every = status.reading.samples
        return (f"{shown:,} of {every:,} samples are shown, the worst first.",) if shown < every else ()
    if status.absence:
        return (status.absence.sentence,)
    return ("This measure is made from other numbers, or from answers that nobody is shown.",)
