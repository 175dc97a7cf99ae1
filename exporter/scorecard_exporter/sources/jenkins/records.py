"""The records that the builds of a job are, and what is in doubt about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scorecard_exporter.events.model import Problem, Record
from scorecard_exporter.sources.jenkins.builds import Revision, Run, build, revision_of
from scorecard_exporter.sources.jenkins.deployments import deployments
from scorecard_exporter.sources.jenkins.reading import Job, Reading
from scorecard_exporter.sources.jenkins.rules import MissingParameterError
from scorecard_exporter.sources.jenkins.stages import Stage
from scorecard_exporter.sources.text import excerpt


class Records:
    """Makes records of the builds of a job; `problems` gathers what is to be said about them."""

    def __init__(self, reading: Reading, job: Job) -> None:
        self._reading, self._job = reading, job
        self._origin, self._rules = reading.origin(job), reading.rules(job)
        self.problems: list[Problem] = []

    def of(self, runs: Sequence[Run], stages: Mapping[int, tuple[Stage, ...]]) -> tuple[Record, ...]:
        """Builds, and the deployments among them. `stages`: by the number of the run."""
        return tuple(record for run in runs for record in self._of(run, stages.get(run.number, ())))

    def _of(self, run: Run, stages: tuple[Stage, ...]) -> Iterator[Record]:
        revision, doubtful = revision_of(run, self._reading.repositories)
        if doubtful:
            self._several(doubtful)
        if "builds" in self._reading.read:
            yield build(self._origin, run, revision, self._job.branch)
        yield from self._deployed(run, revision, stages)

    def _deployed(self, run: Run, revision: Revision | None, stages: tuple[Stage, ...]) -> Iterator[Record]:
        """The deployments of a build; the first rule decides where several are about the same thing."""
        seen: set[str] = set()
        for rule in self._rules:
            try:
                found = list(deployments(self._origin, rule, run, revision, stages))
            except MissingParameterError as missing:
                self._without(missing.name)
                continue
            yield from (one for one in found if one.key not in seen)
            seen.update(one.key for one in found)

    def _without(self, parameter: str) -> None:
        message = (
            f"builds of {excerpt(self._job.name)} have no parameter {excerpt(parameter, 60)!r}, which `deployments` "
            "names; they count as no deployment"
        )
        self.problems.append(Problem(code="no_parameter", message=message, origin=self._origin))

    def _several(self, remotes: tuple[str, ...]) -> None:
        message = (
            f"builds of {excerpt(self._job.name)} check out {excerpt(' and '.join(remotes), 300)}; "
            "say in `repositories` which is the code that they build"
        )
        self.problems.append(Problem(code="several_repositories", message=message, origin=self._origin))
