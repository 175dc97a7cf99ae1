"""The notes and commits of merge requests, as GraphQL and REST show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from scorecard_exporter.sources.gitlab.parsing.merge_requests import Authored, Detail, Note
from scorecard_exporter.sources.gitlab.parsing.words import is_bot_of, username_of
from scorecard_exporter.sources.kit.body import Body


def detail_of_node(body: Body) -> Detail:
    """From a merge request of a GraphQL answer."""
    commits, notes = body.body("commits"), body.body("notes")
    return Detail(
        commits=tuple(
            Authored(
                sha=commit.text("sha", ""),
                authored_at=commit.time_or_none("authoredDate"),
                committed_at=commit.time_or_none("committedDate"),
            )
            for commit in (commits.bodies("nodes") if commits else ())
        ),
        notes=_in_order(_note_of_node(note) for note in (notes.bodies("nodes") if notes else ())),
    )


def detail_of_lists(notes: Iterable[Any], commits: Iterable[Any]) -> Detail:
    """From the two lists of REST."""
    return Detail(
        commits=tuple(
            Authored(
                sha=commit.text("id", ""),
                authored_at=commit.time_or_none("authored_date"),
                committed_at=commit.time_or_none("committed_date"),
            )
            for commit in map(Body, commits)
        ),
        notes=_in_order(_note_of_item(Body(note)) for note in notes),
    )


def _note_of_node(body: Body) -> Note:
    return Note(
        id=body.text("id").rpartition("/")[2],
        body=body.lines("body"),
        at=body.time("createdAt"),
        author=username_of(body),
        is_bot=is_bot_of(body),
        is_system=body.flag("system"),
    )


def _note_of_item(body: Body) -> Note:
    return Note(
        id=body.text("id"),
        body=body.lines("body"),
        at=body.time("created_at"),
        author=username_of(body),
        is_bot=is_bot_of(body),
        is_system=body.flag("system"),
    )


def _in_order(notes: Iterator[Note]) -> tuple[Note, ...]:
    return tuple(sorted(notes, key=lambda note: (note.at, len(note.id), note.id)))
