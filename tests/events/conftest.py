"""Histories drawn as text, so that a test shows the whole story in a line.

Moments are hours. The drawing of a commit is `name<parents~reverts@committed/authored:title`, of a
deployment `environment:commit@started-finished!` (`!`: it failed; the drawing is its key too), of a pull
request `#number=merge~reverts@merged/authored:title`, of an incident `name@began-resolved`. Everything
but the name can be left out: a commit is then made at the hour of its place in the drawing, by hand and
at once, and a deployment is to `prod`. The last commit is the tip of the deployed branch.
"""

import re

import pytest

from scorecard_exporter.events.facts import ChangeRow, CommitRow, DeploymentRow, IncidentRow, ServiceRecords
from scorecard_exporter.events.link import link
from scorecard_exporter.events.model import NEVER
from scorecard_exporter.events.rules import DeploymentRule, IncidentRule, ServiceRule

HOUR = 3_600_000_000
ORIGIN = "github:acme/api"
REVERTS = r"(?:~(?P<reverts>[\w#!/,]+))?"
COMMIT = re.compile(
    rf"(?P<name>\w+)(?:<(?P<parents>[\w+]+))?{REVERTS}(?:@(?P<at>\d+)(?:/(?P<authored>\d+))?)?(?::(?P<title>\w+))?"
)
PULL = re.compile(rf"#(?P<number>\d+)=(?P<name>\w*){REVERTS}@(?P<at>\d+)(?:/(?P<authored>\d+))?(?::(?P<title>\w+))?")
DEPLOYMENT = re.compile(
    r"(?:(?P<environment>[\w-]+):)?(?P<name>\w*)@(?:(?P<started>\d+)-)?(?P<finished>\d+)(?P<failed>!?)"
)
INCIDENT = re.compile(r"(?P<name>\w+)@(?P<began>\d+)-(?P<resolved>\d*)")


def drawn(pattern, text):
    for token in text.split():
        match = pattern.fullmatch(token)
        assert match, f"cannot read {token!r}"
        yield token, match.groupdict()


def hours(text):
    return int(text) * HOUR if text else None


def reverted(text):
    return tuple(text.split(",")) if text else ()


def commit_rows(text):
    for place, (_, part) in enumerate(drawn(COMMIT, text)):
        committed_at = place * HOUR if part["at"] is None else hours(part["at"])
        yield CommitRow(
            sha=part["name"],
            parents=tuple(part["parents"].split("+")) if part["parents"] else (),
            authored_at=hours(part["authored"]) if part["authored"] else committed_at,
            committed_at=committed_at,
            author="ada@acme.example",
            is_bot=0,
            subject=part["title"] or part["name"],
            reverts=reverted(part["reverts"]),
            change="",
            url="",
        )


def deployment_rows(text):
    for token, part in drawn(DEPLOYMENT, text):
        yield DeploymentRow(
            key=token,
            environment=part["environment"] or "prod",
            sha=part["name"],
            version="",
            status="failure" if part["failed"] else "success",
            started_at=hours(part["started"]),
            finished_at=hours(part["finished"]),
            replaces="",
            url="",
        )


def pull_rows(text):
    for _, part in drawn(PULL, text):
        yield ChangeRow(
            number=part["number"],
            first_authored_at=hours(part["authored"]),
            ready_at=None,
            reviewed_at=None,
            merged_at=hours(part["at"]),
            merge_sha=part["name"],
            head_sha="",
            author="ada",
            is_bot=0,
            title=part["title"] or "a pull request",
            branch="feature",
            reverts=reverted(part["reverts"]),
            labels=(),
            url="",
        )


def incident_rows(text):
    for token, part in drawn(INCIDENT, text):
        yield IncidentRow(
            origin="pager:P1",
            key=part["name"],
            severity="sev1",
            title=token,
            began_at=hours(part["began"]),
            acknowledged_at=None,
            resolved_at=hours(part["resolved"]),
            deployment="",
            sha="",
            version="",
            labels=(),
            history=(),
            url="",
        )


class History:
    """Rows of a drawing, the facts that the linker makes of them, and the facts told in the words of a drawing."""

    HOUR = HOUR
    RULE = ServiceRule(
        service="api",
        changes=ORIGIN,
        deployments=DeploymentRule(origin=ORIGIN, by="environment", patterns=("prod*",)),
        incidents=(IncidentRule(origin="pager:P1"),),
        hotfixes=("hotfix*",),
    )
    commits = staticmethod(commit_rows)
    deployments = staticmethod(deployment_rows)
    pulls = staticmethod(pull_rows)
    incidents = staticmethod(incident_rows)

    def link(self, commits="", deployments="", pulls="", incidents="", *, tips=None, paths=(), rule=RULE):
        """The facts of a history; each part is a drawing, or rows where a drawing cannot say it."""
        rows = tuple(commit_rows(commits)) if isinstance(commits, str) else tuple(commits)
        last = (rows[-1].sha,) if rows else ()
        return link(
            rule,
            ServiceRecords(
                commits=rows,
                tips=last if tips is None else tips,
                deployments=tuple(deployment_rows(deployments) if isinstance(deployments, str) else deployments),
                changes=tuple(pull_rows(pulls) if isinstance(pulls, str) else pulls),
                incidents=tuple(incident_rows(incidents) if isinstance(incidents, str) else incidents),
                paths=paths,
            ),
        )

    @staticmethod
    def shipped(facts):
        """`change>deployment`, `>?` before the deployment of an approximate link, `change>` for one that waits."""
        return " ".join(sorted(f"{fact.key}>{'?' * fact.is_approximate}{fact.deployment}" for fact in facts.changes))

    @staticmethod
    def roles(facts):
        """`deployment rollback` and `deployment repeat`, in order; plain deployments are left out."""
        return [
            (fact.key, "rollback" if fact.is_rollback else "repeat")
            for fact in facts.deployments
            if fact.is_rollback or fact.is_repeat
        ]

    @staticmethod
    def failed(facts):
        """`deployment cause began>recovered` in hours, in order; `>` with nothing after it: still broken."""
        return [
            f"{fact.key} {fact.failed_by} {fact.failed_at // HOUR}>"
            + ("" if fact.recovered_at == NEVER else f"{fact.recovered_at // HOUR}")
            for fact in facts.deployments
            if fact.failed
        ]


@pytest.fixture(scope="session")
def history() -> History:
    return History()
