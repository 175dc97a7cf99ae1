"""Why a measure has its value and its colour, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from scorecard_exporter.grafana import appearance
from scorecard_exporter.grafana.frames import Field, Frame
from scorecard_exporter.quantities import when
from scorecard_exporter.scorecard.explanation import Explanation

Line = tuple[str, str]
"""What it is about, and the sentence."""


def frames(why: Explanation, part: str) -> list[Frame]:
    """One of `PARTS` of an explanation."""
    return [PARTS[part](why)]


def _summary(why: Explanation) -> Frame:
    goal = " ".join(filter(None, (why.goal_text, why.target_note)))
    changed = "" if why.changed_at is None else when(why.changed_at)
    lines = [
        ("Value", why.value_text),
        ("Goal", goal),
        ("Judgement", why.judgement),
        ("Score", why.score_text),
        ("Colour since", changed),
        ("Reason", why.absence.sentence if why.absence else ""),
        ("What to do", why.absence.fix if why.absence else ""),
        ("Period", why.period_text),
        ("Period before", why.previous_text),
        ("Samples", f"{why.samples:,}" if why.samples else ""),
        ("Interval", why.interval_text),
        ("Provisional", why.provisional),
        ("Pace", why.pace.sentence if why.pace else ""),
        ("Benchmark", why.benchmark.sentence if why.benchmark else ""),
        ("Owner", why.owner),
    ]
    return _lines("summary", lines)


def _formula(why: Explanation) -> Frame:
    lines = [
        ("Formula", why.formula),
        *(("Note", note) for note in why.notes),
        ("Definition", why.definition),
        ("Source of the definition", why.definition_source),
    ]
    return _lines("formula", lines)


def _lines(name: str, lines: Iterable[Line]) -> Frame:
    told = [line for line in lines if line[1]]
    return Frame(
        name=name,
        meta={"type": "table", "typeVersion": [0, 1]},
        fields=(
            Field(
                name="about", type="text", values=[about for about, _ in told], config={"displayNameFromDS": "About"}
            ),
            Field(
                name="text", type="text", values=[text for _, text in told], config={"displayNameFromDS": "What it is"}
            ),
        ),
    )


def _stages(why: Explanation) -> Frame:
    """The parts of the value, of the lead time its stages; all in base units, with a text beside each."""
    units = {part.unit for part in why.parts}
    unit = {"unit": appearance.unit(units.pop())} if len(units) == 1 else {}
    return Frame(
        name="stages",
        meta={"type": "table", "typeVersion": [0, 1]},
        fields=(
            Field(name="id", type="text", values=[part.name for part in why.parts], config={"displayNameFromDS": "Id"}),
            Field(
                name="part",
                type="text",
                values=[part.title for part in why.parts],
                config={"displayNameFromDS": "Part"},
            ),
            Field(
                name="text",
                type="text",
                values=[part.text for part in why.parts],
                config={"displayNameFromDS": "As written"},
            ),
            Field(
                name="value",
                type="number",
                values=[float(part.value) for part in why.parts],
                config={"displayNameFromDS": "Value", **unit},
            ),
            Field(
                name="unit",
                type="text",
                values=[part.unit for part in why.parts],
                config={"displayNameFromDS": "Unit"},
            ),
        ),
        notices=() if why.parts else ("This measure has no parts in this period.",),
    )


PARTS: Mapping[str, Callable[[Explanation], Frame]] = {
    "summary": _summary,
    "formula": _formula,
    "stages": _stages,
}
"""By the word that a query says."""
