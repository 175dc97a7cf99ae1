"""What changed colour since the period before, and why. Pure: two lists of measures in, sentences out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scorecard_exporter.measures.delivery import STAGES
from scorecard_exporter.scorecard.document import Document

_RANK = {"red": 0, "yellow": 1, "green": 2}


def changes(measures: Sequence[Document], before: Mapping[str, Document]) -> list[Document]:
    """One for each measure that has another colour than before; the worsened ones first.

    `measures` and, by their ids, `before` are measures of review documents.
    """
    found = [
        {
            "id": now["id"],
            "title": now["title"],
            "before": was["status"],
            "status": now["status"],
            "direction": _direction(was["status"], now["status"]),
            "text": _why(now, was),
        }
        for now in measures
        if (was := before.get(now["id"])) is not None and was["status"] != now["status"]
    ]
    order = ("worse", "lost", "better", "found")
    return sorted(found, key=lambda one: order.index(one["direction"]))


def _direction(before: str, now: str) -> str:
    """`better` or `worse`; `lost` its colour, or `found` one."""
    if now == "grey":
        return "lost"
    if before == "grey":
        return "found"
    return "better" if _RANK[now] > _RANK[before] else "worse"


def _why(now: Document, was: Document) -> str:
    if now["status"] == "grey":
        return f"It was {_value(was)}. {now['reason']['sentence']}"
    if was["status"] == "grey":
        return f"It is {_value(now)}{_against(now)}. Before: {was['reason']['sentence']}"
    return " ".join(_reasons(now, was))


def _reasons(now: Document, was: Document) -> Iterator[str]:
    if now["value_text"] == was["value_text"]:
        yield f"It stayed at {_value(now)}."
    else:
        yield f"It went from {_value(was)} to {_value(now)}."
    if (now["goal_text"], now["red_text"]) != (was["goal_text"], was["red_text"]):
        yield f"Its target changed: from {_target(was)} to {_target(now)}."
    else:
        yield f"The target stayed at {_target(now)}."
    stages = [
        f"{name} went from {was['parts'][name]} to {now['parts'][name]}"
        for name in STAGES
        if name in now["parts"] and name in was["parts"] and now["parts"][name] != was["parts"][name]
    ]
    if stages:
        yield f"Of its stages, {', '.join(stages)}."


def _value(measure: Document) -> str:
    return str(measure["value_text"] or "without a value")


def _against(measure: Document) -> str:
    return f" against {measure['goal_text']}" if measure["goal_text"] else ""


def _target(measure: Document) -> str:
    return f"{measure['goal_text']} (red at {measure['red_text']})" if measure["red_text"] else measure["goal_text"]
