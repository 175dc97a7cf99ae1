"""A review as Markdown (CommonMark with tables): for a wiki, a pull request or a mail. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scorecard_exporter.report.promises import standing
from scorecard_exporter.scorecard.document import Document

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")
_AT_BEGIN = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s|$)")


def markdown(review: Document, kept: Document | None = None) -> str:
    """The text of a review document; `kept`: as it was recorded, with notes and decisions."""
    pieces = [*_head(review), *_meeting(kept), *_changes(review), *_promises(review), *_measures(review), *_end(review)]
    return "\n".join(pieces).strip() + "\n"


def plain(text: Any) -> str:
    """People's words in one line, none of them read as markup."""
    signs = " ".join(str(text).split()).replace("<=", "≤").replace(">=", "≥")
    words = _SPECIAL.sub(r"\\\1", signs)
    return _AT_BEGIN.sub(r"\1\\\2", words)


def _head(review: Document) -> Iterator[str]:
    scorecard, team, period = plain(review["scorecard"]["title"]), plain(review["team"]["title"]), review["period"]
    yield f"# {scorecard}, {team}: {period['title']}\n"
    counts = ", ".join(f"{number} {status}" for status, number in review["counts"].items())
    yield f"**{_judged(review)}** ({_then(review)}: {_judged(review['before'])}); {counts}.\n"
    yield from _table(
        ("Perspective", "Score", "Coverage"),
        (
            (plain(one["title"]), _judged(one), f"{100 * one['coverage']:.0f} %")
            for one in review["perspectives"]
            if one["objectives"]
        ),
    )


def _judged(one: Document) -> str:
    return f"{one['score_text']}, {one['status']}" if one["score_text"] else str(one["status"])


def _then(review: Document) -> str:
    """What colours are compared with."""
    compared = review["compared_with"]
    return f"{compared['period']['title']}{', as it was recorded' if compared['recorded'] else ''}"


def _meeting(kept: Document | None) -> Iterator[str]:
    if kept is None:
        return
    yield f"## What was decided\n\nRecorded {kept['recorded_at'][:10]} by {plain(kept['by'])}.\n"
    yield from _list(map(plain, kept["decisions"]))
    # The notes are Markdown already; a quotation keeps their headings out of this page's own.
    yield "### Notes\n"
    yield "\n".join(f"> {line}".rstrip() for line in kept["notes"].splitlines()) + "\n"


def _changes(review: Document) -> Iterator[str]:
    yield f"## What changed colour since {_then(review)}\n"
    rows = (
        f"**{plain(one['title'])}**: {one['before']} → {one['status']}. {plain(one['text'])}"
        for one in review["changes"]
    )
    yield from _list(rows, nothing="No measure did.")


def _promises(review: Document) -> Iterator[str]:
    yield "## What was promised last time, and what came of it\n"
    if not review["compared_with"]["recorded"]:
        yield "No earlier review is recorded.\n"
        return
    yield from _list(
        (
            f"**{plain(one['title'])}** ({plain(one['promised'])}{_owner(one)}): {plain(one['came_of_it'])}"
            for one in review["promises"]
        ),
        nothing="No initiative was promised.",
    )
    if review["decided"]:
        yield "Decided then:\n"
        yield from _list(map(plain, review["decided"]))


def _owner(initiative: Document) -> str:
    return f", {plain(initiative['owner'])}" if initiative["owner"] else ""


def _measures(review: Document) -> Iterator[str]:
    measures = {one["id"]: one for one in review["measures"]}
    yield "## Measures\n"
    for perspective in review["perspectives"]:
        for objective in perspective["objectives"]:
            yield f"### {plain(perspective['title'])}: {plain(objective['title'])} ({_judged(objective)})\n"
            rows = (_row(measures[id_]) for id_ in objective["measures"])
            yield from _table(("Measure", "Value", "Goal", "Status", "Samples", "Owner"), rows)
            yield from _list(line for id_ in objective["measures"] for line in _said(measures[id_]))


def _row(measure: Document) -> tuple[str, ...]:
    status = f"{measure['status']}, {measure['score_text']}" if measure["score_text"] else measure["status"]
    value = (
        f"{measure['value_text']} ({measure['interval_text']})" if measure["interval_text"] else measure["value_text"]
    )
    words = (
        measure["title"],
        value or "none",
        measure["goal_text"] or "none",
        status,
        measure["samples"],
        measure["owner"],
    )
    return tuple(map(plain, words))


def _said(measure: Document) -> Iterator[str]:
    """Sentences about one measure."""
    reason = measure["reason"]
    forecast = measure["forecast"]["text"] if measure["forecast"] else ""
    why = f"{reason['sentence']} {reason['fix']}" if reason else ""
    beside = (measure[name]["sentence"] if measure[name] else "" for name in ("pace", "benchmark"))
    texts = (why, measure["trend_text"], forecast, *beside, *measure["notes"])
    yield f"{plain(measure['title'])}: {' '.join(plain(text) for text in texts if text)}"


def _end(review: Document) -> Iterator[str]:
    yield "## What is being done\n"
    yield from _list(
        (
            f"**{plain(one['title'])}**{_owner(one)}: {plain(standing(one))}{', overdue' if one['overdue'] else ''}."
            f"{' ' + plain(one['notes']) if one['notes'] else ''}"
            for one in review["initiatives"]
        ),
        nothing="Nothing: no initiative is about any of these measures.",
    )
    yield "## Targets to reconsider\n"
    yield from _list(map(_advised, review["reconsider"]), nothing="None.")
    yield "## Advice\n"
    yield from _list(map(_advised, review["advice"]), nothing="None.")
    if review["silenced"]:
        yield "Not wanted, and why:\n"
        yield from _list(f"`{one['name']}` ({one['number']}): {plain(one['reason'])}" for one in review["silenced"])
    yield "Values are those of the whole period (totals: of their window, at its end); trends are of months.\n"
    yield f"Written {review['at'][:16].replace('T', ' ')} UTC; periods are those of {review['zone']}."


def _advised(advice: Document) -> str:
    return f"**{plain(advice['title'])}**: {plain(advice['sentence'])}."


def _list(rows: Iterable[str], nothing: str = "") -> Iterator[str]:
    found = [f"- {row}" for row in rows]
    if found or nothing:
        yield "\n".join(found or [nothing]) + "\n"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    lines = [heads, ("---",) * len(heads), *rows]
    yield "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"
