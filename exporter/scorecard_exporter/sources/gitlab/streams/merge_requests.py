"""Merge requests of a group or project: 1 request for 100, and 1 for the notes and commits of 20."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from scorecard_exporter.sources.gitlab.api import Api
from scorecard_exporter.sources.gitlab.details import Details
from scorecard_exporter.sources.gitlab.parsing.merge_requests import merge_requests
from scorecard_exporter.sources.gitlab.reading import Reading
from scorecard_exporter.sources.gitlab.streams.alongside import WithCommits
from scorecard_exporter.sources.gitlab.streams.several import ChangedStream, Scope, Things
from scorecard_exporter.sources.kit.body import parse_each
from scorecard_exporter.sources.kit.streams import Piece


class MergeRequestStream(WithCommits, ChangedStream):
    """A note or an approval changes its merge request too, so open ones come again with their reviews."""

    what = "merge_requests"
    kinds_of = ("pull_request", "change", "review")
    params = {"scope": "all", "state": "all"}  # noqa: RUF012  never changed

    def __init__(self, api: Api, reading: Reading, scope: Scope, details: Details) -> None:
        super().__init__(api, reading, scope)
        self._details = details

    def page(self, found: Things) -> Iterator[Piece]:
        answers = self._details.of([(project, number) for project, items in found for number in _numbers(items)])
        yield Piece(problems=tuple(answers.problems))
        for project, items in found:
            origin = self.reading.origin(project)
            parse = partial(merge_requests, origin=origin, details=answers.details.get(project.id, {}))
            yield parse_each(items, parse, what="a merge request", origin=origin)


def _numbers(items: list[Any]) -> Iterator[str]:
    """The numbers of merge requests as they come; one without is malformed, and said so where it is read.

    True is an `int` for Python, but no number.
    """
    numbers = (item.get("iid") for item in items)
    return map(str, dict.fromkeys(number for number in numbers if type(number) is int))
