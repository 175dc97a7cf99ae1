"""The builds of a job, newest first, and the deployments among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.events.model import Build, Deployment, Problem, Record
from scorecard_exporter.quantities import instant, moment
from scorecard_exporter.sources.jenkins.asking import path_of
from scorecard_exporter.sources.jenkins.builds import Run, fields, run
from scorecard_exporter.sources.jenkins.reading import Job, Reading
from scorecard_exporter.sources.jenkins.records import Records
from scorecard_exporter.sources.jenkins.staging import Stages
from scorecard_exporter.sources.kit.body import take_each
from scorecard_exporter.sources.kit.streams import DescendingStream, Page
from scorecard_exporter.sources.text import excerpt

PAGE = 100
"""Builds a request, and one more to see whether the next page begins where this one ends."""


class BuildStream(DescendingStream):
    """Builds by their number. What is still building is looked at again until it has ended."""

    patience = timedelta(days=30)
    is_alone = True

    def __init__(self, reading: Reading, job: Job, stages: Stages) -> None:
        super().__init__(
            f"builds/{job.name}",
            origin=reading.origin(job),
            kinds=reading.kinds(job),
            history=reading.history,
            made_by=reading.made_by(job),
        )
        self._reading, self._job, self._stages = reading, job, stages
        self._rules = reading.rules(job)
        self._has_stages = any(rule.stage for rule in self._rules)
        if self._has_stages:
            self.pages_at_once = 1  # each build of it may be a request

    def is_unchanged(self, since: datetime, until: datetime) -> bool:  # noqa: ARG002  told by a number
        """The newest build is the one that was the newest when all of them were read."""
        return _Mark.load(self.extra).newest == self._job.newest

    def covered_from(self, since: datetime) -> datetime:
        """Old builds are discarded as the job is configured; what was there before them is not known."""
        return max(since, moment(_Mark.load(self.extra).oldest or 0))

    def written_kinds(self) -> tuple[str, ...]:
        """With other rules, a job may have had deployments."""
        return (Build.kind, Deployment.kind)

    def page(self, after: str) -> Page:
        begin, last = _place(after)
        items = self._ask(begin)
        # Builds that were deleted meanwhile move the rest to the front: nothing may be passed over.
        while begin and max(map(_number, items), default=0) < last:
            begin = max(begin - PAGE, 0)
            items = self._ask(begin)
        runs, problems = take_each(items, lambda body: (run(body),), what="a build", origin=self.origin)
        self._keep_mark(runs, is_first=not after, is_last=len(items) <= PAGE)
        records, more = self._records([one for one in runs if one.started_at >= self.down_to], are_newest=not after)
        return Page(
            records=records,
            problems=tuple(dict.fromkeys((*problems, *more))),
            oldest=min((one.started_at for one in runs), default=None),
            after=self._following(begin, last, items) if len(items) > PAGE else "",
            unfinished=tuple(one.started_at for one in runs if one.finished_at is None),
        )

    def _following(self, begin: int, last: int, items: list[Any]) -> str:
        """Where the next page begins: with the last build of this one, to see that nothing was passed over."""
        place, number = max((place, _number(item)) for place, item in enumerate(items) if place == 0 or _number(item))
        if not place or (last and number >= last):
            raise RetriableSourceError(f"the builds of {excerpt(self._job.name)} come again and again, without an end")
        return f"{begin + place}:{number}"

    def _keep_mark(self, runs: Sequence[Run], *, is_first: bool, is_last: bool) -> None:
        mark = _Mark.load(self.extra)
        if is_first:
            mark = replace(mark, newest=self._job.newest)
        if is_last and mark.oldest is None:
            is_cut_off = bool(runs) and runs[-1].number > 1
            mark = replace(mark, oldest=instant(runs[-1].started_at) if is_cut_off else 0)
        self.extra = mark.dump()

    def _ask(self, begin: int) -> list[Any]:
        """The builds from this place of the list on; it has no other way of being asked for them."""
        wanted = fields(parameters=any(rule.has_parameters for rule in self._rules))
        tree = f"allBuilds[{wanted}]{{{begin},{begin + PAGE + 1}}}"
        return self._reading.client.get(path_of(self._job.name, "api", "json"), {"tree": tree}).things("allBuilds")

    def _records(self, runs: Sequence[Run], *, are_newest: bool) -> tuple[tuple[Record, ...], list[Problem]]:
        records = Records(self._reading, self._job)
        if not self._has_stages:
            return records.of(runs, {}), records.problems
        staged = self._stages.of(self._job.name, runs, are_newest=are_newest)
        return records.of(runs, staged.stages), staged.problems + records.problems


@dataclass(frozen=True, slots=True)
class _Mark:
    """What is kept with the cursor: number of the newest build, and when the oldest was built that is still there.

    `oldest`: microseconds; 0 where it is the first of all, None as long as the list was not read to its end.
    """

    newest: int | None = None
    oldest: int | None = None

    @classmethod
    def load(cls, extra: str) -> _Mark:
        newest, _, oldest = extra.partition(" ")
        return cls(int(newest) if newest else None, int(oldest) if oldest else None)

    def dump(self) -> str:
        return f"{'' if self.newest is None else self.newest} {'' if self.oldest is None else self.oldest}"


def _place(after: str) -> tuple[int, int]:
    """Where a page begins in the list, and the number of the build that was there when the place was noted."""
    begin, _, number = after.partition(":")
    return (int(begin), int(number)) if begin.isdecimal() and number.isdecimal() else (0, 0)


def _number(item: object) -> int:
    found = item.get("number") if isinstance(item, dict) else None
    return found if isinstance(found, int) else 0
