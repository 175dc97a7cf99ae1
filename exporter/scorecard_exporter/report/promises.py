"""What was promised in the last recorded review, and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scorecard_exporter.quantities import write
from scorecard_exporter.scorecard.document import Document


def promises(then: Document, initiatives: Sequence[Document], measures: Mapping[str, Document]) -> list[Document]:
    """For each initiative of an earlier review document that was not done then: how it stood, and what came of it.

    `initiatives` are today's; `measures` are those of today's review by their ids.
    """
    today = {one["id"]: one for one in initiatives}
    before = {one["id"]: one for one in then["measures"]}
    return [
        {
            "id": one["id"],
            "title": one["title"],
            "owner": one["owner"],
            "promised": _promised(one),
            "came_of_it": " ".join(_came_of(one, today.get(one["id"]), before, measures)),
            "is_kept": _is_kept(today.get(one["id"])),
        }
        for one in then["initiatives"]
        if not _is_done(one)
    ]


def standing(initiative: Document) -> str:
    """How far an initiative is: `40 % done, due 2026-12-01`."""
    if _is_done(initiative):
        return "done"
    done = initiative["done"]
    pieces = (
        "" if done is None else f"{write(done, 'ratio')} done",
        f"due {initiative['due_day']}" if initiative["due_day"] else "",
    )
    return ", ".join(piece for piece in pieces if piece) or "no date, and no progress known"


def _promised(initiative: Document) -> str:
    resources = f", with {initiative['resources']}" if initiative["resources"] else ""
    return f"{standing(initiative)}{resources}"


def _is_kept(now: Document | None) -> bool | None:
    """True: done. False: overdue, or not even in the configuration. None: on its way."""
    if now is None or now["overdue"]:
        return False
    return True if _is_done(now) else None


def _is_done(initiative: Document) -> bool:
    return initiative["done"] is not None and initiative["done"] >= 1


def _came_of(
    then: Document, now: Document | None, before: Mapping[str, Document], measures: Mapping[str, Document]
) -> Iterator[str]:
    if now is None:
        yield "It is no longer in the configuration."
    elif _is_kept(now):
        yield "It is done."
    else:
        yield f"{'Overdue' if now['overdue'] else 'Under way'}: {standing(now)}."
        if now["due_day"] != then["due_day"]:
            yield f"It was due {then['due_day'] or 'at no date'}."
        if now["notes"]:
            yield now["notes"]
    for id_ in then["measures"]:
        was, is_ = before.get(id_), measures.get(id_)
        if was and is_:
            yield f"{is_['title']}: {_judged(was)} then, {_judged(is_)} now."


def _judged(measure: Document) -> str:
    return f"{measure['value_text']} ({measure['status']})" if measure["value_text"] else str(measure["status"])
