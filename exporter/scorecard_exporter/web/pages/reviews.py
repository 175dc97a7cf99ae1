"""Reviews for people: in a page of the exporter, and as a file that needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from importlib import resources
from typing import Any

from markupsafe import Markup

from scorecard_exporter.config.model import Anchors, Band
from scorecard_exporter.measures.model import Period
from scorecard_exporter.quantities import instant
from scorecard_exporter.scorecard.document import Document, timestamp
from scorecard_exporter.store.base import KeptReview
from scorecard_exporter.web.pages.charts import chart
from scorecard_exporter.web.pages.templates import environment


@dataclass(frozen=True, slots=True)
class _Month:
    """A month of a measure as a review document has it; fulfils `charts.Drawn`."""

    period: Period
    value: Fraction | None
    value_text: str
    anchors: Anchors | Band | None
    goal_text: str
    status: str


@dataclass(frozen=True, slots=True)
class _Curve:
    """A measure's months as a review document has them; fulfils `charts.Curve`."""

    title: str
    unit: str
    is_log: bool
    points: tuple[_Month, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A recorded review in the list of them."""

    address: str
    period: str
    team: str
    status: str
    recorded_at: int
    by: str
    decisions: int


def html(review: Document, kept: Document | None = None) -> str:
    """A review as a whole file: it loads nothing, runs nothing, and prints well."""
    style = resources.files(__package__).joinpath("static/scorecard.css").read_text("utf-8")
    # The style sheet is ours; were it escaped, its selectors would not be read.
    ours = Markup(style)  # noqa: S704
    template = environment().get_template("review_file.html")
    return template.render(review=review, kept=kept, curves=curves(review), style=ours)


def curves(review: Document) -> dict[str, Markup]:
    """The months of each measure as a chart, by its id."""
    return {one["id"]: chart(_curve(one), review["zone"], f"months-{one['id']}") for one in review["measures"]}


def listed(link: Callable[..., str], kept: KeptReview) -> Row:
    """A recorded review as a row, with the address of its page."""
    review = json.loads(kept.document)
    return Row(
        address=link(
            f"/scorecards/{kept.scorecard}/reviews/{kept.period}",
            team=kept.team,
            recorded=str(timestamp(kept.recorded_at)),
        ),
        period=review["period"]["title"],
        team=review["team"]["title"],
        status=review["status"],
        recorded_at=kept.recorded_at,
        by=kept.by,
        decisions=len(kept.decisions),
    )


def _curve(measure: Document) -> _Curve:
    return _Curve(measure["title"], measure["unit"], measure["axis"] == "log", tuple(map(_month, measure["months"])))


def _month(month: Document) -> _Month:
    return _Month(
        period=Period(_moment(month["starts_at"]), _moment(month["ends_at"])),
        value=None if month["value"] is None else Fraction(month["value"]),
        value_text=month["value_text"],
        anchors=_anchors(month["anchors"]),
        goal_text=month["goal_text"],
        status=month["status"],
    )


def _moment(text: str) -> int:
    return instant(datetime.fromisoformat(text))


def _anchors(written: dict[str, Any] | None) -> Anchors | Band | None:
    if written is None:
        return None
    exact = {name: Fraction(value) for name, value in written.items()}
    return Band(**exact) if "goal_low" in exact else Anchors(**exact)
