"""Asking for the stages of runs, as seldom as can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.events.model import Problem
from scorecard_exporter.sources.jenkins.asking import path_of
from scorecard_exporter.sources.jenkins.builds import Run
from scorecard_exporter.sources.jenkins.stages import Stage, staged_run
from scorecard_exporter.sources.kit.body import take_each
from scorecard_exporter.sources.kit.client import Client

_REMEMBERED = 20_000


@dataclass(slots=True)
class Staged:
    """Stages of runs by their number, and what was wrong with some."""

    stages: dict[int, tuple[Stage, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class Stages:
    """The stages of the runs of a source's jobs; those of a finished run never change and are asked for once."""

    def __init__(self, source: str, client: Client) -> None:
        self._source, self._client = source, client
        self._known: dict[tuple[str, int], tuple[Stage, ...]] = {}

    def of(self, job: str, runs: Sequence[Run], *, are_newest: bool) -> Staged:
        """The stages of these runs.

        `are_newest`: they are the newest of the job, so that one answer has the stages of about ten; every other run
        costs a request, for there is no list of them that goes on.

        Raises:
            SkippableSourceError: the job has no stages.
            SourceError: see `Client.get`.
        """
        found = Staged()
        missing = [run for run in runs if (job, run.number) not in self._known]
        if missing and are_newest:
            self._ask(job, found, "wfapi", "runs")
        for run in missing:
            if run.number not in found.stages:
                self._describe(job, run.number, found)
        self._remember(job, missing, found.stages)
        known = {run.number: self._known.get((job, run.number), ()) for run in runs}
        return Staged(known | found.stages, found.problems)

    def _describe(self, job: str, number: int, found: Staged) -> None:
        try:
            self._ask(job, found, str(number), "wfapi", "describe")
        except SkippableSourceError as error:
            message = f"the stages of a build of {job} are not to be had: {error}; it counts as no deployment"
            found.problems.append(Problem(code="no_stages", message=message, origin=f"{self._source}:{job}"))

    def _ask(self, job: str, found: Staged, *path: str) -> None:
        body = self._client.get(path_of(job, *path)).json()
        items = body if isinstance(body, list) else [body]
        runs, wrong = take_each(items, staged_run, what="a run with its stages", origin=f"{self._source}:{job}")
        found.stages.update((run.number, run.stages) for run in runs)
        found.problems.extend(wrong)

    def _remember(self, job: str, runs: Sequence[Run], stages: Mapping[int, tuple[Stage, ...]]) -> None:
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        self._known |= {
            (job, run.number): stages[run.number] for run in runs if run.finished_at and run.number in stages
        }
