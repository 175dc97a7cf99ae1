"""What is being done about what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from scorecard_exporter.config.model import Initiative
from scorecard_exporter.grafana import appearance, choosing
from scorecard_exporter.grafana.frames import Field, Frame
from scorecard_exporter.grafana.question import Question
from scorecard_exporter.looks import LOOK_OF
from scorecard_exporter.quantities import instant
from scorecard_exporter.scorecard.model import MeasureStatus, Snapshot


def frames(snapshot: Snapshot, question: Question) -> list[Frame]:
    """A row for each initiative for the measures that are asked about; overdue ones first, then as they are due."""
    rows = choosing.rows(choosing.cards(snapshot, question), question)
    found: dict[str, Initiative] = {}
    concerned: defaultdict[str, list[MeasureStatus]] = defaultdict(list)
    for _, _, _, judged in rows:
        for one in judged.initiatives:
            found.setdefault(one.id, one)
            concerned[one.id].append(judged)
    ordered = sorted(found.values(), key=lambda one: _urgency(one, snapshot.at))
    return [_frame(ordered, [concerned[one.id] for one in ordered], snapshot.at)]


def _frame(found: Sequence[Initiative], concerned: Sequence[Sequence[MeasureStatus]], at: int) -> Frame:
    return Frame(
        name="initiatives",
        meta={"type": "table", "typeVersion": [0, 1]},
        fields=(
            Field(
                name="id",
                type="text",
                values=[one.id for one in found],
                config={"displayNameFromDS": "Initiative id", **appearance.HIDDEN},
            ),
            _texts("title", "Initiative", [one.title for one in found]),
            _texts("measures", "For", [", ".join(_titles(of)) for of in concerned]),
            Field(
                name="status",
                type="text",
                values=[max((one.status for one in of), key=lambda status: LOOK_OF[status].level) for of in concerned],
                config={"displayNameFromDS": "Status", **appearance.STATUS},
            ),
            _texts("owner", "Owner", [one.owner or None for one in found]),
            Field(
                name="due",
                type="time",
                values=[instant(one.due) if one.due else None for one in found],
                config={"displayNameFromDS": "Due", "unit": "dateTimeFromNow"},
            ),
            Field(
                name="done",
                type="number",
                values=[None if one.done is None else float(one.done) for one in found],
                config={"displayNameFromDS": "Done", "unit": "percentunit", "min": 0, "max": 1},
            ),
            _texts("state", "State", [_state(one, at) for one in found]),
            _texts("resources", "Resources", [one.resources or None for one in found]),
            _texts("notes", "Notes", [one.notes or None for one in found]),
        ),
        notices=() if found else ("There is no initiative for these measures.",),
    )


def _texts(name: str, title: str, values: Sequence[str | None]) -> Field:
    return Field(name=name, type="text", values=values, config={"displayNameFromDS": title})


def _titles(concerned: Sequence[MeasureStatus]) -> list[str]:
    return list(dict.fromkeys(one.measure.title for one in concerned))


def _state(one: Initiative, at: int) -> str:
    if one.is_finished:
        return "Finished"
    return "Overdue" if one.is_overdue(at) else "Under way"


def _urgency(one: Initiative, at: int) -> tuple[bool, bool, int, str]:
    due = instant(one.due) if one.due else None
    return not one.is_overdue(at), one.is_finished, due if due is not None else 2**62, one.title
