"""Which deployment shipped a change; the drawings are explained in conftest.py."""

import dataclasses

import pytest

from scorecard_exporter.events.facts import ChangeFact, ChangeRow
from scorecard_exporter.events.model import NEVER
from scorecard_exporter.events.rules import DeploymentRule

SHIPPED = [
    ("a b<a c<b d<c", "b@2 d@5", "c>d@5 d>d@5", "a deployment ships what no earlier one contains"),
    ("a b<a c<b", "a@1 b@2 c@3", "b>b@2 c>c@3", "one commit each"),
    ("a b<a c<b", "b@2", "c>", "the first known deployment claims nothing; what is not shipped waits"),
    ("a b<a c<b", "", "", "without a deployment nothing is known to wait"),
    ("a b<a c<b", "a@1 c@3!", "b> c>", "a failed deployment ships nothing"),
    ("a b<a c<b", "a@1 b@2! c@3", "b>c@3 c>c@3", "so the next one does"),
    ("a b<a c<b", "staging:a@1 staging:c@2 a@3 b@4", "b>b@4 c>", "another environment is no production"),
    ("a b<a c<b", "a@1! b@2 c@3", "c>c@3", "a failed deployment is not the first known one"),
    (
        "a b<a c<b d<c",
        "a@1 c@3 b@4 d@5",
        "b>c@3 c>c@3 d>d@5",
        "a rollback ships nothing, and the next one only what is new",
    ),
    ("a b<a c<b", "a@1 b@2 a@3 c@4", "b>b@2 c>c@4", "what was rolled back was shipped all the same"),
    ("a b<a c<b", "a@1 c@2 c@3", "b>c@2 c>c@2", "the same commit again ships nothing"),
    (
        "a b<a",
        "prod-eu:a@1 prod-us:a@2 prod-eu:b@3 prod-us:b@4",
        "b>prod-eu:b@3",
        "the first of two environments ships",
    ),
    (
        "a b<a c<b d<b e<d",
        "b@2 e@5 c@6",
        "c>c@6 d>e@5 e>e@5",
        "a maintenance release after a newer one ships its own commits only",
    ),
    ("a b<a c<b x<b y<c+x", "b@2 y@5", "c>y@5 x>y@5", "both sides of a merge; the merge itself is no change"),
    ("a b<a c<a d<a m<b+c+d", "a@1 m@5", "b>m@5 c>m@5 d>m@5", "all sides of an octopus"),
    ("a b<a c<b", "a@5 c@5", "b>c@5 c>c@5", "two that finished together go by key"),
    ("a b<a c<b", "a@3-5 c@2-5", "", "after their start: here c is the first known one"),
    ("c<b d<c e<d", "c@1 e@2", "d>e@2 e>e@2", "a missing parent (a shallow clone) is a cut-off"),
    ("a b<a c<b", "a@1 c@2 b@9", "b>c@2 c>c@2", "a late tag on an old commit takes nothing away"),
    ("a<b b<a c<b d<c", "a@1 d@2", "c>d@2 d>d@2", "a loop of parents, which only a forged record has, ends"),
    ("a b<a b<a", "a@1 b@2 b@2", "b>b@2", "what is delivered twice counts once"),
]

APPROXIMATE = [
    ("", "x@1 x2@5 x3@9", "#1=m@4", "1>?x2@5", "no graph at all: the nearest later deployment"),
    ("", "x@1 x2@5", "#1=m@5", "1>?x2@5", "which finished at the merge or later"),
    ("", "x@1 x2@5", "#1=m@6", "1>", "none later: it waits"),
    ("", "x@3 x2@5", "#1=m@2", "", "before the first known deployment: from before the history"),
    ("", "x@1 x2@3 x@5 x3@6", "#1=m@4", "1>?x3@6", "not by a rollback, told by what was deployed first"),
    ("", "x@1 x2@3 x2@5 x3@6", "#1=m@4", "1>?x3@6", "nor by a repeat"),
    ("", "x@1 x2@3 x@4 x2@5 x3@6", "#1=m@3", "1>?x2@3", "rolling forward again is no rollback"),
    ("a b<a c<b d<c", "a@0 x@2 d@4", "", "b>d@4 c>d@4 d>d@4", "where the graph knows, it is exact"),
    (
        "a b<a c<b d<c",
        "a@0 b@1 x@2 x2@9",
        "",
        "b>b@1 c>?x@2 d>?x2@9",
        "where it does not, deployments without a commit ship by time",
    ),
    (
        "a b<a c<b d<c",
        "x@1 d@4",
        "",
        "c>d@4 d>d@4",
        "a first deployment without a commit contains what was committed by then",
    ),
    ("a b<a", "a@0 b@2", "#1=m@1", "1>?b@2 b>b@2", "a merge commit that is not stored, beside commits that are"),
]

PULL_REQUESTS = [
    ("a b<a c<b m<a+c", "#1=m@4", "a@1 m@5", "1>m@5", "commits on the merged side belong to their pull request"),
    ("a b<a s<b", "#1=s@2", "a@1 s@5", "1>s@5 b>s@5", "a squash is its pull request; a commit beside it is a change"),
    ("a b<a p<a m<b+p", "#1=m@4", "a@1 m@5", "1>m@5 b>m@5", "the first parent's side does not belong to it"),
    ("a p<a q<p r<p m<q+r n<a+m", "#1=m@4 #2=n@5", "a@1 n@6", "1>n@6 2>n@6", "one merged into another: each its own"),
    ("a p<a q<a m<a+p+q", "#1=m@4", "a@1 m@5", "1>m@5", "an octopus is one pull request"),
    (
        "a b<a d<a p<d m<d+p n<b+m",
        "#1=m@4",
        "a@1 n@6",
        "1>n@6 b>n@6 d>n@6",
        "a merge into develop, released by a merge without one",
    ),
    (
        "a b<a p<a u<p+b q<u m<b+q",
        "#1=m@5",
        "a@1 m@6",
        "1>m@6 b>m@6",
        "what was merged into the branch from main is main's",
    ),
    ("a b<a p<a m<b+p", "#1=m@4", "a@1", "1> b>", "it waits as one"),
    ("a b<a p<a m<b+p", "#1=m@4", "a@1 p@2 m@9", "1>m@9 b>m@9", "shipped by its merge commit, not by a part of it"),
]


@pytest.mark.parametrize(("commits", "deployments", "expected", "why"), SHIPPED)
def test_a_change_is_shipped_by_the_first_deployment_that_contains_it(history, commits, deployments, expected, why):
    assert history.shipped(history.link(commits, deployments)) == expected, why


@pytest.mark.parametrize(("commits", "deployments", "pulls", "expected", "why"), APPROXIMATE)
def test_time_stands_in_for_a_graph_that_cannot_be_had(history, *, commits, deployments, pulls, expected, why):
    assert history.shipped(history.link(commits, deployments, pulls)) == expected, why


@pytest.mark.parametrize(("commits", "pulls", "deployments", "expected", "why"), PULL_REQUESTS)
def test_commits_belong_to_their_pull_request(history, *, commits, pulls, deployments, expected, why):
    assert history.shipped(history.link(commits, deployments, pulls)) == expected, why


def test_a_commit_belongs_to_the_pull_request_that_it_names(history):
    """A rebase merge leaves several commits on the branch, and only the source knows whose they are."""
    first, second, *rest = history.commits("b<a c<b d<c")
    rows = [*history.commits("a"), first._replace(change="7"), second._replace(change="8"), *rest]
    facts = history.link(rows, "a@1 d@5", "#7=c@3")
    assert history.shipped(facts) == "7>d@5 d>d@5"


def test_a_pull_request_that_is_not_known_leaves_its_commits_as_changes(history):
    rows = [row._replace(change="8") for row in history.commits("a b<a")]
    assert history.shipped(history.link(rows, "a@1 b@5")) == "b>b@5"


def test_older_deployments_that_arrive_late_link_the_service_anew(history):
    assert history.shipped(history.link("a b<a c<b", "b@2 c@3")) == "c>c@3"
    assert history.shipped(history.link("a b<a c<b", "b@2 c@3 a@1")) == "b>b@2 c>c@3"


def test_what_is_on_no_deployed_branch_does_not_wait(history):
    assert history.shipped(history.link("a b<a c<a", "a@1", tips=("b",))) == "b>"


def test_without_a_known_tip_everything_stored_is_on_a_deployed_branch(history):
    assert history.shipped(history.link("a b<a c<a", "a@1", tips=())) == "b> c>"


def test_a_deployment_may_name_its_commit_by_an_abbreviation(history):
    old, new = "a" * 40, "b" * 40
    facts = history.link(f"{old} {new}<{old}", f"{old[:7]}@1 {new[:8].upper()}@2")
    assert history.shipped(facts) == f"{new}>BBBBBBBB@2"


ROLES = [
    ("a b<a", "a@1 b@2 a@3", [("a@3", "rollback")], "an ancestor of what was running"),
    ("a b<a c<b", "a@1 c@2 b@3", [("b@3", "rollback")], "even one that was never deployed itself"),
    ("a b<a", "a@1 b@2 a@3 b@4", [("a@3", "rollback")], "rolling forward again is neither"),
    (
        "a b<a",
        "a@1 b@2 b@3 a@4 a@5",
        [("b@3", "repeat"), ("a@4", "rollback"), ("a@5", "repeat")],
        "a repeat of a rollback",
    ),
    ("a b<a c<a", "a@1 b@2 c@3", [], "a commit beside it is no ancestor"),
    ("a b<a", "prod-eu:b@1 prod-us:a@2", [], "each environment has its own running commit"),
    ("a b<a", "prod-eu:b@1 prod-us:b@2 prod-us:a@3", [("prod-us:a@3", "rollback")], "here too"),
    ("a b<a", "b@1 a@2! a@3", [("a@3", "rollback")], "a failed deployment never ran"),
    ("a b<a c<b d<b e<d", "b@2 e@5 c@6", [], "a maintenance release is no rollback"),
    (
        "",
        "x@1 y@2 x@3 y@4 y@5",
        [("x@3", "rollback"), ("y@5", "repeat")],
        "without a graph: what was deployed before it is older",
    ),
    ("", "@1 @2", [], "what names neither commit nor version is always new"),
]


@pytest.mark.parametrize(("commits", "deployments", "expected", "why"), ROLES)
def test_a_deployment_goes_forward_back_or_nowhere(history, commits, deployments, expected, why):
    assert history.roles(history.link(commits, deployments)) == expected, why


def test_a_source_may_say_that_a_deployment_was_a_rollback(history):
    """The commit is new (the old state was built again), and the source knows what it took out."""
    first, second, third = history.deployments("a@1 b@2 c@3")
    facts = history.link("a b<a c<b", [first, second, third._replace(replaces="b")])
    assert history.roles(facts) == [("c@3", "rollback")]
    assert history.failed(facts) == ["b@2 rollback 3>3"]


@pytest.mark.parametrize(
    ("by", "commits", "expected", "why"),
    [
        ("first_parent", "a b<a p<a m<b+p", "b>b p>m", "every commit on the line is a deployment"),
        ("merges", "a b<a p<a m<b+p c<m q<m n<c+q", "c>n q>n", "only merges are: the first claims nothing"),
        ("merges", "a b<a c<b", "", "and a line without them has none"),
        ("first_parent", "a b<a@9 c<b@4", "b>c c>c", "a clock that was set back: c finished before b, with b in it"),
        ("first_parent", "b@1 a<b@1 c<a@1", "a>a c>c", "committed at one moment: an ancestor comes first"),
        ("merges", "m<x+y n<m+z", "", "a shallow clone: two parents make a merge, stored or not"),
    ],
)
def test_deployments_from_a_branch(history, by, commits, expected, why):
    rule = dataclasses.replace(history.RULE, deployments=DeploymentRule(origin=history.RULE.changes, by=by))
    facts = history.link(commits, rule=rule)
    assert history.shipped(facts) == expected, why
    assert history.roles(facts) == [], why
    assert {fact.environment for fact in facts.deployments} <= {"branch"}


def test_deployments_from_a_branch_of_another_repository_are_not_known(history):
    rule = dataclasses.replace(history.RULE, deployments=DeploymentRule(origin="github:acme/web", by="first_parent"))
    assert history.link("a b<a", rule=rule).deployments == ()


@pytest.mark.parametrize(
    ("by", "pattern", "expected"),
    [
        ("tags", "v*", ["tagged v1"]),
        ("releases", "v*", ["released v1"]),
        ("environment", "tag", ["tagged nightly", "tagged v1"]),
        ("environment", "live", []),
    ],
)
def test_deployments_are_told_by_environment_or_by_version(history, by, pattern, expected):
    row = next(history.deployments("a@1"))
    rows = [
        row._replace(key="tagged v1", environment="tag", version="v1"),
        row._replace(key="tagged nightly", environment="tag", version="nightly"),
        row._replace(key="released v1", environment="release", version="v1"),
        row._replace(key="deployed v1", environment="prod", version="v1"),
    ]
    deployments = DeploymentRule(origin=history.RULE.changes, by=by, patterns=(pattern,))
    rule = dataclasses.replace(history.RULE, deployments=deployments)
    assert [fact.key for fact in history.link("a", rows, rule=rule).deployments] == expected


def test_a_deployment_that_is_not_finished_or_neither_succeeded_nor_failed_is_none(history):
    row = next(history.deployments("a@1"))
    rows = [
        row._replace(key="unfinished", finished_at=None),
        *(row._replace(key=status, status=status) for status in ("running", "skipped", "cancelled", "success")),
    ]
    assert [fact.key for fact in history.link("a", rows).deployments] == ["success"]


def test_a_service_of_a_monorepo_has_the_changes_that_touch_its_paths(history):
    """A pull request is told by its own files, or by those of its commits."""
    rule = dataclasses.replace(history.RULE, paths=("api/**",))
    paths = (("b", "api/main.py"), ("c", "web/main.py"), ("c", "lib/main.py"), ("p", "api/x.py"), ("#2", "api/y.py"))
    facts = history.link("a b<a c<b p<c m<c+p n<m", "a@1 n@9", "#1=m@4 #2=n@5 #3=gone@5", paths=paths, rule=rule)
    assert history.shipped(facts) == "1>n@9 2>n@9 b>n@9"


PULL = ChangeRow("1", None, None, None, 40, "m", "", "ada", 0, "title", "branch", (), (), "")


@pytest.mark.parametrize(
    ("pull", "expected", "why"),
    [
        ({"first_authored_at": 10, "ready_at": 20, "reviewed_at": 30}, (10, 20, 30, 40, 50), "as the source says"),
        ({"first_authored_at": 10, "ready_at": 20}, (10, 20, 40, 40, 50), "no review: all waiting is pickup"),
        (
            {"first_authored_at": 10, "ready_at": 20, "reviewed_at": 45},
            (10, 20, 40, 40, 50),
            "a review after the merge is none",
        ),
        (
            {"first_authored_at": 10, "reviewed_at": 30},
            (10, 30, 30, 40, 50),
            "ready is not known: when it was reviewed",
        ),
        ({"first_authored_at": 10}, (10, 40, 40, 40, 50), "nothing is known: coding until the merge"),
        (
            {"first_authored_at": 10, "ready_at": 5, "reviewed_at": 3},
            (10, 10, 10, 40, 50),
            "moved up to what comes before",
        ),
        ({"first_authored_at": 10, "ready_at": 60}, (10, 50, 50, 50, 50), "and down to the deployment"),
        ({"first_authored_at": 70, "ready_at": 5}, (70, 50, 50, 50, 50), "a negative span stays visible"),
        ({}, (12, 40, 40, 40, 50), "the first commit that belongs to it was authored"),
    ],
)
def test_milestones_are_in_order(history, pull, expected, why):
    commits = [
        row._replace(authored_at=at, committed_at=at)
        for row, at in zip(history.commits("a p<a q<p m<a+q"), (1, 13, 12, 14), strict=True)
    ]
    first, last = history.deployments("a@0 m@0")
    deployments = [first._replace(finished_at=2), last._replace(finished_at=50)]
    (fact,) = history.link(commits, deployments, [PULL._replace(**pull)]).changes
    assert (fact.first_authored_at, fact.ready_at, fact.reviewed_at, fact.merged_at, fact.shipped_at) == expected, why


def test_a_commit_is_ready_reviewed_and_merged_when_it_is_committed(history):
    facts = history.link("a b<a@5/2", "a@1 b@9")
    assert facts.changes == (
        ChangeFact(
            service="api",
            origin="github:acme/api",
            key="b",
            type="commit",
            url="",
            first_authored_at=2 * history.HOUR,
            ready_at=5 * history.HOUR,
            reviewed_at=5 * history.HOUR,
            merged_at=5 * history.HOUR,
            shipped_at=9 * history.HOUR,
            deployment="b@9",
            is_approximate=0,
            is_bot=0,
            is_revert=0,
            is_hotfix=0,
        ),
    )


def test_what_waits_has_no_deployment_and_no_end(history):
    (fact,) = history.link("a b<a", "a@1").changes
    assert (fact.deployment, fact.shipped_at, fact.is_approximate) == ("", NEVER, 0)


def test_bots_are_told_by_the_source_or_by_patterns(history):
    rows = list(history.commits("a b<a c<b d<c"))
    rows[1] = rows[1]._replace(is_bot=1)
    rows[2] = rows[2]._replace(author="renovate[bot]")
    rule = dataclasses.replace(history.RULE, bots=("*[bot]",))
    assert {fact.key: fact.is_bot for fact in history.link(rows, "a@1 d@5", rule=rule).changes} == {
        "b": 1,
        "c": 1,
        "d": 0,
    }
