"""Why a measure has its value and its colour, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from scorecard_exporter.grafana import appearance
from scorecard_exporter.grafana.frames import Field, Frame, Json
from scorecard_exporter.looks import GREEN, GREY, RED
from scorecard_exporter.quantities import when
from scorecard_exporter.scorecard.contribution import Contribution, Contributions
from scorecard_exporter.scorecard.explanation import Explanation

Line = tuple[str, str]
"""What it is about, and the sentence."""

_STATES: Mapping[str, tuple[str, str]] = {
    "holds": ("✓ Holds", GREEN.color),
    "broken": ("✕ Broken", RED.color),
    "empty": ("○ Nothing there", GREY.color),
    "not_reached": ("? Not reached", GREY.color),
}
"""The states of a link of the chain, in words and colours."""


def frames(why: Explanation, part: str) -> list[Frame]:
    """One of `PARTS` of an explanation."""
    return [PARTS[part](why)]


def _summary(why: Explanation) -> Frame:
    goal = ". ".join(filter(None, (why.goal_text, why.target_note)))
    lines = [
        ("Value", why.value_text),
        ("Goal", goal),
        ("Judgement", why.judgement),
        ("Score", why.score_text),
        ("Colour since", "" if why.changed_at is None else when(why.changed_at)),
        ("Reason", why.absence.sentence if why.absence else ""),
        ("What to do", why.absence.fix if why.absence else ""),
        ("In the configuration", why.fix_line),
        ("Period", why.period_text),
        ("Period before", why.previous_text),
        ("Change", why.change_text),
        ("Samples", f"{why.samples:,}" if why.samples else ""),
        ("Interval", why.interval_text),
        ("Provisional", why.provisional),
        ("Pace", why.pace.sentence if why.pace else ""),
        ("Benchmark", why.benchmark.sentence if why.benchmark else ""),
        ("Initiatives", why.initiative_note or ", ".join(one.title for one in why.initiatives)),
        ("Owner", why.owner),
    ]
    return _lines("summary", lines)


def _formula(why: Explanation) -> Frame:
    lines = [
        ("Formula", why.formula),
        *((part.title.capitalize(), part.text) for part in why.parts),
        *(("Note", note) for note in why.notes),
        ("Definition", why.definition),
        ("Source of the definition", why.definition_source),
    ]
    return _lines("formula", lines)


def _lines(name: str, lines: Iterable[Line]) -> Frame:
    told = [line for line in lines if line[1]]
    return _frame(
        name,
        _texts("about", "About", [about for about, _ in told]),
        _texts("text", "What it is", [text for _, text in told]),
    )


def _stages(why: Explanation) -> Frame:
    """Where the time goes: the mean of each stage, and its share of all."""
    figures = [stage.figure for stage in why.stages]
    unit = appearance.unit(figures[0].unit) if figures else "none"
    return _frame(
        "stages",
        _texts("id", "Id", [one.name for one in figures], appearance.HIDDEN),
        _texts("stage", "Stage", [one.title for one in figures]),
        _texts("text", "On average", [one.text for one in figures]),
        _numbers("value", "Length", [float(one.value) for one in figures], {"unit": unit}),
        _numbers("share", "Share", [float(stage.share) for stage in why.stages], {"unit": "percentunit"}),
        empty="Only lead times have stages, and only where there is one.",
    )


def _left_out(why: Explanation) -> Frame:
    return _frame(
        "left_out",
        _texts("code", "Code", [one.code for one in why.left_out], appearance.HIDDEN),
        Field(name="number", type="whole", values=[one.number for one in why.left_out], config=_title("Number")),
        _texts("reason", "What, and why", [one.reason for one in why.left_out]),
        empty="Nothing was left out of this number.",
    )


def _below(why: Explanation) -> Frame:
    """The teams and services below that contribute most."""
    rows = [(kind, row) for kind in why.contributions for row in kind.rows]
    said = [_sentence(one.note) for one in why.contributions if one.note]
    said += [f"{one.more:,} more {one.kind}s contribute less." for one in why.contributions if one.more]
    return _frame(
        "below",
        _texts("kind", "Kind", [kind.kind for kind, _ in rows]),
        _texts("name", "Name", [row.name for _, row in rows], appearance.HIDDEN),
        _texts("title", "Below", [row.title for _, row in rows]),
        _texts("value", "Value", [row.value_text or None for _, row in rows]),
        Field(name="samples", type="whole", values=[row.samples for _, row in rows], config=_title("Samples")),
        _texts("amount", "Contributes", [_amount(kind, row) for kind, row in rows]),
        _numbers(
            "share",
            "Share",
            [None if row.share is None else float(row.share) for _, row in rows],
            {"unit": "percentunit", "min": 0, "max": 1},
        ),
        empty="Nothing below this team contributes, or only one team or service does.",
        notices=said,
    )


def _amount(kind: Contributions, row: Contribution) -> str | None:
    return " ".join(filter(None, (row.amount_text, kind.what))) if row.amount_text else None


def _chain(why: Explanation) -> Frame:
    """From the source to the number, with the link that broke."""
    mappings = [
        {
            "type": "value",
            "options": {
                key: {"index": index, "text": text, "color": color}
                for index, (key, text, color) in enumerate(
                    (key, text, color) for state, (text, color) in _STATES.items() for key in (state, text)
                )
            },
        }
    ]
    return _frame(
        "chain",
        _texts("link", "Link", [one.name for one in why.chain]),
        _texts("state", "State", [one.state for one in why.chain], {"color": {"mode": "fixed"}, "mappings": mappings}),
        _texts("sentence", "What is known of it", [one.sentence or None for one in why.chain]),
        empty="The measure has a value: no link of its chain is broken.",
    )


PARTS: Mapping[str, Callable[[Explanation], Frame]] = {
    "summary": _summary,
    "formula": _formula,
    "stages": _stages,
    "left_out": _left_out,
    "below": _below,
    "chain": _chain,
}
"""By the word that a query says."""


def _frame(name: str, *fields: Field, empty: str = "", notices: Sequence[str] = ()) -> Frame:
    """A table; `empty` is said where it has no rows."""
    said = (*notices, *([empty] if empty and not fields[0].values else []))
    return Frame(name=name, meta={"type": "table", "typeVersion": [0, 1]}, fields=fields, notices=said)


def _title(text: str) -> Json:
    return {"displayNameFromDS": text}


def _texts(name: str, title: str, values: Sequence[str | None], config: Json | None = None) -> Field:
    return Field(name=name, type="text", values=values, config={**_title(title), **(config or {})})


def _numbers(name: str, title: str, values: Sequence[float | None], config: Json) -> Field:
    return Field(name=name, type="number", values=values, config={**_title(title), **config})


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
