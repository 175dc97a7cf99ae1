"""The jobs of a Jenkins, in all folders, asked for anew at each poll: what there is, and what has new builds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.events.model import Batch, Problem
from scorecard_exporter.events.patterns import matches_path
from scorecard_exporter.sources.base import Stream
from scorecard_exporter.sources.jenkins.asking import path_of
from scorecard_exporter.sources.jenkins.reading import Job, Reading
from scorecard_exporter.sources.jenkins.staging import Stages
from scorecard_exporter.sources.jenkins.stream import BuildStream
from scorecard_exporter.sources.jenkins.survey import Survey, tree
from scorecard_exporter.sources.text import excerpt

_NAMED = 10


@dataclass(frozen=True, slots=True)
class Jobs:
    """The streams of a source: which jobs there are is asked each time, with one request for all of them."""

    reading: Reading
    stages: Stages

    def __iter__(self) -> Iterator[Stream]:
        existing, problems = self.existing()
        wanted = [job for job in existing if self.reading.wants(job)]
        problems += self._unmatched(existing)
        if not wanted:
            raise SkippableSourceError(problems[0].message if problems else "Jenkins shows no job to this user")
        for job in wanted:
            yield BuildStream(self.reading, job, self.stages)
        if problems:
            yield Remarks(tuple(problems))

    def existing(self) -> tuple[list[Job], list[Problem]]:
        """All jobs that the user may see. Raises as `Client.get`."""
        found = Survey(self.reading.source)
        folders = [""]
        while folders:
            folder = folders.pop()
            response = self.reading.client.get(path_of(folder, "api", "json"), {"tree": tree()})
            found.look(response.things("jobs"), folder, str(response.object().get("_class")))
            folders, found.deeper = folders + found.deeper, []
        return found.jobs, found.problems

    def _unmatched(self, existing: list[Job]) -> Iterator[Problem]:
        """Patterns that match no job: of what is read, and of what is deployed."""
        globs = [("jobs", glob) for glob in self.reading.jobs]
        globs += [("deployments", glob) for rule in self.reading.deployments for glob in rule.jobs]
        names = [job.name for job in existing]
        for key, glob in globs:
            if not any(matches_path(name, (glob,)) for name in names):
                shown = ", ".join(sorted(names)[:_NAMED]) + (", …" if len(names) > _NAMED else "")
                message = f"no job of Jenkins matches {excerpt(glob)!r} in `{key}`; this user sees: {shown or 'none'}"
                yield Problem(code="no_such_job", message=excerpt(message, 600), origin=self.reading.source)


class Remarks(Stream):
    """Reads nothing: it tells what is wrong with the selection of jobs."""

    name = "jobs"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self._problems = problems

    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:  # noqa: ARG002  nothing is read
        yield Batch(records=(), cursor="", problems=self._problems)
