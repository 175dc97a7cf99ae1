"""Records of the systems that feed a team in a period and that no service counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scorecard_exporter.events.model import is_from
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.measures.model import Period, Scope, Series
from scorecard_exporter.measures.statements import bigint, one_of, read, text_literal
from scorecard_exporter.store.base import Store

_BY_RECORD = ("tags", "releases", "environment")
_OF_TEAM = "join scope on scope.team = {team} and scope.subject = facts.service"


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one team and period."""

    store: Store
    scope: Scope
    period: Period

    def deployments(self) -> tuple[Counter[str], int]:
        """By environment those that are not production, and how many production ones have no outcome.

        A tag or release whose name does not match is one of another environment.
        """
        rules = [one.deployments for one in self.scope.services if one.deployments and one.deployments.by in _BY_RECORD]
        elsewhere: Counter[str] = Counter()
        unfinished = 0
        columns = "origin, environment, status"
        for origin, environment, status, number in self._without_fact(
            "deployments", "service_deployments", "finished_at", columns, {rule.origin for rule in rules}
        ):
            mine = [rule for rule in rules if rule.origin == origin]
            if any(rule.by == "environment" and matches(environment, rule.patterns) for rule in mine):
                unfinished += number if status not in _OUTCOMES else 0
            elif mine:
                elsewhere[environment] += number
        return elsewhere, unfinished

    def incidents(self) -> int:
        """Those that began in the period and that no rule of any service lets through."""
        origins = {rule.origin for one in self.scope.services for rule in one.incidents}
        return self._count("incidents", "service_incidents", "began_at", origins)

    def issues(self) -> int:
        """Those opened in the period that are bugs of no service."""
        origins = {rule.origin for one in self.scope.services for rule in one.bugs}
        return self._count("issues", "service_bugs", "opened_at", origins)

    def builds(self) -> tuple[int, int]:
        """Finished in the period: of branches that do not count, and of those that do but with no outcome."""
        origins = {rule.origin for one in self.scope.services for rule in one.builds}
        if not origins:
            return 0, 0
        sql = (
            f"with facts as (select distinct facts.origin, facts.branch from service_build_branches as facts "
            f"{self._of_team()})\n"
            "select builds.origin, builds.status, facts.branch, cast(count(*) as bigint) from builds\n"
            "left join facts on facts.origin = builds.origin and facts.branch = builds.branch\n"
            f"where {one_of('builds.origin', sorted(origins))} and {self._within('builds.finished_at')}\n"
            "group by builds.origin, builds.status, facts.branch"
        )
        rows = [row for origin, *row in read(self.store, sql) if origin in origins]
        elsewhere = sum(number for _, branch, number in rows if branch is None)
        counted = (number for status, branch, number in rows if branch is not None and status not in _OUTCOMES)
        return elsewhere, sum(counted)

    def reviews(self) -> tuple[int, int]:
        """Submitted in the period by the author of the pull request, and by bots. No name leaves this function."""
        bots = {one.changes: one.bots for one in self.scope.services if one.changes}
        if not bots:
            return 0, 0
        sql = (
            "select reviews.origin, reviews.author, pull_requests.author, reviews.is_bot, cast(count(*) as bigint)\n"
            "from reviews join pull_requests on pull_requests.origin = reviews.origin "
            "and pull_requests.key = reviews.pull_request\n"
            f"where {one_of('reviews.origin', sorted(bots))} and {self._within('reviews.submitted_at')}\n"
            "group by reviews.origin, reviews.author, pull_requests.author, reviews.is_bot"
        )
        own = by_bots = 0
        for origin, reviewer, author, is_bot, number in read(self.store, sql):
            if is_bot or matches(reviewer, bots.get(origin, ())):
                by_bots += number if origin in bots else 0
            elif origin in bots and reviewer and reviewer.casefold() == author.casefold():
                own += number
        return own, by_bots

    def observations(self, series: Series) -> int:
        """Those of a series in the period whose subject stands for no service or team at all."""
        sql = (
            "select observations.origin, cast(count(*) as bigint) from observations\n"
            "left join series_subject on series_subject.series = observations.series "
            "and series_subject.origin = observations.origin and series_subject.raw = observations.subject\n"
            f"where observations.series = {text_literal(series.name)} and series_subject.subject is null\n"
            f"and observations.starts_at < {bigint(self.period.ends_at)} "
            f"and observations.ends_at > {bigint(self.period.starts_at)}\n"
            "group by observations.origin"
        )
        return sum(number for origin, number in read(self.store, sql) if is_from(origin, series.origin))

    def _count(self, table: str, facts: str, moment: str, origins: Iterable[str]) -> int:
        known = set(origins)
        rows = self._without_fact(table, facts, moment, "origin", known)
        return sum(number for origin, number in rows if origin in known)

    def _without_fact(
        self, table: str, facts: str, moment: str, columns: str, origins: Iterable[str]
    ) -> Iterable[tuple[Any, ...]]:
        """Rows of columns and number of those records of a table in the period that are no fact of any service."""
        named = sorted(origins)
        if not named:
            return ()
        chosen = ", ".join(f"{table}.{column}" for column in columns.split(", "))
        sql = (
            f"with known as (select facts.origin, facts.key from {facts} as facts\n"
            f"where {self._within(f'facts.{moment}')})\n"
            f"select {chosen}, cast(count(*) as bigint) from {table}\n"
            f"left join known on known.origin = {table}.origin and known.key = {table}.key\n"
            f"where {one_of(f'{table}.origin', named)} and {self._within(f'{table}.{moment}')} and known.key is null\n"
            f"group by {chosen}"
        )
        return read(self.store, sql)

    def _of_team(self) -> str:
        return _OF_TEAM.format(team=text_literal(self.scope.team))

    def _within(self, moment: str) -> str:
        return f"{moment} >= {bigint(self.period.starts_at)} and {moment} < {bigint(self.period.ends_at)}"


_OUTCOMES = ("success", "failure")
